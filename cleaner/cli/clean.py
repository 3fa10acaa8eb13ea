"""`cleaner clean`: files and pipes in, the same without their furniture out, with a record if wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cleaner.cli.files import (
    EXIT_DONE,
    EXIT_TROUBLE,
    EXIT_WANTING,
    STANDARD_STREAM,
    Draft,
    Failure,
    FileFailure,
    Sink,
    Stream,
    complain,
    naming,
    open_audit,
    print_error,
    print_text,
    read_batches,
    read_text,
    reading,
    refuse_special,
    shown,
    standard_output,
)
from cleaner.cli.options import Origin, errors_option, needs_help, palette, program_options, scope_options
from cleaner.errors import InputError, IntegrityError

if TYPE_CHECKING:
    from cleaner.compiler import Program
    from cleaner.results import Result
    from cleaner.rules import RuleSet
    from cleaner.stacks import Scope


@dataclass(frozen=True, slots=True)
class Request:
    """What `cleaner clean` was asked for, save for what Origin holds."""

    files: tuple[str, ...]
    output_dir: str | None
    in_place: bool
    check: bool
    diff: bool
    stats: bool
    audit: str | None
    audit_text: bool
    format: str
    text_field: str | None
    url_field: str | None
    site_field: str | None
    lang_field: str | None
    extractor_field: str | None
    strict: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """What to read."""
        return self.files or (STANDARD_STREAM,)

    @property
    def writes_text(self) -> bool:
        """Whether the cleaned text goes anywhere."""
        return not self.check and not self.diff

    @property
    def scope_fields(self) -> tuple[str, ...]:
        """The fields of a row that say where its text is from."""
        names = (self.url_field or "url", self.site_field, self.lang_field, self.extractor_field)
        return tuple(name for name in names if name)

    def output_path(self, source: str) -> str:
        """The file that a source's text goes to; `-` for standard output."""
        if self.in_place:
            return source
        return os.path.join(self.output_dir, os.path.basename(source)) if self.output_dir else STANDARD_STREAM

    def validate(self) -> None:
        """Refuse what contradicts itself or would overwrite what it must not, before anything is read."""
        for problem in self._problems():
            raise click.UsageError(problem)

    def _problems(self) -> Iterator[str]:
        if self.in_place and self.output_dir:
            yield "--in-place and --output-dir are two places for one text: use one of them"
        if (self.in_place or self.output_dir) and STANDARD_STREAM in self.sources:
            yield "--in-place and --output-dir need files: standard input has no name"
        if len(self.sources) > 1 and self.writes_text and not (self.in_place or self.output_dir):
            yield "more than one FILE needs --output-dir or --in-place"
        if self.audit_text and self.audit is None:
            yield "--audit-text needs --audit"
        if self.format != "jsonl":
            fields = ("text_field", "url_field", "site_field", "lang_field", "extractor_field", "strict")
            for name in fields:
                if getattr(self, name):
                    yield f"--{name.replace('_', '-')} needs --format jsonl"
        yield from self._collisions()

    def _collisions(self) -> Iterator[str]:
        """Files that two documents, or a document and the audit, would be written to."""
        inputs = {os.path.realpath(path) for path in self.files if path != STANDARD_STREAM}
        outputs: dict[str, str] = {}
        for source in self.files if self.output_dir else ():
            target = os.path.realpath(self.output_path(source))
            if target in outputs:
                yield f"{outputs[target]} and {source} would both become {self.output_path(source)}"
            if target in inputs:
                yield f"{self.output_path(source)} is an input: choose another --output-dir, or --in-place"
            outputs[target] = source
        if self.audit == STANDARD_STREAM:
            yield "--audit needs a file: standard output is for the text"
        elif self.audit is not None and os.path.realpath(self.audit) in inputs | outputs.keys():
            yield f"--audit {self.audit} would overwrite a document"


