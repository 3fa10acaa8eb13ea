"""What becomes of the documents of one run, batch by batch: bytes in, an outcome out.

Everything here is a value, and nothing reads, writes or prints: a batch can be cleaned in this process
or in any other, and its outcome holds all that is to be written, said and counted. Whoever applies the
outcomes in the order of the batches gets the same bytes whoever did the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cleaner.cli.files import EXIT_DONE, EXIT_WANTING, Failure, decode_text, shown
from cleaner.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from cleaner.compiler import Program
    from cleaner.printer import Palette, Tally
    from cleaner.results import Result
    from cleaner.rules import RuleSet
    from cleaner.stacks import Scope


def proved(text: str, program: Program, scope: Scope, where: str) -> Result:
    """The cleaned document, once it has shown that it is the original minus its removals."""
    from cleaner import engine

    result = engine.clean(text, program, site=scope.host, language=scope.language, extractor=scope.extractor)
    try:
        result.verify()
    except IntegrityError as error:
        raise IntegrityError(f"{where}: {error}; this is a bug in cleaner") from None
    return result


def recognised(result: Result, ruleset: RuleSet, scope: Scope) -> list[str]:
    """The packs that serve because the text showed their `known_by` lines."""
    if scope.host is not None:
        return []
    return [name for name in result.packs if ruleset.by_name[name].known_by]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of reading gave: some rows of a source, `first` the number of the first of them, or
    one whole text.

    A batch without documents says that a source was come to, or opened, or (`error`) what is wrong with it.
    One that `waits` is come to once all before it was written.
    """

    place: int
    source: str
    documents: tuple[bytes, ...] = ()
    first: int = 0
    error: Failure | None = None
    waits: bool = False

    @property
    def size(self) -> int:
        """Bytes of it."""
        return sum(map(len, self.documents))

    @property
    def is_work(self) -> bool:
        """Whether there is anything to clean."""
        return bool(self.documents)

    def halves(self) -> list[Batch]:
        """The two halves of it; one document cannot be split."""
        middle = len(self.documents) // 2
        if not middle:
            return [self]
        return [
            Batch(self.place, self.source, self.documents[:middle], self.first),
            Batch(self.place, self.source, self.documents[middle:], self.first + middle),
        ]


@dataclass(slots=True)
class Outcome:
    """What became of a batch: what to write, to say and to count, and what ended it early."""

    pieces: list[bytes] = field(default_factory=list)
    diff: list[bytes] = field(default_factory=list)
    audit: list[bytes] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    tally: Tally | None = None
    code: int = EXIT_DONE
    row_count: int = 0
    document_count: int = 0
    changed_count: int = 0
    hostless_count: int = 0
    char_count: int = 0
    removed_count: int = 0
    error: Exception | None = None

    def join(self) -> None:
        """Make one piece of many: a worker sends one string of bytes home, not one a row."""
        for pieces in (self.pieces, self.diff, self.audit):
            pieces[:] = [b"".join(pieces)]


