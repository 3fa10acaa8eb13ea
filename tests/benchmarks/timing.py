"""Clocks: interleaved rounds, medians, and the processor time of this process or of those it starts.

Contenders take turns (A B C A B C ...), so that a busy minute of the machine falls on all of them. Their
medians are compared, wall clock against wall clock; processor time stands beside it and tells when
another program took the core away.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

Contender: TypeAlias = Callable[[], object]
"""What is timed. It holds what it needs and is ready to run."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One contender's rounds: wall and processor seconds, in the order in which they were run."""

    seconds: tuple[float, ...]
    cpu_seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Wall seconds of the middle round."""
        return median(self.seconds)

    @property
    def cpu_median(self) -> float:
        """Processor seconds of the middle round."""
        return median(self.cpu_seconds)


def interleave(contenders: Mapping[str, Contender], rounds: int, warm_up: bool = True) -> dict[str, Timing]:
    """The timing of each contender, run in turns. A first turn warms files and caches and is not counted."""
    if warm_up:
        for run in contenders.values():
            run()
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            times[name].append(_time(run))
    return {
        name: Timing(tuple(wall for wall, _ in pairs), tuple(cpu for _, cpu in pairs))
        for name, pairs in times.items()
    }


def _time(run: Contender) -> tuple[float, float]:
    cpu = _cpu_seconds()
    start = time.perf_counter()
    run()
    wall = time.perf_counter() - start
    return wall, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    """Processor time of this process and of all its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextmanager
def one_core() -> Iterator[None]:
    """Everything in here, child processes too, runs on one core, where the system can say so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def _environment() -> dict[str, str]:
    """Ours, save that Python compiles a module once, as for users: where that is turned off, start-up would
    be measured with the compiling of every module."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments, from a file (or nothing) to a file. Exit 1 is fine: grep found nothing."""

    arguments: Sequence[str]
    output: Path
    input: Path | None = None
    environment: Mapping[str, str] | None = None

    def __call__(self) -> None:
        """Run it once. Raises RuntimeError with what it said if it failed."""
        with open(self.input or os.devnull, "rb") as source, self.output.open("wb") as sink:
            done = subprocess.run(
                self.arguments,
                stdin=source,
                stdout=sink,
                stderr=subprocess.PIPE,
                env={**_environment(), **(self.environment or {})},
                check=False,
            )
        if done.returncode not in (0, 1):
            said = done.stderr.decode(errors="replace").strip()
            raise RuntimeError(f"{self.arguments[0]} ended with {done.returncode}: {said[-500:]}")


def peak_memory_bytes(process_id: int) -> int:
    """The most memory that a running process has held so far, in bytes; 0 where that cannot be read.

    Not from `getrusage`: what that tells of a child counts this process's own size at the moment it forked.
    """
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(found[0]) * 1024 if found else 0
