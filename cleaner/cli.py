"""The command line: files and pipes in, files and pipes out, and an exit code that can be relied on.

The one module that knows of click, of streams and of exit codes. It reads bytes and writes bytes: no
newline is ever translated, and what no rule took is written as it was read. A file it writes is there
whole or not at all. What is cleaned and how is the library's; how it looks is the printer's.

Exit codes: 0 done; 1 found wanting (`--check`), or done save for documents that were reported and
passed through; 2 could not do it; 130 interrupted. A closed pipe is no error.

All that costs start-up time is imported where it is used: `cleaner --help` reads no YAML.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from errno import EAGAIN
from io import BufferedReader, StringIO
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn, Self, TypeVar

import click

from cleaner.errors import CleanerError, InputError, IntegrityError, RuleError

if TYPE_CHECKING:
    from cleaner.compiler import Program
    from cleaner.printer import Palette
    from cleaner.results import Result
    from cleaner.rules import RuleSet
    from cleaner.stacks import Scope

EXIT_DONE = 0
EXIT_WANTING = 1
EXIT_TROUBLE = 2
EXIT_INTERRUPTED = 130

STANDARD_STREAM = "-"
_STREAM_NAMES = {"read": "standard input", "write": "standard output"}
_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


class Failure(CleanerError):
    """The run cannot go on. The message is the one line that the user sees."""


class FileFailure(Failure):
    """This file cannot be done; the others can."""


# Start and end


def main() -> NoReturn:
    """The entry point of the `cleaner` command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code. Never raises."""
    try:
        return _finish(_invoke(list(arguments)))
    except click.ClickException as error:
        usage = StringIO()
        error.show(usage)
        _print_error(usage.getvalue())
    except RuleError as error:
        _print_error(f"{error}\n")
    except CleanerError as error:
        complain(str(error))
    except BrokenPipeError:
        # The reader has gone (`| head -1`): nobody is left to be told, and nothing went wrong.
        _abandon(1)
        return EXIT_DONE
    except OSError as error:
        complain(f"{error.filename or 'cannot write standard output'}: {error.strerror}")
    except (KeyboardInterrupt, click.Abort):
        return _finish(EXIT_INTERRUPTED)
    except Exception:
        # A bug. Python would exit with 1, which a script behind `--check` takes for a finding.
        import traceback

        _print_error(traceback.format_exc())
    return _finish(EXIT_TROUBLE)


def _invoke(arguments: list[str]) -> int:
    # Not `cli(...)`: click would turn a closed pipe into exit code 1 and an interrupt into a message.
    try:
        with cli.make_context("cleaner", arguments) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return code if isinstance(code, int) else EXIT_DONE


def _finish(code: int) -> int:
    """Flush standard output while a failure can still be told; at exit Python would print a traceback."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _abandon(1)
        if not isinstance(error, BrokenPipeError):
            complain(f"cannot write standard output: {error.strerror}")
            return EXIT_TROUBLE
    return code


def _abandon(descriptor: int) -> None:
    """Send what is still buffered for a stream that cannot be written to nowhere."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def complain(message: str) -> None:
    """One line on standard error, whatever a file's name is made of."""
    from cleaner.printer import visible

    _print_error(f"cleaner: {visible(message)}\n")


def _print_error(text: str) -> None:
    # Whoever closes standard error still wants the documents: a message must never stop the work.
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _abandon(2)


@contextmanager
def _naming(action: str, path: str, failure: type[Failure] = FileFailure) -> Iterator[None]:
    """Turn an error of the operating system into the line that says what could not be done to which file."""
    try:
        yield
    except OSError as error:
        raise failure(f"cannot {action} {_shown(path, action)}: {error.strerror or error}") from error


def _shown(path: str, action: str = "read") -> str:
    return _STREAM_NAMES[action] if path == STANDARD_STREAM else path


# Where bytes come from


@contextmanager
def _reading(path: str) -> Iterator[BufferedReader]:
    """A file or standard input, open for reading bytes."""
    if path == STANDARD_STREAM:
        if sys.stdin is None:
            raise FileFailure("cannot read standard input: it is closed")
        _refuse_own_output(sys.stdin, path)
        yield sys.stdin.buffer  # type: ignore[misc]  # a BufferedReader, though typed by what it can do
        return
    with _naming("read", path):
        stream = open(path, "rb")  # noqa: SIM115  # what goes wrong later is not about opening
    with stream:
        _refuse_own_output(stream, path)
        yield stream


