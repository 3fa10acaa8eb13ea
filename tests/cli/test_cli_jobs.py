"""`cleaner clean --jobs N`: the same bytes whoever did the work, and nothing lost if a worker dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cleaner.cli.documents import Batch, Outcome
from cleaner.cli.workers import Crew
from tests.cli.shell import ARTICLE, BODY, CLEANED, TIMEOUT_SECONDS, Inside, Shell, error_lines

JSONL = ("clean", "--format", "jsonl")
ROW, CLEANED_ROW = b'{"text": "Bridge menu: x\\nkept"}\n', b'{"text": "kept"}\n'


def many_rows() -> bytes:
    """Rows of many sizes, some of them broken or blank, for a good many batches."""
    rows = []
    for number in range(700):
        text = ARTICLE + BODY * (number * 7 % 30)
        rows.append(json.dumps({"n": number, "text": text, "url": "https://bridge.example/1"}).encode())
        if number % 50 == 0:
            rows += [b"", b"{broken", b'{"text": null}', b'{"text": "x", "url": "no host"}']
    return b"\n".join(rows)


@pytest.mark.parametrize(
    "options",
    [
        ("--stats", "--audit", "audit", "--audit-text"),
        ("--check", "--diff", "--audit", "audit"),
        ("--strict", "--stats"),
    ],
)
def test_the_number_of_jobs_changes_no_byte_of_rows(
    shell: Shell, tmp_path: Path, options: tuple[str, ...]
) -> None:
    rows = many_rows()
    assert len(rows) > 1_000_000
    seen = []
    for jobs in "123":
        done = shell(*JSONL, "--jobs", jobs, *options, stdin=rows)
        audit = tmp_path / "audit"
        seen.append((done.stdout, done.stderr, done.returncode, audit.exists() and audit.read_bytes()))
        audit.unlink(missing_ok=True)
    assert seen[0][2] == (2 if "--strict" in options else 1)
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]


@pytest.mark.parametrize("form", ["text", "jsonl"])
@pytest.mark.parametrize("place", ["--in-place", "--output-dir"])
def test_the_number_of_jobs_changes_no_byte_of_files(
    shell: Shell, tmp_path: Path, form: str, place: str
) -> None:
    """Files of all sorts; one of them twice, one missing, one that cannot be decoded, one empty."""
    wrap = (lambda text: json.dumps({"text": text}) + "\n") if form == "jsonl" else str
    seen = []
    for jobs in "12":
        folder = tmp_path / f"jobs{jobs}"
        folder.mkdir()
        for number in range(20):
            (folder / f"{number}.txt").write_text(wrap(ARTICLE + BODY * (number * 400)))
        (folder / "latin.txt").write_bytes(b"\xe9\n")
        (folder / "empty.txt").write_bytes(b"")
        names = [path.name for path in sorted(folder.iterdir())]
        names += ["missing.txt"] + (["0.txt"] if place == "--in-place" else [])
        where = [place] if place == "--in-place" else [place, "out"]
        run = Shell(folder, shell.packs, [])
        run.program = shell.program
        done = run("clean", "--format", form, "--jobs", jobs, "--stats", "--audit", "audit", *where, *names)
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        seen.append((done.stdout, done.stderr, done.returncode, files))
    assert seen[0][2] == 2
    assert seen[1] == seen[0]
    out = tmp_path / "jobs2" / ("" if place == "--in-place" else "out")
    assert (out / "3.txt").read_text() == wrap(CLEANED + BODY * 1_200)


def test_workers_may_be_spawned(changed_shell: Callable[[str], Shell], shell: Shell) -> None:
    """Where a process cannot be forked it gets its rules by mail."""
    spawning = changed_shell("import cleaner.cli.workers as w; w.start_method = lambda: 'spawn'")
    done = spawning(*JSONL, "--jobs", "2", stdin=many_rows())
    alone = shell(*JSONL, stdin=many_rows())
    assert (done.stdout, done.stderr, done.returncode) == (alone.stdout, alone.stderr, 1)


@pytest.mark.parametrize("jobs", ["-1", "two", "1.5", "257", "٢"])
def test_a_number_of_jobs_that_is_none(inside: Inside, jobs: str) -> None:
    done = inside(*JSONL, "--jobs", jobs)
    assert done.returncode == 2
    assert f"{jobs!r} is not a number from 0 to 256, nor 'auto'" in done.stderr.decode()


@pytest.mark.parametrize("jobs", ["0", "auto", "256"])
def test_no_more_workers_than_there_is_work_for(shell: Shell, jobs: str) -> None:
    done = shell(*JSONL, "--jobs", jobs, stdin=ROW)
    assert (done.stdout, done.stderr, done.returncode) == (CLEANED_ROW, b"", 0)


# Workers that die

DYING = """
import os, signal
from cleaner import engine
sound = engine.clean

