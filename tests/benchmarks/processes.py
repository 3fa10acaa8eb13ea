"""The command line as a whole process: start-up, what it adds to the library, two jobs, memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import IO

from tests.benchmarks.setups import Setup, clean_all, command, milliseconds, rate
from tests.benchmarks.tables import Row, at_least, at_most
from tests.benchmarks.texts import at_least as pages_of_size
from tests.benchmarks.texts import distinct
from tests.benchmarks.timing import Command, Contender, interleave, one_core, peak_memory_bytes

START_UP_ROUNDS = 25
START_UP_SHARE = 0.05
"""Start-up may be this much of a whole process that is held against the library's own time."""

PROCESS_SECONDS = 20.0
QUICK_PROCESS_SECONDS = 5.0
"""How long the library is to be busy with the text of one whole process."""

JOBS_SECONDS = 40.0
"""The same where processes share it: each of them meets the rules anew, which takes it some two seconds."""

COUNTING = "for number in range(60_000_000): pass"
"""What shows how much of a second core there is: on a shared machine it may be half a one."""

STREAM_BYTES = 2_000_000_000
QUICK_STREAM_BYTES = 200_000_000
PEAK_MB = 150.0
EARLY_SHARE = 0.1
"""What has been held after this much of the stream is what flat memory may not outgrow by a tenth."""

STREAM_SECONDS = 150
"""A quick run ends a stream that is slower than this and says how far it came."""

FEED_PAUSE_SECONDS = 0.05


def as_rows(pages: Iterable[str]) -> Iterable[bytes]:
    """JSON Lines of pages."""
    for page in pages:
        yield json.dumps({"text": page}, ensure_ascii=False).encode() + b"\n"


def clean_command(*options: str) -> list[str]:
    """Clean JSON Lines of WET text."""
    return [*command(), "clean", "--format", "jsonl", "--extractor", "wet", *options]