@dataclass(frozen=True, slots=True)
class Orders:
    """How the documents of a run are to be cleaned: all that a worker has to know, and nothing else."""

    program: Program
    scope: Scope
    errors: str
    is_rows: bool
    text_field: str
    url_field: str | None
    site_field: str | None
    lang_field: str | None
    extractor_field: str | None
    scope_fields: tuple[str, ...]
    is_strict: bool
    diff_palette: Palette | None
    wants_tally: bool
    wants_audit: bool
    wants_audit_text: bool
    names_files: bool

    def warm_up(self) -> None:
        """Make ready what the first document would wait for: processes that are forked then share it."""
        proved("\n", self.program, self.scope, "")

    def carry_out(self, batch: Batch) -> Outcome:
        """Clean a batch. What stops it is in the outcome, with all that was done before."""
        outcome = self._new_outcome(batch)
        try:
            for number, raw in enumerate(batch.documents, batch.first):
                if self.is_rows:
                    self._clean_row(raw, batch.source, number, outcome)
                else:
                    self._clean_text(raw, batch.source, outcome)
        except Exception as error:
            outcome.error = error
        outcome.join()
        return outcome

    def pass_over(self, batch: Batch, why: str) -> Outcome:
        """The outcome of one document that cannot be cleaned: it is as it was, and that is said."""
        outcome = self._new_outcome(batch)
        where = f"{shown(batch.source)}:{batch.first + 1}" if self.is_rows else shown(batch.source)
        try:
            self._pass_through(batch.documents[0], where, InputError(why), outcome)
        except Failure as error:
            outcome.error = error
        return outcome

    def _new_outcome(self, batch: Batch) -> Outcome:
        if not self.wants_tally:
            return Outcome(error=batch.error)
        from cleaner.printer import Tally

        return Outcome(tally=Tally(), error=batch.error)

    def _clean_text(self, raw: bytes, source: str, outcome: Outcome) -> None:
        where = shown(source)
        text = decode_text(raw, source, self.errors)
        try:
            result = self._result(text, self.scope, where, outcome)
        except MemoryError:
            self._pass_through(raw, where, InputError("out of memory"), outcome)
            return
        self._note(result, source, self.scope, where, outcome, self.errors)
        outcome.pieces.append(result.text.encode("utf-8", self.errors) if result.is_changed else raw)

    def _clean_row(self, raw: bytes, source: str, number: int, outcome: Outcome) -> None:
        """One row, cleaned, or as it came if it is blank or broken."""
        from cleaner.records import BrokenRow, is_blank_row, parse_row

        if is_blank_row(raw):
            outcome.pieces.append(raw)
            outcome.row_count += 1
            return
        where = f"{shown(source)}:{number + 1}"
        try:
            row = parse_row(raw, self.text_field, self.scope_fields, self.errors)
            scope = self._row_scope(row.fields, outcome)
            result = self._result(row.text, scope, where, outcome)
            cleaned = row.without([(removal.start, removal.end) for removal in result.removals])
        except BrokenRow as error:
            self._pass_through(raw, where, error, outcome)
            return
        except MemoryError:
            self._pass_through(raw, where, InputError("out of memory"), outcome)
            return
        self._note(result, number, scope, where, outcome, "backslashreplace", source)
        outcome.pieces.append(cleaned)
        outcome.row_count += 1

    def _pass_through(self, raw: bytes, where: str, error: InputError, outcome: Outcome) -> None:
        if self.is_strict:
            raise Failure(f"{where}: {error}")
        outcome.messages.append(f"{where}: {error}; passed through as it is")
        outcome.code = max(outcome.code, EXIT_WANTING)
        outcome.pieces.append(raw)
        outcome.row_count += 1

    def _row_scope(self, fields: dict[str, str], outcome: Outcome) -> Scope:
        """What is known of a row. A site says more than a URL, and a row's own more than the option's."""
        from cleaner.stacks import Scope

        if not fields:
            return self.scope
        host = self._host(fields.get(self.site_field), outcome) if self.site_field else None
        if host is None and self.url_field:
            host = self._host(fields.get(self.url_field), outcome)
        language = fields.get(self.lang_field) if self.lang_field else None
        extractor = fields.get(self.extractor_field) if self.extractor_field else None
        known = self.scope
        return Scope(host or known.host, language or known.language, extractor or known.extractor)

    def _host(self, address: str | None, outcome: Outcome) -> str | None:
        from cleaner.stacks import host_of

        try:
            return host_of(address) if address else None
        except InputError:
            outcome.hostless_count += 1
            return None

    def _result(self, text: str, scope: Scope, where: str, outcome: Outcome) -> Result:
        """The cleaned document; if the engine could not do it, it is as it was, and that is reported."""
        result = proved(text, self.program, scope, where)
        if result.withheld:
            for message in _limits_met(result):
                outcome.messages.append(f"{where}: {message}")
                outcome.code = max(outcome.code, EXIT_WANTING)
        return result

    def _note(
        self,
        result: Result,
        doc: str | int,
        scope: Scope,
        where: str,
        outcome: Outcome,
        errors: str,
        file: str = "",
    ) -> None:
        """Count a document, and write down what was asked for beside its text."""
        outcome.document_count += 1
        outcome.changed_count += result.is_changed
        outcome.char_count += len(result.original)
        outcome.removed_count += len(result.original) - len(result.text)
        if self.diff_palette is not None and result.is_changed:
            from cleaner.printer import diff

            outcome.diff.append(diff(result, where, self.diff_palette).encode("utf-8", errors))
        if outcome.tally is not None:
            outcome.tally.add(result)
        if self.wants_audit:
            from cleaner.printer import audit_record

            site = scope.host or ", ".join(recognised(result, self.program.ruleset, scope)) or None
            named = file if file and self.names_files else None
            outcome.audit.append(audit_record(result, doc, site, file=named, with_text=self.wants_audit_text))


def _limits_met(result: Result) -> Iterator[str]:
    """What the engine could not do, in words."""
    from cleaner.results import REASON_MEANINGS, Reason

    reasons = {claim.reason for claim in result.withheld} & {Reason.TIMEOUT, Reason.TOO_LONG}
    return (REASON_MEANINGS[reason] for reason in sorted(reasons))