def deadly(text, *arguments, **options):
    if "poison" in text:
        {death}
    return sound(text, *arguments, **options)

engine.clean = deadly
"""
POISON = b'{"text": "Bridge menu: poison"}\n'


@pytest.mark.parametrize(
    ("death", "how"),
    [
        ("os._exit(7)", "ended with exit code 7"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed (SIGKILL)"),
    ],
)
def test_a_document_over_which_workers_die_is_named_and_passed_through(
    changed_shell: Callable[[str], Shell], death: str, how: str
) -> None:
    shell = changed_shell(DYING.format(death=death))
    done = shell(*JSONL, "--jobs", "2", "--stats", stdin=ROW * 40 + POISON + b"\n" + ROW * 30 + POISON)
    assert done.stdout == CLEANED_ROW * 40 + POISON + b"\n" + CLEANED_ROW * 30 + POISON
    why = f"the worker process {how}, and so did the next one; passed through as it is"
    assert error_lines(done)[:2] == [f"cleaner: standard input:{n}: {why}" for n in (41, 73)]
    assert error_lines(done)[-1].startswith("70 documents, 70 changed")
    assert done.returncode == 1


def test_such_a_document_ends_a_strict_run(changed_shell: Callable[[str], Shell]) -> None:
    shell = changed_shell(DYING.format(death="os._exit(7)"))
    done = shell(*JSONL, "--jobs", "2", "--strict", stdin=ROW + POISON + ROW)
    assert (done.stdout, done.returncode) == (CLEANED_ROW, 2)
    assert error_lines(done)[0].startswith("cleaner: standard input:2: the worker process ended ")


def test_such_a_file_stays_as_it_is(changed_shell: Callable[[str], Shell], tmp_path: Path) -> None:
    for name, text in (("a", ARTICLE), ("b", "Bridge menu: poison"), ("c", ARTICLE)):
        (tmp_path / name).write_text(text)
    shell = changed_shell(DYING.format(death="os._exit(7)"))
    done = shell("clean", "--jobs", "2", "--in-place", "a", "b", "c")
    assert [(tmp_path / name).read_text() for name in "abc"] == [CLEANED, "Bridge menu: poison", CLEANED]
    why = "the worker process ended with exit code 7, and so did the next one; passed through as it is"
    assert error_lines(done) == [f"cleaner: b: {why}"]
    assert done.returncode == 1


@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_a_death_by_chance_loses_nothing(
    changed_shell: Callable[[str], Shell], tmp_path: Path, quiet: tuple[str, ...]
) -> None:
    """Somebody kills a worker once: another does what it had in hand."""
    once = "if not os.path.exists('dead'): open('dead', 'w').close(); os._exit(9)"
    shell = changed_shell(DYING.format(death=once))
    done = shell(*JSONL, "--jobs", "2", *quiet, stdin=ROW * 3 + POISON)
    assert (done.stdout, done.returncode) == (CLEANED_ROW * 3 + b'{"text": ""}\n', 0)
    note = "cleaner: worker processes that died and were replaced: 1; nothing was lost"
    assert error_lines(done) == ([] if quiet else [note])


def test_workers_that_cannot_start_are_one_line(changed_shell: Callable[[str], Shell]) -> None:
    shell = changed_shell("import os, cleaner.cli.workers as w\nw.abandon = lambda _: os._exit(3)")
    done = shell(*JSONL, "--jobs", "2", stdin=ROW)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        "cleaner: a worker process ended with exit code 3 before it could work; --jobs 1 needs none"
    ]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_memory_that_runs_out_over_a_row_is_reported_with_it(
    changed_shell: Callable[[str], Shell], jobs: str
) -> None:
    shell = changed_shell(DYING.format(death="raise MemoryError"))
    done = shell(*JSONL, "--jobs", jobs, stdin=ROW + POISON + ROW)
    assert (done.stdout, done.returncode) == (CLEANED_ROW + POISON + CLEANED_ROW, 1)
    assert error_lines(done) == ["cleaner: standard input:2: out of memory; passed through as it is"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bug_is_shown_with_its_traceback(changed_shell: Callable[[str], Shell], jobs: str) -> None:
    shell = changed_shell(DYING.format(death="raise ZeroDivisionError('a planted bug')"))
    done = shell(*JSONL, "--jobs", jobs, stdin=ROW + POISON + ROW)
    assert (done.stdout, done.returncode) == (CLEANED_ROW, 2)
    assert b"in deadly\n" in done.stderr
    assert b"ZeroDivisionError: a planted bug\n" in done.stderr


# The crew by itself


class Shouting:
    """Work that shows who did it, and dies over some documents."""

    def carry_out(self, batch: Batch) -> Outcome:
        if any(document == b"die" for document in batch.documents):
            os._exit(1)
        time.sleep(0.001 * (batch.place % 5))
        return Outcome(pieces=[document.upper() for document in batch.documents])

    def pass_over(self, batch: Batch, why: str) -> Outcome:
        return Outcome(pieces=list(batch.documents), messages=[why])


class Steps:
    """Batches that are there already."""

    def __init__(self, batches: list[Batch | None]) -> None:
        self.batches = batches
        self.descriptor: int | None = None

    def __next__(self) -> Batch | None:
        if not self.batches:
            raise StopIteration
        return self.batches.pop(0)


@pytest.mark.parametrize("size", [1, 3])
def test_outcomes_come_in_order_and_in_whole(size: int) -> None:
    documents = [[b"%d" % number, b"b", b"c"][: number % 4] for number in range(60)]
    documents[20] = [b"a", b"die", b"c", b"die", b"e"]
    batches = [Batch(place, "x", tuple(each)) for place, each in enumerate(documents)]
    with Crew(Shouting(), size) as crew:
        done = list(crew.run(Steps([*batches[:30], None, *batches[30:]])))
    assert list(dict.fromkeys(batch.place for batch, _ in done)) == list(range(60))
    pieces = [piece for _, outcome in done for piece in outcome.pieces]
    expected = [document for each in documents for document in each]
    assert pieces == [document if document == b"die" else document.upper() for document in expected]
    assert sum(len(outcome.messages) for _, outcome in done) == 2
    assert crew.lost_count == 2


def test_what_waits_is_read_when_all_before_it_is_out() -> None:
    """A file that is named twice is read anew: the first text must be in place by then."""
    feed = Steps([Batch(0, "a", (b"x",)), Batch(1, "a", waits=True), Batch(1, "a", (b"y",))])
    with Crew(Shouting(), 2) as crew:
        for batch, _ in crew.run(feed):
            assert (batch.place, bool(batch.documents), len(feed.batches)) in [
                (0, True, 1), (1, False, 1), (1, True, 0),
            ]  # fmt: skip


# Streams and signals


def test_a_row_comes_out_before_the_next_goes_in(shell: Shell) -> None:
    """And while half of the next is there already."""
    with shell.start(*JSONL, "--jobs", "2") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(ROW[:10])
        for _ in range(3):
            process.stdin.write(ROW[10:] + ROW[:10])
            process.stdin.flush()
            assert process.stdout.readline() == CLEANED_ROW
        process.stdin.write(ROW[10:])
        process.stdin.close()
        assert process.stdout.read() == CLEANED_ROW
        assert process.wait(TIMEOUT_SECONDS) == 0


def test_a_closed_pipe_is_quiet(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(ROW * 20_000)
    line = "$clean --format jsonl --jobs 2 rows.jsonl | head -1; echo ${PIPESTATUS[0]}"
    done = shell.script(line)
    assert (done.stdout, done.stderr) == (CLEANED_ROW + b"0\n", b"")


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that it started and that live."""
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as children:
        return [int(number) for number in children.read().split()]