@click.command("clean")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@scope_options
@program_options
@click.option("--check", is_flag=True, help="Write no text; exit 1 if anything would change.")
@click.option("--diff", is_flag=True, help="Write a unified diff instead of the text.")
@click.option("--stats", is_flag=True, help="Count what went, by kind and rule, on standard error.")
@click.option("--audit", metavar="FILE", help="Record what went and what was withheld, as JSON Lines.")
@click.option("--audit-text", is_flag=True, help="Record the removed text too.")
@click.option("--output-dir", metavar="DIR", help="Write each file's text to a file of that name in here.")
@click.option("--in-place", is_flag=True, help="Put each file's text in the place of the file.")
@click.option(
    "--format",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help="A document a file, or one a row.  [default: text]",
)
@click.option("--text-field", metavar="NAME", help="The row's field to clean.  [default: text]")
@click.option("--url-field", metavar="NAME", help="The row's field with its URL.  [default: url]")
@click.option("--site-field", metavar="NAME", help="The row's field with its site.")
@click.option("--lang-field", metavar="NAME", help="The row's field with its language.")
@click.option("--extractor-field", metavar="NAME", help="The row's field with its extractor.")
@click.option("--strict", is_flag=True, help="Stop at the first broken row.")
@errors_option
def clean_command(
    site: str | None, url: str | None, lang: str | None, extractor: str | None, rules: tuple[str, ...],
    no_site_packs: bool, strip: tuple[str, ...], keep: tuple[str, ...], errors: str,
    **request: Any,
) -> int:  # fmt: skip
    """Remove the furniture from texts.

    Reads standard input, or the FILEs, and writes what is left to standard output. More than one
    FILE needs --output-dir or --in-place.
    """
    if needs_help(request["files"]):
        return EXIT_TROUBLE
    origin = Origin(site, url, lang, extractor, rules, no_site_packs, strip, keep, errors)
    return _clean(origin, Request(**request))


def _clean(origin: Origin, request: Request) -> int:
    request.validate()
    program = origin.program()
    with ExitStack() as stack:
        audit = open_audit(request.audit, stack) if request.audit is not None else None
        if request.output_dir and request.writes_text:
            with naming("write", request.output_dir, Failure):
                os.makedirs(request.output_dir, exist_ok=True)
        books = Books(request, program.ruleset, audit)
        job = Job(origin, request, program, books)
        for source in request.sources:
            job.clean_source(source)
        job.note_hostless()
        books.close()
    return job.exit_code


def proved(text: str, program: Program, scope: Scope, where: str) -> Result:
    """The cleaned document, once it has shown that it is the original minus its removals."""
    from cleaner.engine import clean

    result = clean(text, program, site=scope.host, language=scope.language, extractor=scope.extractor)
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


class Books:
    """What a run writes down beside the text: the audit, and the counts of `--stats`."""

    def __init__(self, request: Request, ruleset: RuleSet, audit: Sink | None) -> None:
        from cleaner.printer import Tally

        self.request = request
        self.ruleset = ruleset
        self.audit = audit
        self.tally = Tally()
        self.source_tally = Tally()

    def begin(self) -> None:
        """Open a page for a source."""
        from cleaner.printer import Tally

        self.source_tally = Tally()
        if self.audit is not None:
            self.audit.mark()

    def keep(self) -> None:
        """The source was done: its page counts."""
        self.tally.include(self.source_tally)

    def drop(self) -> None:
        """The source was not done: tear its page out."""
        if self.audit is not None:
            self.audit.rewind()

    def record(self, result: Result, doc: str | int, scope: Scope, file: str | None = None) -> None:
        """Write down one document."""
        from cleaner.printer import audit_record

        if self.request.stats:
            self.source_tally.add(result)
        if self.audit is not None:
            site = scope.host or ", ".join(recognised(result, self.ruleset, scope)) or None
            with_text = self.request.audit_text
            self.audit.write(audit_record(result, doc, site, file=file, with_text=with_text))

    def close(self) -> None:
        """The run is over: only now is the audit complete."""
        if self.audit is not None:
            self.audit.commit()
        if self.request.stats:
            print_error(self.tally.render())


