"""What was made of rule files once, kept for the next process.

Reading thousands of rules takes seconds, most of it on their patterns, and an index over them half of
one; reading both back takes a tenth. An entry is kept under the digest of every byte that it was
made from, of the code that made it and of the Python that runs it, so it is never out of date: a
changed file is another entry. Nothing depends on the cache being there. CLEANER_CACHE names another
folder for it; empty, it is off.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

MAX_ENTRIES = 4
"""Entries of a sort that are kept: a checkout or two and an installed version. Older ones are deleted."""

RULES = ".rules"
INDEX = ".index"
"""What an entry is: read rules, or an index over some of them. Each sort has its own room."""


def folder() -> Path | None:
    """Where entries are kept; None if nowhere."""
    named = os.environ.get("CLEANER_CACHE")
    if named is not None:
        return Path(named) if named else None
    root = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    with suppress(RuntimeError):  # no home folder
        return Path(root or Path.home() / ".cache") / "cleaner"
    return None


def digest(pieces: Iterable[bytes]) -> str:
    """The key for what is made from these bytes by this code on this Python."""
    total = blake2b(f"{sys.version}\0{_code_state()}".encode(), digest_size=20)
    for piece in pieces:
        total.update(b"%d\0" % len(piece))
        total.update(piece)
    return total.hexdigest()


def _code_state() -> str:
    """Names, sizes and dates of this package's modules: an entry of other code is no use."""
    with os.scandir(Path(__file__).parent) as entries:
        states = [
            (entry.name, entry.stat().st_size, entry.stat().st_mtime_ns)
            for entry in entries
            if entry.name.endswith(".py")
        ]
    return repr(sorted(states))


def recall(key: str, sort: str = RULES) -> object | None:
    """What was kept under this key, or None. A broken entry is as good as none."""
    home = folder()
    return None if home is None else _read(home / f"{key}{sort}")


def recall_newest(sort: str = RULES) -> object | None:
    """What was kept last of a sort, under whatever key, or None: what has changed since is mostly little."""
    home = folder()
    with suppress(OSError):  # another process may be deleting
        newest = _entries(home, sort)[:1] if home is not None else []
        return _read(newest[0]) if newest else None
    return None


def _read(path: Path) -> object | None:
    try:
        with path.open("rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            return pickle.loads(file.read())  # type: ignore[no-any-return]
    except Exception:  # of any kind: an unpickled wreck may raise what it likes
        return None


def _entries(home: Path, sort: str) -> list[Path]:
    """All entries of a sort, the newest first."""
    states = {path: path.stat().st_mtime_ns for path in home.glob(f"*{sort}")}
    return sorted(states, key=states.__getitem__, reverse=True)


def _is_ours(state: os.stat_result) -> bool:
    """Whether nobody else can have written a file: what is unpickled runs."""
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def keep(key: str, value: object, sort: str = RULES) -> None:
    """Keep a value under this key, whole or not at all. A cache that cannot be written is no error."""
    home = folder()
    if home is None:
        return
    draft = home / f"{key}.{os.getpid()}.tmp"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        draft.replace(home / f"{key}{sort}")
        _forget_oldest(home, sort)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def _forget_oldest(home: Path, sort: str) -> None:
    for path in _entries(home, sort)[MAX_ENTRIES:]:
        path.unlink(missing_ok=True)