def is_alive(number: int) -> bool:
    """Whether a process is there and no mere entry in the table."""
    try:
        with open(f"/proc/{number}/stat") as state:
            return state.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_run_that_is_ended_leaves_whole_rows_and_no_process(
    shell: Shell, tmp_path: Path, sent: signal.Signals, code: int, jobs: str
) -> None:
    arguments = [*JSONL, "--jobs", jobs, "--audit", "audit"]
    with (tmp_path / "out").open("wb") as out, shell.start(*arguments, stdout=out) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(ROW * 4_000)
        process.stdin.flush()
        end = time.monotonic() + TIMEOUT_SECONDS
        while not (tmp_path / "out").stat().st_size:
            assert time.monotonic() < end, "no row came out"
            time.sleep(0.02)
        children = children_of(process)
        assert bool(children) is (jobs == "2")
        process.send_signal(sent)
        assert process.wait(TIMEOUT_SECONDS) == code
        assert process.stderr.read() == b""
    end = time.monotonic() + TIMEOUT_SECONDS
    while any(map(is_alive, children)):
        assert time.monotonic() < end, "an orphan lives"
        time.sleep(0.02)
    if sent != signal.SIGKILL:
        assert not list(tmp_path.glob(".cleaner-*"))
        written = (tmp_path / "out").read_bytes()
        assert written == CLEANED_ROW * written.count(b"\n")


def test_an_interrupt_does_not_wait_for_a_reader_that_sleeps(shell: Shell) -> None:
    with shell.start(*JSONL, "--jobs", "2") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(ROW * 2_000)
        process.stdin.flush()
        assert process.stdout.read(1) == b"{"
        os.set_blocking(process.stdin.fileno(), False)
        end = time.monotonic() + TIMEOUT_SECONDS
        blocked_count = 0
        while blocked_count < 10:  # nobody reads, so at last it reads no more either
            assert time.monotonic() < end
            try:
                os.write(process.stdin.fileno(), ROW * 2_000)
                blocked_count = 0
            except BlockingIOError:
                blocked_count += 1
                time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_SECONDS) == 130
