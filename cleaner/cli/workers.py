"""Work in several processes, its results in the order of the work.

Who reads gives batches; worker processes give back what became of them; the outcomes come out in the
order of the batches, so that nobody can tell how many workers there were. A bounded number of bytes is
under way, however long the stream is. A worker that dies (killed, out of memory) is replaced, and what it
had in hand is done again in smaller and smaller parts, until the one document over which a process dies
twice is found: that one is passed over, and all others are done.

Not concurrent.futures: of a pool whose process died it can say neither over what nor go on.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Protocol, Self

from cleaner.cli.documents import Batch, Outcome
from cleaner.cli.files import Failure, abandon
from cleaner.errors import CleanerError

PARCEL_BYTES = 1 << 20
"""Batches are sent together up to this size while all workers are busy: some ten milliseconds of work, of
which handing it over takes a twentieth. An idle worker gets at once what is there."""

UNDER_WAY_BYTES = 4 << 20
"""Bytes that are read and not yet written, for each worker: enough for the others to go on while one has
a large document in hand, and little enough for memory to stay flat."""

DEATHS_ALLOWED = 1
"""Deaths over a document that may be chance: somebody may kill a process for what a neighbour did."""

END_SECONDS = 2.0
"""What a process gets to end before it is killed. It has nothing to save."""

EXIT_MEMORY = 71


class Workshop(Protocol):
    """What workers do, and what is given back in the place of what they cannot do."""

    def carry_out(self, batch: Batch) -> Outcome:
        """What becomes of a batch."""

    def pass_over(self, batch: Batch, why: str) -> Outcome:
        """What becomes of a batch of one document over which workers die."""


class Feed(Protocol):
    """What is read, step by step. A step that completed nothing gives None; `descriptor` is what the next
    step would wait for, None if it waits for nothing."""

    descriptor: int | None

    def __next__(self) -> Batch | None: ...


def usable_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> str:
    """`fork` where it is safe: the workers then share the rules that are loaded and compiled already."""
    return "fork" if sys.platform == "linux" else "spawn"


@dataclass(slots=True, eq=False)
class _Slot:
    """A batch on its way, and what became of it."""

    batch: Batch
    outcome: Outcome | None = None
    death_count: int = 0


@dataclass(slots=True, eq=False)
class _Worker:
    """A process, our end of the pipe to it, and what it has in hand."""

    process: BaseProcess
    connection: Connection
    slots: tuple[_Slot, ...] = ()
    is_ready: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it waits for work."""
        return self.is_ready and not self.slots


