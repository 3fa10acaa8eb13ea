"""`cleaner clean`: files and pipes in, the same without their furniture out, with a record if wanted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import UnsupportedOperation
from itertools import groupby
from typing import IO, TYPE_CHECKING, Any

import click

from cleaner.cli.documents import Batch, Orders, Outcome
from cleaner.cli.documents import proved as proved
from cleaner.cli.documents import recognised as recognised
from cleaner.cli.files import (
    EXIT_DONE,
    EXIT_TERMINATED,
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
    print_bytes,
    print_error,
    read_bytes,
    reading,
    refuse_special,
    shown,
    standard_output,
)
from cleaner.cli.options import Origin, errors_option, needs_help, palette, program_options, scope_options
from cleaner.cli.progress import Progress
from cleaner.cli.signals import Signals, Terminated

if TYPE_CHECKING:
    from cleaner.compiler import Program
    from cleaner.printer import Tally

MAX_JOBS = 256
"""More processes than any machine here has cores for; a slip of the pen must not fork thousands."""


def _read_jobs(_: click.Context, __: click.Parameter, value: str) -> int:
    """How many processes: `auto` and 0 mean as many as there are cores."""
    if value == "auto" or value == "0":
        from cleaner.cli.workers import usable_cores

        return usable_cores()
    if not value.isascii() or not value.isdigit() or int(value) > MAX_JOBS:
        raise click.BadParameter(f"{value!r} is not a number from 0 to {MAX_JOBS}, nor 'auto'")
    return int(value)


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
    jobs: int
    quiet: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """What to read."""
        return self.files or (STANDARD_STREAM,)

    @property
    def writes_text(self) -> bool:
        """Whether the cleaned text goes anywhere."""
        return not self.check and not self.diff

    @property
    def is_rows(self) -> bool:
        """Whether a source holds a document a row."""
        return self.format == "jsonl"

    @property
    def worker_count(self) -> int:
        """Processes beside this one. A text is one document, and one process is enough for it."""
        return self.jobs if self.jobs > 1 and (self.is_rows or len(self.sources) > 1) else 0

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
        if not self.is_rows:
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
@click.option(
    "--jobs",
    metavar="N",
    default="1",
    callback=_read_jobs,
    help="Clean in N processes; 0 or auto: one a core.  [default: 1]",
)
@click.option(
    "--quiet", is_flag=True, help="Say nothing on standard error but errors: no progress, no notes."
)
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
    is_quiet = request["quiet"]
    origin = Origin(site, url, lang, extractor, rules, no_site_packs, strip, keep, errors, is_quiet)
    try:
        with Signals() as signals:
            return _clean(origin, Request(**request), signals)
    except Terminated:
        return EXIT_TERMINATED


def _clean(origin: Origin, request: Request, signals: Signals) -> int:
    request.validate()
    program = origin.program()
    with ExitStack() as stack:
        audit = open_audit(request.audit, stack) if request.audit is not None else None
        if request.output_dir and request.writes_text:
            with naming("write", request.output_dir, Failure):
                os.makedirs(request.output_dir, exist_ok=True)
        job = Job(request, Books(request, audit), signals)
        stack.callback(job.progress.hide)
        feed = Feed(request, job.failed)
        with _done(feed, _orders(origin, request, program), request, job) as done:
            for _, batches in groupby(done, key=lambda pair: pair[0].place):
                job.finish_source(batches)
        job.close()
    _keep_patterns()
    return job.exit_code


def _keep_patterns() -> None:
    from cleaner.compiler import keep_patterns

    keep_patterns()


def _orders(origin: Origin, request: Request, program: Program) -> Orders:
    url_field = None if origin.site else request.url_field or "url"
    fields = (url_field, request.site_field, request.lang_field, request.extractor_field)
    return Orders(
        program=program,
        scope=origin.scope(),
        errors=origin.errors,
        is_rows=request.is_rows,
        text_field=request.text_field or "text",
        url_field=url_field,
        site_field=request.site_field,
        lang_field=request.lang_field,
        extractor_field=request.extractor_field,
        scope_fields=tuple(name for name in fields if name),
        is_strict=request.strict,
        diff_palette=palette() if request.diff else None,
        wants_tally=request.stats,
        wants_audit=request.audit is not None,
        wants_audit_text=request.audit_text,
        names_files=len(request.sources) > 1,
    )


@contextmanager
def _done(
    feed: Feed, orders: Orders, request: Request, job: Job
) -> Iterator[Iterable[tuple[Batch, Outcome]]]:
    """All batches with what became of them, in order, whoever did the work."""
    if not request.worker_count:
        yield ((batch, orders.carry_out(batch)) for batch in feed if batch is not None)
        return
    from cleaner.cli.workers import Crew

    orders.warm_up()
    with Crew(orders, request.worker_count) as crew:
        yield crew.run(feed)
        if crew.death_count and not crew.lost_count:
            job.note(f"worker processes that died and were replaced: {crew.death_count}; nothing was lost")


class Feed:
    """All that is to be cleaned, step by step. Of each source the first batch says that it is come to, and
    nothing of it was touched yet; the next that it is open; the last may say what is wrong with it.

    `descriptor` is what the next step waits for, if it can be waited for. A step that completes no row
    gives None, so that whoever has other things to do can do them. Of sources in `failed` no more is read.
    """

    def __init__(self, request: Request, failed: set[int]) -> None:
        self.request = request
        self.failed = failed
        self.descriptor: int | None = None
        self._steps = self._all_steps()

    def __iter__(self) -> Iterator[Batch | None]:
        return self

    def __next__(self) -> Batch | None:
        return next(self._steps)

    def _all_steps(self) -> Iterator[Batch | None]:
        seen: set[str] = set()
        for place, source in enumerate(self.request.sources):
            real = os.path.realpath(source)
            # A file that is named twice is read again when its new text is in place.
            yield Batch(place, source, waits=self.request.in_place and real in seen)
            seen.add(real)
            try:
                if self.request.in_place:
                    refuse_special(source)
                if self.request.is_rows:
                    yield from self._row_steps(place, source)
                else:
                    yield Batch(place, source, (read_bytes(source),))
            except FileFailure as failure:
                self.descriptor = None
                yield Batch(place, source, error=failure)

    def _row_steps(self, place: int, source: str) -> Iterator[Batch | None]:
        from cleaner.records import BATCH_BYTES, RowSplitter

        splitter = RowSplitter()
        first = 0
        with reading(source) as stream:
            yield Batch(place, source)
            self.descriptor = _descriptor(stream)
            while place not in self.failed:
                with naming("read", source):
                    chunk = stream.read1(BATCH_BYTES)
                rows = splitter.add(chunk) if chunk else splitter.rest()
                yield Batch(place, source, tuple(rows), first) if rows else None
                first += len(rows)
                if not chunk:
                    break
            self.descriptor = None


def _descriptor(stream: IO[bytes]) -> int | None:
    """What can be waited for; not everywhere can a file be."""
    if os.name != "posix":
        return None
    try:
        return stream.fileno()
    except UnsupportedOperation:
        return None


class Books:
    """What a run writes down beside the text: the audit, and the counts of `--stats`."""

    def __init__(self, request: Request, audit: Sink | None) -> None:
        self.request = request
        self.audit = audit
        self.tally: Tally | None = None
        self.source_tally: Tally | None = None

    def begin(self) -> None:
        """Open a page for a source."""
        self.source_tally = None
        if self.audit is not None:
            self.audit.mark()

    def keep(self) -> None:
        """The source was done: its page counts."""
        self.tally = _sum(self.tally, self.source_tally)

    def drop(self) -> None:
        """The source was not done: tear its page out."""
        if self.audit is not None:
            self.audit.rewind()

    def record(self, outcome: Outcome) -> None:
        """Write down what became of a batch."""
        self.source_tally = _sum(self.source_tally, outcome.tally)
        if self.audit is not None:
            for piece in outcome.audit:
                self.audit.write(piece)

    def close(self) -> None:
        """The run is over: only now is the audit complete."""
        if self.audit is not None:
            self.audit.commit()
        if self.request.stats:
            from cleaner.printer import Tally

            print_error((self.tally or Tally()).render())


def _sum(first: Tally | None, second: Tally | None) -> Tally | None:
    if first is None or second is None:
        return first or second
    first.include(second)
    return first


class Job:
    """One run over all its sources: what is done with the outcomes, and what was found so far."""

    def __init__(self, request: Request, books: Books, signals: Signals) -> None:
        self.request = request
        self.books = books
        self.signals = signals
        self.progress = Progress(not request.quiet and not self._writes_to_terminal())
        self.failed: set[int] = set()
        self.exit_code = EXIT_DONE
        self.hostless_count = 0

    def _writes_to_terminal(self) -> bool:
        """Whether the documents themselves show how far we are."""
        writes_text = self.request.writes_text and self.request.output_path("") == STANDARD_STREAM
        return (writes_text or self.request.diff) and standard_output().isatty()

    def finish_source(self, batches: Iterator[tuple[Batch, Outcome]]) -> None:
        """Put what became of one file or stream where it belongs. If it cannot be done that is reported,
        and the others get their turn.

        What went to standard output cannot be taken back, so there the run ends.
        """
        self.books.begin()
        opening, _ = next(batches)
        try:
            if self.request.is_rows:
                self._finish_rows(opening.source, batches)
            else:
                self._finish_text(opening.source, batches)
        except FileFailure as failure:
            if self.request.writes_text and self.request.output_path(opening.source) == STANDARD_STREAM:
                raise
            self.failed.add(opening.place)
            self.say(str(failure))
            self._found(EXIT_TROUBLE)
            self.books.drop()
        else:
            self.books.keep()

    def close(self) -> None:
        """Close the books, with one line for all the rows whose site or URL could not be used: each alone
        would drown the rest."""
        if self.hostless_count:
            self.note(f"rows whose site or URL holds no host, cleaned as without one: {self.hostless_count}")
        self.progress.hide()
        self.books.close()

    def say(self, message: str) -> None:
        """An error, on a line of its own."""
        self.progress.hide()
        complain(message)

    def note(self, message: str) -> None:
        """What is worth knowing and no error."""
        if not self.request.quiet:
            self.say(message)

    def _found(self, code: int) -> None:
        self.exit_code = max(self.exit_code, code)

    def _found_changed(self, what: str) -> None:
        if self.request.check:
            self.note(f"{what} would change")
            self._found(EXIT_WANTING)

    def _sink(self, source: str) -> Sink:
        if not self.request.writes_text:
            return Sink()
        path = self.request.output_path(source)
        return Stream(standard_output()) if path == STANDARD_STREAM else Draft(path)

    def _finish_text(self, source: str, batches: Iterable[tuple[Batch, Outcome]]) -> None:
        for batch, outcome in batches:
            self._hear(batch, outcome)
            if outcome.error is not None:
                raise outcome.error
            if (
                outcome.changed_count or not self.request.in_place
            ):  # a file that stays the same keeps its date
                with self._sink(source) as sink:
                    self._write(outcome, sink)
                    sink.commit()
            self.books.record(outcome)
            if outcome.changed_count:
                self._found_changed(shown(source))

    def _finish_rows(self, source: str, batches: Iterator[tuple[Batch, Outcome]]) -> None:
        row_count = changed_count = 0
        _, opened = next(batches)
        if opened.error is not None:
            raise opened.error
        with self._sink(source) as sink:
            for batch, outcome in batches:
                self._hear(batch, outcome)
                self._write(outcome, sink)
                self.books.record(outcome)
                if outcome.error is not None:
                    raise outcome.error
                row_count += outcome.row_count
                changed_count += outcome.changed_count
            if changed_count or not self.request.in_place:
                sink.commit()
        if changed_count:
            self._found_changed(f"{shown(source)}: {changed_count} of {row_count} rows")

    def _hear(self, batch: Batch, outcome: Outcome) -> None:
        """Pass on what a batch's outcome says, and count it."""
        for message in outcome.messages:
            self.say(message)
        self._found(outcome.code)
        self.hostless_count += outcome.hostless_count
        self.progress.add(outcome.document_count, batch.size, outcome.char_count, outcome.removed_count)

    def _write(self, outcome: Outcome, sink: Sink) -> None:
        """Write a batch's text, and its diff; a signal waits until all of it is written."""
        with self.signals.held():
            for piece in filter(None, outcome.diff):
                print_bytes(piece)
            for piece in outcome.pieces:
                sink.write(piece)
            sink.flush()