def start_up(setup: Setup) -> list[Row]:
    """One page through `cleaner clean`, against a Python that only imports what it needs."""
    pages = sorted(setup.sources["resiliparse"].pages, key=len)
    page = setup.write("page.txt", [pages[len(pages) // 2]])
    bare = [sys.executable, "-c", "import click, regex"]
    contenders: dict[str, Contender] = {
        "ours": Command([*command(), "clean", str(page)], setup.work / "page.out"),
        "bare": Command(bare, setup.work / "bare.out"),
    }
    with one_core():
        timings = interleave(contenders, 5 if setup.is_quick else START_UP_ROUNDS)
    ours, other = timings["ours"], timings["bare"]
    return [
        Row(
            "one page, whole process, against import click, regex",
            milliseconds(ours.median),
            milliseconds(other.median),
            ours.median / other.median,
            at_most(1.5),
            f"best of {len(ours.seconds)} rounds: {milliseconds(min(ours.seconds))} and "
            f"{milliseconds(min(other.seconds))}; {page.stat().st_size:,} bytes",
            {"our_seconds": ours.seconds, "seconds": other.seconds},
        )
    ]


def whole_process(setup: Setup) -> list[Row]:
    """`cleaner clean --format jsonl` against the library on the same pages."""
    with one_core():
        pages = _pages_for(setup, QUICK_PROCESS_SECONDS if setup.is_quick else PROCESS_SECONDS)
        first = setup.work / "first.jsonl"
        first.write_bytes(b"".join(as_rows(pages[:1])))
        source = setup.work / "pages.jsonl"
        source.write_bytes(b"".join(as_rows(pages)))
        starting = interleave({"start": Command(clean_command(), setup.work / "first.out", first)}, 1)[
            "start"
        ]
        contenders: dict[str, Contender] = {
            "process": Command(clean_command(), setup.work / "pages.out", source),
            "library": partial(clean_all, pages, setup.program, "wet"),
        }
        timings = interleave(contenders, 1 if setup.is_quick else 3, warm_up=False)
    process, library = timings["process"], timings["library"]
    share = starting.median / process.median
    size = source.stat().st_size
    too_short = (
        "" if share <= START_UP_SHARE else f", more than {START_UP_SHARE:.0%}: not yet the steady state"
    )
    return [
        Row(
            "cleaner clean --format jsonl against the library's own time",
            rate(size, process.median),
            rate(size, library.median),
            process.median / library.median,
            at_most(1.4),
            f"{size / 1e6:.1f} MB of JSON Lines; a process for one row is {share:.0%} of it{too_short}",
            {"our_seconds": process.seconds, "seconds": library.seconds, "start": starting.seconds},
        )
    ]


def _pages_for(setup: Setup, seconds: float) -> list[str]:
    """So many distinct WET pages that the library is busy with them for this long."""
    source = setup.sources["wet"]
    clean_all(source.pages, setup.program, "wet")  # compiles what is compiled on demand
    start = time.perf_counter()
    clean_all(source.pages, setup.program, "wet")
    speed = source.byte_count / (time.perf_counter() - start)
    return pages_of_size(distinct(source.pages), max(int(speed * seconds), source.byte_count // 4))


def two_jobs(setup: Setup) -> list[Row]:
    """`--jobs 2` against `--jobs 1`, on all cores, and whether both wrote the same bytes."""
    what, target = "--jobs 2 against --jobs 1", at_least(1.8)
    helped = subprocess.run([*command(), "clean", "--help"], capture_output=True, text=True, check=True)
    if "--jobs" not in helped.stdout:
        return [Row(what, target=target, note="this version has no --jobs")]
    source = setup.work / "jobs.jsonl"
    seconds = QUICK_PROCESS_SECONDS if setup.is_quick else JOBS_SECONDS
    source.write_bytes(b"".join(as_rows(_pages_for(setup, seconds))))
    outputs = {jobs: setup.work / f"jobs{jobs}.out" for jobs in ("1", "2")}
    contenders: dict[str, Contender] = {
        jobs: Command(clean_command("--jobs", jobs), output, source) for jobs, output in outputs.items()
    }
    contenders |= {"alone": partial(_count, 1), "together": partial(_count, 2)}
    timings = interleave(contenders, 1 if setup.is_quick else 3, warm_up=False)
    is_same = outputs["1"].read_bytes() == outputs["2"].read_bytes()
    one, two = timings["1"], timings["2"]
    most = 2 * timings["alone"].median / timings["together"].median
    return [
        Row(
            what,
            rate(source.stat().st_size, two.median),
            rate(source.stat().st_size, one.median),
            one.median / two.median if is_same else 0.0,
            target,
            ("the same bytes" if is_same else "the bytes differ, so the gain counts for nothing")
            + f"; two processes that share nothing did {most:.2f}x the work of one in these minutes",
            {"our_seconds": two.seconds, "seconds": one.seconds, "is_same": is_same, "most": most},
        )
    ]


def _count(processes: int) -> None:
    """As many processes at once as asked for, each busy for some seconds with nothing but itself."""
    running = [subprocess.Popen([sys.executable, "-c", COUNTING]) for _ in range(processes)]
    for each in running:
        each.wait()


@dataclass(frozen=True, slots=True)
class Stream:
    """What a process held while it read: after a tenth of what was wanted (0: not reached), and at most."""

    byte_count: int
    early_bytes: int
    peak_bytes: int
    seconds: float


def memory(setup: Setup) -> list[Row]:
    """The peak of a process that cleans a long stream, and how much of it came after the first tenth."""
    wanted = QUICK_STREAM_BYTES if setup.is_quick else STREAM_BYTES
    rows = as_rows(distinct(setup.sources["wet"].pages))
    with one_core():
        stream = _feed(clean_command(), rows, wanted, STREAM_SECONDS if setup.is_quick else None)
    return memory_rows(stream, wanted)


def memory_rows(stream: Stream, wanted: int) -> list[Row]:
    """The peak and its growth. A stream that ended early shows too much memory, but never enough of it."""
    ceiling, flat = at_most(PEAK_MB, " MB"), at_most(1.1)
    what = f"peak memory, {stream.byte_count / 1e6:,.0f} MB of JSON Lines"
    if not stream.peak_bytes:
        return [Row(what, target=ceiling, note="this system tells no peak")]
    peak = stream.peak_bytes / 1e6
    growth = stream.peak_bytes / stream.early_bytes if stream.early_bytes else None
    note = rate(stream.byte_count, stream.seconds)
    if stream.byte_count < wanted:
        note += f"; ended after {stream.seconds:.0f} s, {wanted / 1e6:,.0f} MB were wanted"
    is_proof = stream.byte_count >= wanted
    return [
        Row(
            what,
            f"{peak:.0f} MB",
            value=peak if is_proof or not ceiling.is_met_by(peak) else None,
            target=ceiling,
            note=note,
            measures=asdict(stream),
        ),
        Row(
            "its growth after a tenth of the stream",
            f"{peak:.0f} MB",
            f"{stream.early_bytes / 1e6:.0f} MB",
            growth if is_proof or (growth and not flat.is_met_by(growth)) else None,
            flat,
        ),
    ]


def _feed(arguments: Sequence[str], rows: Iterable[bytes], wanted: int, seconds: float | None) -> Stream:
    """Write rows to a process until it has had so many bytes (or so long), and watch its memory."""
    start = time.perf_counter()
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        watch = _Watch(process.pid)
        watch.start()
        assert process.stdin is not None
        sent, early = _pour(rows, process.stdin, wanted, watch, start + seconds if seconds else None)
        process.stdin.close()
        process.wait()
        watch.stop()
    if process.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {process.returncode}")
    return Stream(sent, early, watch.peak_bytes, time.perf_counter() - start)


def _pour(
    rows: Iterable[bytes], pipe: IO[bytes], wanted: int, watch: _Watch, deadline: float | None
) -> tuple[int, int]:
    """(bytes written, most memory held when a tenth of them was)."""
    sent = early = 0
    for row in rows:
        pipe.write(row)
        sent += len(row)
        if not early and sent >= wanted * EARLY_SHARE:
            early = watch.look()
        if sent >= wanted or (deadline and time.perf_counter() > deadline):
            break
    return sent, early


class _Watch(threading.Thread):
    """Looks at a process's peak until it is told to stop. The system keeps the peak, so none is missed save
    what came in the last moment."""

    def __init__(self, process_id: int) -> None:
        super().__init__(daemon=True)
        self.process_id = process_id
        self.peak_bytes = 0
        self._is_over = threading.Event()

    def run(self) -> None:
        while not self._is_over.wait(FEED_PAUSE_SECONDS):
            self.look()

    def look(self) -> int:
        """The peak so far."""
        self.peak_bytes = max(self.peak_bytes, peak_memory_bytes(self.process_id))
        return self.peak_bytes

    def stop(self) -> None:
        """End the watch."""
        self._is_over.set()
        self.join()
