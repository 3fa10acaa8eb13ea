"""One line on a terminal that says how far a long run is, or what it waits for; nothing in a pipe, nothing of
a short run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

DELAY_SECONDS = 2.0
"""A run that is over by then needs no progress."""

INTERVAL_SECONDS = 0.2
"""Between two looks of the line; a terminal over a slow wire must not be what we wait for."""


PATIENCE_SECONDS = 1.0
"""What takes longer than this is explained."""


@contextmanager
def waiting(for_what: str, is_wanted: bool = True) -> Iterator[None]:
    """Say on a terminal what is waited for, once it takes long; the line is gone when it is done."""
    if not is_wanted or not _has_terminal():
        yield
        return
    from threading import Timer

    timer = Timer(PATIENCE_SECONDS, _write, [f"\r{for_what}"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        was_late = timer.finished.is_set()
        timer.cancel()
        timer.join()
        if was_late:
            _write("\r" + " " * len(for_what) + "\r")


def _has_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _write(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


class Progress:
    """Counts what is done and shows it on standard error, on one line that is written anew."""

    def __init__(self, is_wanted: bool) -> None:
        self.is_wanted = is_wanted and _has_terminal()
        self.document_count = self.byte_count = self.char_count = self.removed_count = 0
        self._begin = monotonic()
        self._next = self._begin + DELAY_SECONDS
        self._width = 0

    def add(self, document_count: int, byte_count: int, char_count: int, removed_count: int) -> None:
        """Count a batch."""
        self.document_count += document_count
        self.byte_count += byte_count
        self.char_count += char_count
        self.removed_count += removed_count
        if self.is_wanted and monotonic() >= self._next:
            self._next = monotonic() + INTERVAL_SECONDS
            self._show()

    def hide(self) -> None:
        """Clear the line, for what else is to be said."""
        if self._width:
            _write("\r" + " " * self._width + "\r")
            self._width = 0

    def line(self, seconds: float) -> str:
        """What is done after so many seconds."""
        megabytes = self.byte_count / 1e6
        speed = megabytes / max(seconds, 1e-9)
        share = 100 * self.removed_count / max(self.char_count, 1)
        done = f"{self.document_count:,} documents, {megabytes:,.1f} MB"
        return f"{done}, {speed:,.1f} MB/s, {share:.1f} % of the text removed"

    def _show(self) -> None:
        columns = 80
        with suppress(OSError):
            columns = os.get_terminal_size(2).columns or columns
        line = self.line(monotonic() - self._begin)[: columns - 1]
        _write("\r" + line.ljust(self._width))
        self._width = len(line)