def _refuse_own_output(stream: IO[Any], path: str) -> None:
    """Refuse `cleaner clean x >> x`: it would read what it writes, without end."""
    if sys.stdout is None:
        return
    with suppress(OSError, ValueError):
        source, target = os.fstat(stream.fileno()), os.fstat(sys.stdout.fileno())
        if stat.S_ISREG(source.st_mode) and os.path.samestat(source, target):
            raise FileFailure(f"cannot read {_shown(path)}: standard output goes there too; use --in-place")


def _refuse_special(path: str) -> None:
    """Refuse to put a file in the place of a pipe or a device."""
    with suppress(OSError):  # what is not there, or cannot be looked at, cannot be read either
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise FileFailure(f"cannot write {path}: not a regular file")


def _read_text(path: str, errors: str) -> str:
    """A whole document; every byte of it, line ends and all."""
    with _reading(path) as stream:
        with _naming("read", path):
            content = stream.read()
        try:
            return content.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise FileFailure(
                f"cannot read {_shown(path)}: not UTF-8 at byte {error.start} "
                f"(0x{content[error.start]:02x}); --errors surrogateescape passes such bytes through"
            ) from None


def _read_batches(path: str, stream: BufferedReader) -> Iterator[list[bytes]]:
    from cleaner.records import read_batches

    with _naming("read", path):
        yield from read_batches(stream)


# Where bytes go


class Sink:
    """Somewhere to write. This one takes everything and keeps nothing: for `--check` and `--diff`."""

    def write(self, piece: bytes) -> None:
        """Add these bytes."""

    def flush(self) -> None:
        """Let a reader have what is written so far."""

    def commit(self) -> None:
        """Say that all was written."""

    def mark(self) -> None:
        """Remember this place, to be able to come back to it."""

    def rewind(self) -> None:
        """Take back what was written since the mark, if that can be done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Undo, if that can be done, what was not committed."""


class Stream(Sink):
    """An open stream: standard output, or a pipe that an audit goes into. Nothing can be taken back."""

    def __init__(self, stream: IO[bytes], path: str = STANDARD_STREAM) -> None:
        self.stream = stream
        self.path = path

    def write(self, piece: bytes) -> None:
        """Add these bytes, all of them: a stream without a buffer (PYTHONUNBUFFERED) may take a part."""
        rest = memoryview(piece)
        try:
            while rest:
                count = self.stream.write(rest)
                if count is None:
                    raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
                rest = rest[count:]
        except OSError as error:
            self._fail(error)

    def flush(self) -> None:
        """Let the reader have what is written so far."""
        try:
            self.stream.flush()
        except OSError as error:
            self._fail(error)

    def commit(self) -> None:
        """Say that all was written."""
        self.flush()

    def _fail(self, error: OSError) -> NoReturn:
        """Standard output's reader may go away whenever it likes, an audit's may not."""
        if self.path == STANDARD_STREAM:
            _abandon(1)
            if isinstance(error, BrokenPipeError):
                raise error
        raise Failure(f"cannot write {_shown(self.path, 'write')}: {error.strerror}") from error


class Draft(Sink):
    """A new file that takes the place of `path` when it is committed, whole, or vanishes.

    It lies in the same folder, since only there can it take the place in one step: whoever opens the
    path, or finds the machine after a crash, sees the old file or the new one. It has the permissions
    and, where the system lets us, the owner of the file that it replaces; a symbolic link stays one.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.target = os.path.realpath(path)
        folder = os.path.dirname(self.target)
        self.draft_path = os.path.join(folder, f".cleaner-{os.urandom(8).hex()}.tmp")
        self.marked = 0
        with _naming("write", path):
            self.stream = open(self.draft_path, "xb")  # noqa: SIM115  # open until it is committed
            self._take_permissions()

    def _take_permissions(self) -> None:
        with suppress(FileNotFoundError):
            old = os.stat(self.target)
            with suppress(OSError):
                os.chown(self.draft_path, old.st_uid, old.st_gid)
            os.chmod(self.draft_path, stat.S_IMODE(old.st_mode))

    def write(self, piece: bytes) -> None:
        """Add these bytes."""
        with _naming("write", self.path):
            self.stream.write(piece)

    def commit(self) -> None:
        """Put the draft in the file's place."""
        with _naming("write", self.path):
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()
            os.replace(self.draft_path, self.target)

    def mark(self) -> None:
        """Remember this place, to be able to come back to it."""
        self.marked = self.stream.tell()

    def rewind(self) -> None:
        """Take back what was written since the mark."""
        with _naming("write", self.path, Failure):
            self.stream.seek(self.marked)
            self.stream.truncate()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Remove what was not committed; a committed draft has another name by now."""
        with suppress(OSError):
            self.stream.close()
        with suppress(OSError):
            os.unlink(self.draft_path)


def _standard_output() -> IO[bytes]:
    if sys.stdout is None:
        raise Failure("cannot write standard output: it is closed")
    return sys.stdout.buffer


def _open_audit(path: str, stack: ExitStack) -> Sink:
    """The audit's file, complete or absent; a pipe or a device (`--audit >(gzip > a.gz)`) as it is."""
    try:
        is_stream = not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        is_stream = False
    if not is_stream:
        return stack.enter_context(Draft(path))
    with _naming("write", path, Failure):
        return Stream(stack.enter_context(open(path, "wb", buffering=0)), path)


