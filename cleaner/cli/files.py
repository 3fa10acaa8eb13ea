"""Streams and files as the command line reads and writes them: bytes, whole or not at all.

No newline is ever translated. A file that is written is there whole or not at all. What could not be done
to which file is one line on standard error; a message never stops the work.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EAGAIN
from io import BufferedIOBase, BufferedReader
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, NoReturn, Self

from cleaner.errors import CleanerError

if TYPE_CHECKING:
    from cleaner.pages import Page

EXIT_DONE = 0
EXIT_WANTING = 1
EXIT_TROUBLE = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

STANDARD_STREAM = "-"
_STREAM_NAMES = {"read": "standard input", "write": "standard output"}


class Failure(CleanerError):
    """The run cannot go on. The message is the one line that the user sees."""


class FileFailure(Failure):
    """This file cannot be done; the others can."""


# What is said on standard error


def abandon(descriptor: int) -> None:
    """Send what is still buffered for a stream that cannot be written to nowhere."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def complain(message: str) -> None:
    """One line on standard error, whatever a file's name is made of."""
    from cleaner.printer import visible

    print_error(f"cleaner: {visible(message)}\n")


def print_error(text: str) -> None:
    # Whoever closes standard error still wants the documents: a message must never stop the work.
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        abandon(2)


@contextmanager
def naming(action: str, path: str, failure: type[Failure] = FileFailure) -> Iterator[None]:
    """Turn an error of the operating system into the line that says what could not be done to which file."""
    try:
        yield
    except OSError as error:
        raise failure(f"cannot {action} {shown(path, action)}: {error.strerror or error}") from error


def shown(path: str, action: str = "read") -> str:
    return _STREAM_NAMES[action] if path == STANDARD_STREAM else path


# Where bytes come from


@contextmanager
def reading(path: str) -> Iterator[BufferedReader]:
    """A file or standard input, open for reading bytes."""
    if path == STANDARD_STREAM:
        if sys.stdin is None:
            raise FileFailure("cannot read standard input: it is closed")
        _refuse_own_output(sys.stdin, path)
        yield sys.stdin.buffer  # type: ignore[misc]  # a BufferedReader, though typed by what it can do
        return
    with naming("read", path):
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
            raise FileFailure(f"cannot read {shown(path)}: standard output goes there too; use --in-place")


def refuse_special(path: str) -> None:
    """Refuse to put a file in the place of a pipe or a device."""
    with suppress(OSError):  # what is not there, or cannot be looked at, cannot be read either
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise FileFailure(f"cannot write {path}: not a regular file")


PASS_THROUGH = "--errors surrogateescape passes such bytes through"
CONVERT = "convert it first, for instance: iconv -f latin1 -t utf-8"
"""Ways out for text that is not UTF-8: where it is cleaned, and where there is nothing to pass it on to."""


def read_text(path: str, errors: str, way_out: str = PASS_THROUGH) -> str:
    """A whole document; every byte of it, line ends and all."""
    return decode_text(read_bytes(path), path, errors, way_out)


def read_bytes(path: str) -> bytes:
    """All that is in a file, or comes from standard input."""
    with reading(path) as stream, naming("read", path):
        return stream.read()


def decode_text(content: bytes, path: str, errors: str, way_out: str = PASS_THROUGH) -> str:
    """The text that these bytes of a file are. Raises FileFailure, which names the way out."""
    try:
        return content.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise FileFailure(
            f"cannot read {shown(path)}: not UTF-8 at byte {error.start} "
            f"(0x{content[error.start]:02x}); {way_out}"
        ) from None


@contextmanager
def reading_plain(path: str) -> Iterator[BufferedIOBase]:
    """A file or standard input, open for reading bytes; gzip is undone, known by its first bytes."""
    with reading(path) as stream:
        if stream.peek(2)[:2] != b"\x1f\x8b":
            yield stream
            return
        import gzip
        import zlib

        try:
            with gzip.open(stream) as plain:
                yield plain
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise Failure(f"cannot read {shown(path)}: broken gzip: {error}") from None


def read_pages(path: str, needed: Iterable[str] = (), body_field: str = "body") -> Iterator[Page]:
    """The pages of a JSON Lines file (`.jsonl`, `.ndjson`, `.json`, also with `.gz`) or of standard input;
    any other file is one text."""
    from cleaner.pages import Page, parse_page
    from cleaner.records import is_blank_row

    name = path.removesuffix(".gz")
    if path != STANDARD_STREAM and not name.endswith((".jsonl", ".ndjson", ".json")):
        yield Page(path, read_text(path, "strict", CONVERT), id=path)
        return
    with reading_plain(path) as stream, naming("read", path, Failure):
        for number, raw in enumerate(stream, 1):
            if not is_blank_row(raw):
                yield parse_page(raw, f"{shown(path)}:{number}", needed, body_field)


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
            abandon(1)
            if isinstance(error, BrokenPipeError):
                raise error
        raise Failure(f"cannot write {shown(self.path, 'write')}: {error.strerror}") from error


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
        with naming("write", path):
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
        with naming("write", self.path):
            self.stream.write(piece)

    def commit(self) -> None:
        """Put the draft in the file's place."""
        with naming("write", self.path):
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.stream.close()
            os.replace(self.draft_path, self.target)

    def mark(self) -> None:
        """Remember this place, to be able to come back to it."""
        self.marked = self.stream.tell()

    def rewind(self) -> None:
        """Take back what was written since the mark."""
        with naming("write", self.path, Failure):
            self.stream.seek(self.marked)
            self.stream.truncate()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        """Remove what was not committed; a committed draft has another name by now."""
        with suppress(OSError):
            self.stream.close()
        with suppress(OSError):
            os.unlink(self.draft_path)


def standard_output() -> IO[bytes]:
    if sys.stdout is None:
        raise Failure("cannot write standard output: it is closed")
    return sys.stdout.buffer


def open_audit(path: str, stack: ExitStack) -> Sink:
    """The audit's file, complete or absent; a pipe or a device (`--audit >(gzip > a.gz)`) as it is."""
    try:
        is_stream = not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        is_stream = False
    if not is_stream:
        return stack.enter_context(Draft(path))
    with naming("write", path, Failure):
        return Stream(stack.enter_context(open(path, "wb", buffering=0)), path)


def print_lines(lines: Sequence[str]) -> None:
    print_text("".join(f"{line}\n" for line in lines))


def print_text(text: str, errors: str = "backslashreplace") -> None:
    print_bytes(text.encode("utf-8", errors))


def print_bytes(piece: bytes) -> None:
    sink = Stream(standard_output())
    sink.write(piece)
    sink.commit()
