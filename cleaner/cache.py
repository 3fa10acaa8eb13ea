"""What was made of rule files once, kept for the next process.

Reading thousands of rules takes seconds, most of it on their patterns, an index over them half of one,
and a pattern takes the regex engine a millisecond or three; to read back what a page wants of all that
takes a few hundredths. An entry says itself what it was made from: the names, sizes and times of change of
all files, the code, the Python that ran it; asked for anything else it is none, so it is never out of date.
What many do not want (each single rule) is in the entry's leaves, and read when it is first looked at.
Nothing depends on the cache being there. CLEANER_CACHE names another folder for it; empty, it is off.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate
from mmap import ACCESS_READ, mmap
from typing import Any, Generic, NamedTuple, TypeVar, overload
from zlib import crc32

from cleaner.errors import CacheError

_Value = TypeVar("_Value", covariant=True)

RULES = ".rules"
INDEX = ".index"
PATTERNS = ".patterns"
"""What an entry is: read rules, an index over some of them, compiled patterns. Each sort has its own room."""

MAX_ENTRIES = {RULES: 4, INDEX: 32, PATTERNS: 2}
"""Entries of a sort that are kept: a checkout or two and an installed version; of indexes one for each
set of languages that sites have. Older ones are deleted."""

_START_BYTES = 12
"""Before the head: its size in bytes (8), and its checksum."""


class Later(Sequence[_Value], Generic[_Value]):
    """Kept values, each read when it is first looked at: as good as a tuple of them.

    They stand in a file that nobody writes to again: of megabytes only what is looked at is read. `ends`
    are the places in it where they begin, and where the last one ends; `sums` their checksums. Looking at
    one that the disk has changed raises CacheError.
    """

    __slots__ = ("_content", "_ends", "_path", "_sums", "_values")

    def __init__(self, path: str, content: mmap, ends: Sequence[int], sums: Sequence[int]) -> None:
        self._path = path
        self._content = content
        self._ends = ends
        self._sums = sums
        self._values: list[Any] = [None] * len(sums)

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, at: int) -> _Value: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Value, ...]: ...
    def __getitem__(self, at: int | slice) -> _Value | tuple[_Value, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(map(self.__getitem__, range(*at.indices(len(self)))))
        value = self._values[at]
        if value is None:
            at = range(len(self))[at]
            value = self._values[at] = self._read(at)
        return value  # type: ignore[no-any-return]

    def _read(self, at: int) -> Any:
        pickled = self._content[self._ends[at] : self._ends[at + 1]]
        if crc32(pickled) != self._sums[at]:
            raise CacheError(f"{self._path}: the file is damaged; delete it, nothing is lost with it")
        return pickle.loads(pickled)

    def __iter__(self) -> Iterator[_Value]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, Later)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, (tuple(self),)

    def part(self, start: int, count: int) -> Later[_Value]:
        """Some consecutive ones, still unread."""
        end = start + count
        return Later(self._path, self._content, self._ends[start : end + 1], self._sums[start:end])


class Entry(NamedTuple):
    """What was kept: a head, and leaves that are read one by one."""

    head: Any
    leaves: Later[Any]


def folder() -> str | None:
    """Where entries are kept; None if nowhere."""
    named = os.environ.get("CLEANER_CACHE")
    if named is not None:
        return named or None
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if not root:
        home = os.path.expanduser("~")
        root = os.path.join(home, ".cache") if home != "~" else None  # "~" itself: no home folder
    return os.path.join(root, "cleaner") if root else None


class State(NamedTuple):
    """What tells whether a file is still as it was: size in bytes, and when it was written and changed."""

    path: str
    size: int
    written_ns: int
    changed_ns: int


def states_of(paths: Iterable[str]) -> list[State]:
    """Files as they are now. Raises OSError."""
    states = ((path, os.stat(path)) for path in paths)
    return [State(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns) for path, state in states]


def digest(pieces: Iterable[bytes]) -> str:
    """A name for these bytes, piece by piece, and for nothing else."""
    from hashlib import blake2b  # slow to import, and wanted only when something is made

    total = blake2b(digest_size=20)
    for piece in pieces:
        total.update(b"%d\0" % len(piece))
        total.update(piece)
    return total.hexdigest()


@cache
def _maker() -> tuple[object, ...]:
    """The code that makes entries, and the Python that runs it: an entry of others is no use."""
    here = os.path.dirname(__file__)
    modules = sorted(name for name in os.listdir(here) if name.endswith(".py"))
    return sys.version, states_of(os.path.join(here, name) for name in modules)


def _name(made_from: object) -> str:
    """A short name for what an entry is made from; two may share one, so the entry tells which it is."""
    return f"{crc32(repr((_maker(), made_from)).encode('utf-8', 'backslashreplace')):08x}"


def recall(made_from: object, sort: str) -> Entry | None:
    """What was kept and made from this, or None. A broken entry is as good as none."""
    home = folder()
    return None if home is None else _read(os.path.join(home, _name(made_from) + sort), made_from)


def recall_newest(sort: str) -> Entry | None:
    """What was kept last of a sort, made from whatever, or None: what has changed since is mostly little."""
    home = folder()
    with suppress(OSError):  # no such folder, or another process is deleting
        newest = _entries(home, sort)[:1] if home is not None else []
        return _read(newest[0]) if newest else None
    return None


def _read(path: str, made_from: object = None) -> Entry | None:
    try:
        with open(path, "rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            content = mmap(file.fileno(), 0, access=ACCESS_READ)
        start = _START_BYTES + int.from_bytes(content[:8], "big")
        pickled = content[_START_BYTES:start]
        if crc32(pickled) != int.from_bytes(content[8:_START_BYTES], "big"):
            return None
        known_maker, known, head, ends, sums = pickle.loads(pickled)
        if known_maker != _maker() or made_from not in (None, known) or start + ends[-1] != len(content):
            return None
        return Entry(head, Later(path, content, [start + end for end in ends], sums))
    except Exception:  # of any kind: an unpickled wreck may raise what it likes
        return None


def _entries(home: str, sort: str) -> list[str]:
    """All entries of a sort, the newest first."""
    with os.scandir(home) as found:
        states = {entry.path: entry.stat().st_mtime_ns for entry in found if entry.name.endswith(sort)}
    return sorted(states, key=states.__getitem__, reverse=True)


def _is_ours(state: os.stat_result) -> bool:
    """Whether nobody else can have written a file: what is unpickled runs."""
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def keep(made_from: object, sort: str, head: object, leaves: Iterable[object] = ()) -> None:
    """Keep a head and leaves, whole or not at all. A cache that cannot be written is no error."""
    home = folder()
    if home is None:
        return
    pickled = [pickle.dumps(leaf, pickle.HIGHEST_PROTOCOL) for leaf in leaves]
    ends = [0, *accumulate(map(len, pickled))]
    sums = list(map(crc32, pickled))
    first = pickle.dumps((_maker(), made_from, head, ends, sums), pickle.HIGHEST_PROTOCOL)
    start = len(first).to_bytes(8, "big") + crc32(first).to_bytes(4, "big")
    name = _name(made_from)
    draft = os.path.join(home, f"{name}.{os.getpid()}.tmp")
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((start, first, *pickled))
        os.replace(draft, os.path.join(home, name + sort))
        for path in _entries(home, sort)[MAX_ENTRIES[sort] :]:
            os.unlink(path)
    except OSError:
        with suppress(OSError):
            os.unlink(draft)