# Options


def _read_kinds(_: click.Context, __: click.Parameter, lists: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds named in comma-separated lists; a name that is none is refused with the nearest that is."""
    from cleaner.rules import Kind

    names = [name.strip() for names in lists for name in names.split(",")]
    for name in names:
        if name not in list(Kind):
            from cleaner.structure import nearest

            hint = nearest(name, [str(kind) for kind in Kind]) or f" (kinds: {', '.join(Kind)})"
            raise click.BadParameter(f"there is no kind {name!r}{hint}")
    return tuple(names)


KINDS_HELP = "nav, caption, footer, byline, related, promo, ad, media, share, comments, notice, code"


def _options(*decorators: Callable[[_Decorated], _Decorated]) -> Callable[[_Decorated], _Decorated]:
    def decorate(command: _Decorated) -> _Decorated:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


_rules_option = click.option(
    "--rules", multiple=True, metavar="PATH", help="Add your own packs: a file or a folder. Repeatable."
)
_scope_options = _options(
    click.option("--site", metavar="HOST", help="The site that the text is from."),
    click.option("--url", metavar="URL", help="The page that the text is from."),
    click.option("--lang", metavar="TAG", help="Its language; without one all language packs serve."),
    click.option("--extractor", metavar="NAME", help="What made the text: resiliparse, wet, ..."),
)
# fmt: off
_program_options = _options(
    _rules_option,
    click.option("--no-site-packs", is_flag=True, help="Use general packs only."),
    click.option("--strip", multiple=True, metavar="KINDS", callback=_read_kinds,
                 help=f"Remove these kinds only, of {KINDS_HELP}."),
    click.option("--keep", multiple=True, metavar="KINDS", callback=_read_kinds,
                 help="Remove all kinds but these."),
)
# fmt: on
_errors_option = click.option(
    "--errors",
    type=click.Choice(["strict", "surrogateescape"]),
    default="strict",
    help="What to do with bytes that are not UTF-8: stop, or pass them through.",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the command line says of where the documents come from, and which rules it wants."""

    site: str | None
    url: str | None
    lang: str | None
    extractor: str | None
    rules: tuple[str, ...]
    no_site_packs: bool
    strip: tuple[str, ...]
    keep: tuple[str, ...]
    errors: str

    def __post_init__(self) -> None:
        if self.strip and self.keep:
            raise click.UsageError("--strip and --keep are two ways to say one thing: use one of them")

    def scope(self) -> Scope:
        """What is known of every document. A site says more than a URL, and an empty option nothing."""
        from cleaner.stacks import Scope, host_of

        hosts = {}
        for option, address in (("--site", self.site), ("--url", self.url)):
            if address:
                try:
                    hosts[option] = host_of(address)
                except InputError as error:
                    raise Failure(f"{option}: {error}") from None
        return Scope(hosts.get("--site", hosts.get("--url")), self.lang or None, self.extractor or None)

    def kinds(self) -> tuple[str, ...]:
        """The kinds to remove."""
        from cleaner.rules import Kind

        return self.strip or tuple(kind for kind in Kind if kind not in self.keep)

    def program(self) -> Program:
        """The compiled rules."""
        from cleaner.compiler import compile_rules

        ruleset = _load(self.rules)
        self._note_unserved(ruleset)
        return compile_rules(ruleset, kinds=self.kinds(), site_packs=not self.no_site_packs)

    def _note_unserved(self, ruleset: RuleSet) -> None:
        """Say so if no pack knows the site or the language that was named: it may be a slip of the pen."""
        from cleaner.stacks import speaks

        if self.site and not self.no_site_packs:
            _note_unserved_host(ruleset, self.scope())
        if self.lang and not any(speaks(pack.languages, self.lang) for pack in ruleset.packs):
            known = sorted({tag for pack in ruleset.packs for tag in pack.languages})
            complain(f"no pack serves the language {self.lang!r}; there are {', '.join(known) or 'none'}")


def _note_unserved_host(ruleset: RuleSet, scope: Scope) -> None:
    from cleaner.stacks import choose, nearest_host

    if scope.host and not any(choice.pack.sites for choice in choose(ruleset, scope)):
        near = nearest_host(ruleset, scope.host)
        complain(f"no pack serves {scope.host}" + (f"; did you mean {near}?" if near else ""))


def _load(paths: Sequence[str]) -> RuleSet:
    from cleaner.loader import load

    return load(*paths)


def _palette() -> Palette:
    """Colour on a terminal only, and not for those who said that they want none (https://no-color.org)."""
    from cleaner.printer import COLOURED, COLOURLESS, PLAIN

    if sys.stdout is None or not sys.stdout.isatty():
        return PLAIN
    wants_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return COLOURLESS if wants_none else COLOURED


def _needs_help(files: Sequence[str]) -> bool:
    """Print the help if nothing was given to read: on a terminal the program would seem to hang."""
    if files or sys.stdin is None or not sys.stdin.isatty():
        return False
    click.echo(click.get_current_context().get_help(), err=True)
    return True


def _print_lines(lines: Sequence[str]) -> None:
    _print_text("".join(f"{line}\n" for line in lines))


def _print_text(text: str, errors: str = "backslashreplace") -> None:
    sink = Stream(_standard_output())
    sink.write(text.encode("utf-8", errors))
    sink.commit()


def _show_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not context.resilient_parsing:
        from cleaner import __version__

        _print_lines([f"cleaner {__version__}"])
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
              help="Show the version and exit.")  # fmt: skip