class Job:
    """One run over all its sources: what it works with, and what it found so far."""

    def __init__(self, origin: Origin, request: Request, program: Program, books: Books) -> None:
        self.origin = origin
        self.request = request
        self.errors = origin.errors
        self.scope = origin.scope()
        self.program = program
        self.books = books
        self.exit_code = EXIT_DONE
        self.hostless_count = 0

    def clean_source(self, source: str) -> None:
        """Clean one file or stream. If it cannot be done that is reported, and the others get their turn.

        What went to standard output cannot be taken back, so there the run ends.
        """
        self.books.begin()
        try:
            if self.request.format == "jsonl":
                self._clean_rows(source)
            else:
                self._clean_file(source)
        except FileFailure as failure:
            if self.request.writes_text and self.request.output_path(source) == STANDARD_STREAM:
                raise
            complain(str(failure))
            self._found(EXIT_TROUBLE)
            self.books.drop()
        else:
            self.books.keep()

    def note_hostless(self) -> None:
        """One line for all the rows whose site or URL could not be used: each alone would drown the rest."""
        if self.hostless_count:
            complain(f"rows whose site or URL holds no host, cleaned as without one: {self.hostless_count}")

    def _found(self, code: int) -> None:
        self.exit_code = max(self.exit_code, code)

    def _found_changed(self, what: str) -> None:
        if self.request.check:
            complain(f"{what} would change")
            self._found(EXIT_WANTING)

    def _sink(self, source: str) -> Sink:
        if not self.request.writes_text:
            return Sink()
        path = self.request.output_path(source)
        return Stream(standard_output()) if path == STANDARD_STREAM else Draft(path)

    def _clean_file(self, source: str) -> None:
        where = shown(source)
        if self.request.in_place:
            refuse_special(source)
        result = self._result(read_text(source, self.errors), self.scope, where)
        self._print_diff(result, where, self.errors)
        if result.is_changed or not self.request.in_place:  # a file that stays the same keeps its date
            with self._sink(source) as sink:
                sink.write(result.text.encode("utf-8", self.errors))
                sink.commit()
        self.books.record(result, source, self.scope)
        if result.is_changed:
            self._found_changed(where)

    def _clean_rows(self, source: str) -> None:
        row_count = changed_count = 0
        if self.request.in_place:
            refuse_special(source)
        with reading(source) as stream, self._sink(source) as sink:
            for batch in read_batches(source, stream):
                for raw in batch:
                    cleaned = self._clean_row(raw, source, row_count)
                    sink.write(cleaned)
                    row_count += 1
                    changed_count += cleaned is not raw
                sink.flush()
            if changed_count or not self.request.in_place:
                sink.commit()
        if changed_count:
            self._found_changed(f"{shown(source)}: {changed_count} of {row_count} rows")

    def _clean_row(self, raw: bytes, source: str, number: int) -> bytes:
        """One row, cleaned, or as it came if it is blank or broken."""
        from cleaner.records import BrokenRow, is_blank_row, parse_row

        if is_blank_row(raw):
            return raw
        where = f"{shown(source)}:{number + 1}"
        try:
            row = parse_row(raw, self.request.text_field or "text", self.request.scope_fields, self.errors)
        except BrokenRow as error:
            return self._pass_through(raw, where, error)
        scope = self._row_scope(row.fields)
        result = self._result(row.text, scope, where)
        self.books.record(result, number, scope, source if len(self.request.sources) > 1 else None)
        self._print_diff(result, where)
        return row.without([(removal.start, removal.end) for removal in result.removals])

    def _pass_through(self, raw: bytes, where: str, error: InputError) -> bytes:
        if self.request.strict:
            raise Failure(f"{where}: {error}")
        complain(f"{where}: {error}; passed through as it is")
        self._found(EXIT_WANTING)
        return raw

    def _row_scope(self, fields: dict[str, str]) -> Scope:
        """What is known of a row. A site says more than a URL, and a row's own more than the option's."""
        from cleaner.stacks import Scope

        request = self.request
        host = self._host(fields.get(request.site_field or ""))
        if host is None and not self.origin.site:
            host = self._host(fields.get(request.url_field or "url"))
        return Scope(
            host or self.scope.host,
            fields.get(request.lang_field or "") or self.scope.language,
            fields.get(request.extractor_field or "") or self.scope.extractor,
        )

    def _host(self, address: str | None) -> str | None:
        from cleaner.stacks import host_of

        if not address:
            return None
        try:
            return host_of(address)
        except InputError:
            self.hostless_count += 1
            return None

    def _result(self, text: str, scope: Scope, where: str) -> Result:
        """The cleaned document; if the engine could not do it, it is as it was, and that is reported."""
        from cleaner.results import REASON_MEANINGS, Reason

        result = proved(text, self.program, scope, where)
        reasons = {claim.reason for claim in result.withheld} & {Reason.TIMEOUT, Reason.TOO_LONG}
        for reason in sorted(reasons):
            complain(f"{where}: {REASON_MEANINGS[reason]}")
            self._found(EXIT_WANTING)
        return result

    def _print_diff(self, result: Result, name: str, errors: str = "backslashreplace") -> None:
        from cleaner.printer import diff

        if self.request.diff and result.is_changed:
            print_text(diff(result, name, palette()), errors)