class Crew:
    """At most `size` processes, started when there is work for them, gone when the crew is closed."""

    def __init__(self, shop: Workshop, size: int) -> None:
        self.shop = shop
        self.size = size
        self.death_count = 0
        self.lost_count = 0
        self._method = start_method()
        self._workers: list[_Worker] = []
        self._line: deque[_Slot] = deque()
        self._waiting: deque[_Slot] = deque()
        self._again: deque[tuple[_Slot, ...]] = deque()
        self._under_way = 0
        gc.freeze()  # the collector would write to every page that forked workers share with us

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for worker in self._workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(END_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()
        gc.unfreeze()

    def run(self, feed: Feed) -> Iterator[tuple[Batch, Outcome]]:
        """The batches of a feed, each with what became of it, in order."""
        is_read = False
        while True:
            yield from self._finished()
            if is_read and not self._line:
                return
            can_read = not is_read and self._has_room()
            ready = self._wait(feed.descriptor if can_read else None, can_read)
            for worker in [worker for worker in self._workers if worker.connection in ready]:
                self._receive(worker)
            if can_read and (feed.descriptor is None or feed.descriptor in ready):
                is_read = not self._read(feed)
            self._send()

    def _finished(self) -> Iterator[tuple[Batch, Outcome]]:
        """What is done and next in line."""
        while self._line and (outcome := self._line[0].outcome) is not None:
            slot = self._line.popleft()
            self._under_way -= slot.batch.size
            yield slot.batch, outcome

    def _has_room(self) -> bool:
        """Whether more may be read now."""
        if self._line and self._line[-1].batch.waits:
            return False
        if self._under_way >= UNDER_WAY_BYTES * self.size:
            return False
        return sum(slot.batch.size for slot in self._waiting) < PARCEL_BYTES

    def _wait(self, descriptor: int | None, can_read: bool) -> list[object]:
        """Wait for workers and for what can be read; not at all if reading does not wait."""
        wanted: list[object] = [w.connection for w in self._workers if w.slots or not w.is_ready]
        if descriptor is not None:
            wanted.append(descriptor)
        if not wanted:
            return []
        return list(wait(wanted, 0 if can_read and descriptor is None else None))  # type: ignore[arg-type]

    def _read(self, feed: Feed) -> bool:
        """Take a step of reading; false at the end."""
        try:
            batch = next(feed)
        except StopIteration:
            return False
        if batch is not None:
            slot = _Slot(batch)
            self._line.append(slot)
            if batch.is_work:
                self._under_way += batch.size
                self._waiting.append(slot)
            else:
                slot.outcome = self.shop.carry_out(batch)
        return True

    # Workers

    def _send(self) -> None:
        """Give work to who is idle, and call for more hands if there is more work."""
        while self._again or self._waiting:
            worker = next((worker for worker in self._workers if worker.is_idle), None)
            if worker is None:
                if all(worker.is_ready for worker in self._workers) and len(self._workers) < self.size:
                    self._start()
                return
            worker.slots = self._again.popleft() if self._again else self._parcel()
            try:
                worker.connection.send([slot.batch for slot in worker.slots])
            except OSError:
                self._bury(worker)

    def _parcel(self) -> tuple[_Slot, ...]:
        """All that waits."""
        parcel = tuple(self._waiting)
        self._waiting.clear()
        return parcel

    def _start(self) -> None:
        context = get_context(self._method)
        ours, theirs = context.Pipe()
        others = [worker.connection for worker in self._workers] + [ours] if self._method == "fork" else []
        process = context.Process(target=_serve, args=(self.shop, theirs, others), daemon=True)  # type: ignore[attr-defined]
        try:
            with _blocked_signals():
                process.start()
        except OSError as error:
            ours.close()
            self.size = len(self._workers)  # as many as the system allows
            if not self.size:
                message = f"cannot start a worker process: {error.strerror}; --jobs 1 needs none"
                raise Failure(message) from error
        else:
            self._workers.append(_Worker(process, ours))
        finally:
            theirs.close()

    def _receive(self, worker: _Worker) -> None:
        """Take what a worker has to say: first that it is there, then what became of its batches."""
        try:
            outcomes = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        worker.is_ready = True
        for slot, outcome in zip(worker.slots, outcomes, strict=True):
            slot.outcome = outcome
        worker.slots = ()

    def _bury(self, worker: _Worker) -> None:
        """A worker is dead: what it had in hand is to be done again, in parts."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(END_SECONDS)
        how = _how_it_ended(worker.process.exitcode)
        if not worker.is_ready:
            raise Failure(f"a worker process {how} before it could work; --jobs 1 needs none")
        self.death_count += 1
        if len(worker.slots) > 1:
            middle = len(worker.slots) // 2
            self._again.extend((worker.slots[:middle], worker.slots[middle:]))
        elif len(worker.slots[0].batch.documents) > 1:
            self._split(worker.slots[0])
        else:
            self._try_again(worker.slots[0], how)

    def _split(self, slot: _Slot) -> None:
        """Two batches stand in the line where one stood."""
        halves = [_Slot(half) for half in slot.batch.halves()]
        place = self._line.index(slot)
        del self._line[place]
        for half in reversed(halves):
            self._line.insert(place, half)
        self._again.extend((half,) for half in halves)

    def _try_again(self, slot: _Slot, how: str) -> None:
        """One document, alone: another process may take it, and then it is given up."""
        slot.death_count += 1
        if slot.death_count <= DEATHS_ALLOWED:
            self._again.append((slot,))
            return
        self.lost_count += 1
        slot.outcome = self.shop.pass_over(slot.batch, f"the worker process {how}, and so did the next one")


def _how_it_ended(code: int | None) -> str:
    """How a process ended, in words.

    >>> _how_it_ended(-9), _how_it_ended(3)
    ('was killed (SIGKILL)', 'ended with exit code 3')
    """
    if code is None:
        return "was lost"
    if code == EXIT_MEMORY:
        return "ran out of memory"
    if code >= 0:
        return f"ended with exit code {code}"
    with suppress(ValueError):
        return f"was killed ({signal.Signals(-code).name})"
    return f"was killed (signal {-code})"


class _blocked_signals:
    """No interrupt reaches a process between its birth and the moment it can take one."""

    def __enter__(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))

    def __exit__(self, *_: object) -> None:
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))


# In the worker's process


def _serve(shop: Workshop, connection: Connection, others: list[Connection]) -> None:
    """Work until the other end of the pipe is closed. The parent alone decides about interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    abandon(1)  # or a reader of standard output would wait for our end too
    for other in others:  # a copy of the parent's end that stays open would hide the parent's death
        other.close()
    with suppress(EOFError, OSError):  # the parent has gone
        connection.send(())
        while True:
            _work(shop, connection)


def _work(shop: Workshop, connection: Connection) -> None:
    try:
        outcomes = [shop.carry_out(batch) for batch in connection.recv()]
        for outcome in outcomes:
            _pack(outcome)
        connection.send(outcomes)
    except MemoryError:
        os._exit(EXIT_MEMORY)


def _pack(outcome: Outcome) -> None:
    """Make sure that a bug reaches the parent with its traceback, which does not travel by itself."""
    error = outcome.error
    if error is None or isinstance(error, CleanerError):
        return
    trace = "".join(traceback.format_exception(error))
    outcome.error = RuntimeError(f"in a worker process:\n{trace}")