def cli() -> None:
    """Remove the furniture from the text of web articles, by rules, with a record of every deletion."""


# cleaner clean


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


@cli.command("clean")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@_scope_options
@_program_options
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
@_errors_option
def clean_command(
    site: str | None, url: str | None, lang: str | None, extractor: str | None, rules: tuple[str, ...],
    no_site_packs: bool, strip: tuple[str, ...], keep: tuple[str, ...], errors: str,
    **request: Any,
) -> int:  # fmt: skip
    """Remove the furniture from texts.

    Reads standard input, or the FILEs, and writes what is left to standard output. More than one
    FILE needs --output-dir or --in-place.
    """
    if _needs_help(request["files"]):
        return EXIT_TROUBLE
    origin = Origin(site, url, lang, extractor, rules, no_site_packs, strip, keep, errors)
    return _clean(origin, Request(**request))


def _clean(origin: Origin, request: Request) -> int:
    request.validate()
    program = origin.program()
    with ExitStack() as stack:
        audit = _open_audit(request.audit, stack) if request.audit is not None else None
        if request.output_dir and request.writes_text:
            with _naming("write", request.output_dir, Failure):
                os.makedirs(request.output_dir, exist_ok=True)
        books = Books(request, program.ruleset, audit)
        job = Job(origin, request, program, books)
        for source in request.sources:
            job.clean_source(source)
        job.note_hostless()
        books.close()
    return job.exit_code


def _proved(text: str, program: Program, scope: Scope, where: str) -> Result:
    """The cleaned document, once it has shown that it is the original minus its removals."""
    from cleaner.engine import clean

    result = clean(text, program, site=scope.host, language=scope.language, extractor=scope.extractor)
    try:
        result.verify()
    except IntegrityError as error:
        raise IntegrityError(f"{where}: {error}; this is a bug in cleaner") from None
    return result


