"""Interrupts and the wish of the system that we end, obeyed between two writes.

A run that ends halfway leaves whole rows: a signal that comes while something is written waits until
it is written. It waits no longer than GRACE_SECONDS, since a reader that has stopped reading would
hold us forever; a second signal does not wait at all.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from cleaner.cli.files import abandon

GRACE_SECONDS = 1.0
"""What a write that is under way gets. A pipe whose reader lives takes a batch in milliseconds."""


class Terminated(BaseException):
    """The system asked us to end (SIGTERM). As with KeyboardInterrupt, nobody but the top may catch it."""


class Signals:
    """While it is entered, SIGINT raises KeyboardInterrupt and SIGTERM raises Terminated, but not while
    a write is `held`. Signals that somebody else ignores or handles are left to them."""

    def __init__(self) -> None:
        self._others: dict[int, Any] = {}
        self._is_held = False
        self._waiting: int | None = None
        self._is_over = False

    def __enter__(self) -> Self:
        self._take(signal.SIGINT, signal.default_int_handler, self._on_signal)
        self._take(signal.SIGTERM, signal.SIG_DFL, self._on_signal)
        if hasattr(signal, "setitimer"):
            self._take(signal.SIGALRM, signal.SIG_DFL, self._on_alarm)
        return self

    def _take(self, number: int, usual: object, handler: Callable[[int, FrameType | None], None]) -> None:
        if signal.getsignal(number) == usual:
            self._others[number] = signal.signal(number, handler)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._disarm()
        for number, handler in self._others.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self._is_over:  # what has begun to end is not helped by another signal
            return
        if self._is_held and self._waiting is None:
            self._waiting = number
            if signal.SIGALRM in self._others:
                signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
            return
        self._end(number)

    def _on_alarm(self, _: int, __: FrameType | None) -> None:
        if self._is_held and self._waiting is not None:
            self._end(self._waiting)

    def _end(self, number: int) -> None:
        self._is_over = True
        if self._is_held:
            abandon(1)  # nobody reads it: what is still buffered would hold us again
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    def _disarm(self) -> None:
        if signal.SIGALRM in self._others:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let what is written here be written to its end."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self._waiting is not None:
            self._disarm()
            self._end(self._waiting)