def _recognised(result: Result, ruleset: RuleSet, scope: Scope) -> list[str]:
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
            site = scope.host or ", ".join(_recognised(result, self.ruleset, scope)) or None
            with_text = self.request.audit_text
            self.audit.write(audit_record(result, doc, site, file=file, with_text=with_text))

    def close(self) -> None:
        """The run is over: only now is the audit complete."""
        if self.audit is not None:
            self.audit.commit()
        if self.request.stats:
            _print_error(self.tally.render())


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
        return Stream(_standard_output()) if path == STANDARD_STREAM else Draft(path)

    def _clean_file(self, source: str) -> None:
        where = _shown(source)
        if self.request.in_place:
            _refuse_special(source)
        result = self._result(_read_text(source, self.errors), self.scope, where)
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
            _refuse_special(source)
        with _reading(source) as stream, self._sink(source) as sink:
            for batch in _read_batches(source, stream):
                for raw in batch:
                    cleaned = self._clean_row(raw, source, row_count)
                    sink.write(cleaned)
                    row_count += 1
                    changed_count += cleaned is not raw
                sink.flush()
            if changed_count or not self.request.in_place:
                sink.commit()
        if changed_count:
            self._found_changed(f"{_shown(source)}: {changed_count} of {row_count} rows")

    def _clean_row(self, raw: bytes, source: str, number: int) -> bytes:
        """One row, cleaned, or as it came if it is blank or broken."""
        from cleaner.records import BrokenRow, is_blank_row, parse_row

        if is_blank_row(raw):
            return raw
        where = f"{_shown(source)}:{number + 1}"
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

        result = _proved(text, self.program, scope, where)
        reasons = {claim.reason for claim in result.withheld} & {Reason.TIMEOUT, Reason.TOO_LONG}
        for reason in sorted(reasons):
            complain(f"{where}: {REASON_MEANINGS[reason]}")
            self._found(EXIT_WANTING)
        return result

    def _print_diff(self, result: Result, name: str, errors: str = "backslashreplace") -> None:
        from cleaner.printer import diff

        if self.request.diff and result.is_changed:
            _print_text(diff(result, name, _palette()), errors)


# cleaner explain


@cli.command("explain")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path())
@_scope_options
@_program_options
@_errors_option
def explain_command(file: str | None, **options: Any) -> int:
    """Show a document line by line, with the rule that took each line or span.

    Reads standard input, or FILE. `-` marks a line that went, `~` one that lost a span.
    """
    from cleaner.printer import explain
    from cleaner.stacks import choose

    if _needs_help([file] if file else []):
        return EXIT_TROUBLE
    origin = Origin(**options)
    scope = origin.scope()
    program = origin.program()
    source = file or STANDARD_STREAM
    result = _proved(_read_text(source, origin.errors), program, scope, _shown(source))
    ruleset = program.ruleset
    recognised = _recognised(result, ruleset, scope)
    choices = choose(ruleset, scope, recognised, site_packs=not origin.no_site_packs)
    _print_text(explain(result, ruleset, choices, _palette()))
    return EXIT_DONE


# cleaner rules


@cli.group("rules", no_args_is_help=True)
def rules_group() -> None:
    """Look at the rules."""


@rules_group.command("list")
@_rules_option
def list_command(rules: tuple[str, ...]) -> int:
    """List the packs: their rules and what they serve."""
    from cleaner.printer import pack_lines

    _print_lines(pack_lines(_load(rules)))
    return EXIT_DONE


@rules_group.command("show")
@click.argument("name", metavar="PACK/ID")
@_rules_option
def show_command(name: str, rules: tuple[str, ...]) -> int:
    """Show a rule as its author wrote it, and where; or a PACK's head and its rules."""
    from cleaner.printer import pack_source, place, rule_lines, rule_source

    ruleset = _load(rules)
    if name in ruleset.by_name:
        pack = ruleset.by_name[name]
        source = pack_source(_source_lines(pack.location.path))
        _print_lines([place(pack.location), *source, "", *rule_lines(pack)])
        return EXIT_DONE
    try:
        rule = ruleset.rule(name)
    except KeyError:
        from cleaner.structure import nearest

        known = [*ruleset.by_name, *(rule.name for rule in ruleset)]
        hint = nearest(name, known)
        raise Failure(f"there is no rule or pack {name!r}{hint}; see `cleaner rules list`") from None
    _print_lines([place(rule.location), *rule_source(_source_lines(rule.location.path), rule)])
    return EXIT_DONE


def _source_lines(path: str) -> list[str]:
    with _naming("read", path, Failure), open(path, encoding="utf-8-sig") as stream:
        return stream.read().splitlines()


@rules_group.command("which")
@click.argument("url")
@click.option("--lang", metavar="TAG", help="The page's language.")
@click.option("--extractor", metavar="NAME", help="What made the text.")
@_rules_option
def which_command(url: str, lang: str | None, extractor: str | None, rules: tuple[str, ...]) -> int:
    """Show which packs serve the page at URL, in order, and why."""
    from cleaner.printer import choice_lines
    from cleaner.stacks import Scope, choose, host_of

    scope = Scope(host_of(url), lang, extractor)
    ruleset = _load(rules)
    _note_unserved_host(ruleset, scope)
    _print_lines(choice_lines(choose(ruleset, scope)))
    return EXIT_DONE
