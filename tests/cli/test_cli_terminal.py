"""Terminals, signals and pipes that close: what only a real process can show."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shell import ARTICLE, CLEANED, TIMEOUT_SECONDS, Shell, error_lines


def on_terminal(shell: Shell, *arguments: str, **environment: str) -> tuple[str, int]:
    """What a process shows on a terminal, with the exit code."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        shell.command(*arguments),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=shell.folder,
        env=shell.environment(**{"TERM": "xterm", **environment}),
        start_new_session=True,
    )
    os.close(follower)
    shown = read_terminal(leader)
    os.close(leader)
    return shown.replace("\r\n", "\n"), process.wait(TIMEOUT_SECONDS)


def read_terminal(leader: int) -> str:
    """Everything until the process has let go of the terminal."""
    pieces: list[bytes] = []
    while True:
        assert select.select([leader], [], [], TIMEOUT_SECONDS)[0], "it hangs"
        try:
            piece = os.read(leader, 65_536)
        except OSError:  # the last process with the terminal has ended
            piece = b""
        if not piece:
            return b"".join(pieces).decode()
        pieces.append(piece)


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_on_a_terminal_with_no_file_there_is_help(shell: Shell, command: str) -> None:
    shown, code = on_terminal(shell, command)
    assert shown.startswith(f"Usage: cleaner {command} ")
    assert code == 2


def test_explain_is_coloured_on_a_terminal(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    shown, code = on_terminal(shell, "explain", "a.txt")
    assert "\x1b[31m- Bridge menu: front page\x1b[0m\n" in shown
    assert code == 0


def test_diff_is_coloured_on_a_terminal(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    shown, code = on_terminal(shell, "clean", "--diff", "a.txt")
    assert "\x1b[31m-Bridge menu: front page\x1b[0m\n" in shown
    assert code == 0


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("command", [("explain",), ("clean", "--diff")])
def test_colour_can_be_refused(
    shell: Shell, tmp_path: Path, environment: dict[str, str], command: tuple[str, ...]
) -> None:
    (tmp_path / "a.txt").write_text(f"Bridge menu: \x1b[2J\n{ARTICLE}")
    shown, code = on_terminal(shell, *command, "a.txt", **environment)
    assert "Bridge menu: front page" in shown
    assert "\x1b" not in shown
    assert "\\x1b[2J" in shown
    assert code == 0


def test_an_empty_no_color_refuses_nothing(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    assert "\x1b[31m" in on_terminal(shell, "explain", "a.txt", NO_COLOR="")[0]


@pytest.mark.parametrize("command", [("explain",), ("clean", "--diff")])
def test_a_pipe_gets_no_colour(shell: Shell, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = shell(*command, "a.txt")
    assert b"Bridge menu: front page" in done.stdout
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize(
    "command", ["$clean", "$clean --diff", "$clean --format jsonl rows.jsonl", "$clean --audit audit.jsonl"]
)
def test_a_closed_pipe_is_quiet(shell: Shell, tmp_path: Path, command: str) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "Bridge menu: x\\nkept"}\n' * 50_000)
    done = shell.script(
        f"{command} | head -1 > first; echo ${{PIPESTATUS[0]}}", stdin=ARTICLE.encode() * 20_000
    )
    assert (done.stdout, done.stderr) == (b"0\n", b"")
    assert (tmp_path / "first").read_text().count("\n") == 1
    assert not (tmp_path / "audit.jsonl").exists()


@pytest.mark.parametrize("arguments", ["--help", "clean --help", "rules list"])
def test_a_closed_pipe_is_quiet_everywhere(shell: Shell, arguments: str) -> None:
    program = " ".join(shell.command())
    done = shell.script(f"{{ sleep 0.1; exec {program} {arguments}; }} | true; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout, done.stderr) == (b"0\n", b"")


@pytest.mark.parametrize("arguments", ["--help", "--version", "clean --help", "rules list"])
def test_a_full_disk_is_one_line_everywhere(shell: Shell, arguments: str) -> None:
    done = shell.script(f"{' '.join(shell.command())} {arguments} > /dev/full")
    assert done.returncode == 2
    assert error_lines(done) == ["cleaner: cannot write standard output: No space left on device"]


def wait_until(is_so: object) -> None:
    """Wait for a condition, a function of nothing."""
    assert callable(is_so)
    end = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)


def test_an_interrupt_exits_130(shell: Shell) -> None:
    with shell.start("clean", "--format", "jsonl") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b'{"text": "Bridge menu: x\\nkept"}\n')
        process.stdin.flush()
        assert process.stdout.readline() == b'{"text": "kept"}\n'  # it runs, and waits for more
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_SECONDS) == 130
        assert process.stderr
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    ("sent", "code", "is_tidy"), [(signal.SIGINT, 130, True), (signal.SIGKILL, -9, False)]
)
def test_a_run_that_ends_halfway_leaves_the_old_file(
    shell: Shell, tmp_path: Path, sent: signal.Signals, code: int, is_tidy: bool
) -> None:
    os.mkfifo(tmp_path / "rows.jsonl")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/rows.jsonl").write_text("old\n")
    (tmp_path / "audit.jsonl").write_text("old\n")
    arguments = ["--format", "jsonl", "--output-dir", "out", "--audit", "audit.jsonl", "rows.jsonl"]
    with shell.start("clean", *arguments) as process, open(tmp_path / "rows.jsonl", "wb") as rows:
        rows.write(b'{"text": "Bridge menu: x\\nkept"}\n' * 10_000)
        rows.flush()
        wait_until(lambda: any(path.stat().st_size > 4_096 for path in (tmp_path / "out").iterdir()))
        process.send_signal(sent)
        assert process.wait(TIMEOUT_SECONDS) == code
    assert (tmp_path / "out/rows.jsonl").read_text() == "old\n"
    assert (tmp_path / "audit.jsonl").read_text() == "old\n"
    if is_tidy:
        assert os.listdir(tmp_path / "out") == ["rows.jsonl"]


def test_a_pipeline_keeps_order_and_bytes(shell: Shell) -> None:
    done = shell.script("cat | $clean | $clean | cat", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.stderr) == (CLEANED, b"")


@pytest.mark.parametrize("setting", ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED="])
def test_a_slow_reader_gets_every_byte(shell: Shell, tmp_path: Path, setting: str) -> None:
    """Without a buffer a pipe takes as much as it can hold, and says so; the rest must follow."""
    (tmp_path / "a.txt").write_text(ARTICLE * 5_000)
    readers = "mkfifo pipe; { sleep 0.3; cat > copy; } < pipe &"
    pipeline = "$clean --audit pipe a.txt | { sleep 0.3; cat > out; }"
    done = shell.script(f"export {setting}; {readers} {pipeline}; wait")
    assert (done.stderr, done.returncode) == (b"", 0)
    assert (tmp_path / "out").read_text() == "\n".join([CLEANED] * 5_000)
    assert (tmp_path / "copy").read_text().endswith('"withheld": []}\n')


# Progress

AT_ONCE = "import cleaner.cli.progress as p; p.DELAY_SECONDS = p.INTERVAL_SECONDS = 0"


def shown_on_error_terminal(shell: Shell, *arguments: str) -> str:
    """What a process shows on standard error, if only that is a terminal."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        shell.command(*arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        cwd=shell.folder,
        env=shell.environment(TERM="xterm"),
    )
    os.close(follower)
    shown = read_terminal(leader)
    os.close(leader)
    assert process.wait(TIMEOUT_SECONDS) == (1 if "--jobs" in arguments else 0)
    return shown


SLOW_LOAD = """\
import time
import cleaner.cli.progress, cleaner.loader
cleaner.cli.progress.PATIENCE_SECONDS = 0
load = cleaner.loader.load
cleaner.loader.load = lambda *paths, **options: time.sleep(0.5) or load(*paths, **options)
"""


def test_a_long_wait_for_the_rules_is_explained(
    changed_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    shown = shown_on_error_terminal(changed_shell(SLOW_LOAD), "clean", "a.txt")
    line = "cleaner: reading the rules; what is read once is at hand the next time"
    assert shown.split("\r") == ["", line, " " * len(line), ""]
    assert shown_on_error_terminal(changed_shell(SLOW_LOAD), "clean", "--quiet", "a.txt") == ""


@pytest.fixture
def rows(tmp_path: Path) -> str:
    """A file of three rows, of which one is broken."""
    (tmp_path / "rows.jsonl").write_text('{"text": "Bridge menu: x\\nkept"}\n' * 2 + "broken\n")
    return "rows.jsonl"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_progress_is_one_line_that_goes_away(
    changed_shell: Callable[[str], Shell], rows: str, jobs: str
) -> None:
    shell = changed_shell(AT_ONCE)
    shown = shown_on_error_terminal(shell, "clean", "--format", "jsonl", "--jobs", jobs, rows)
    error, line, rest = shown.split("\r\n")[0], *shown.split("\r\n")[1].split("\r")[1:3]
    assert error.startswith("cleaner: rows.jsonl:3: not JSON")
    assert re.fullmatch(r"2 documents, 0\.0 MB, [\d.]+ MB/s, 78\.9 % of the text removed", line)
    assert (rest, shown.split("\r")[-1]) == (" " * len(line), "")


def test_quiet_shows_no_progress_but_errors(changed_shell: Callable[[str], Shell], rows: str) -> None:
    shell = changed_shell(AT_ONCE)
    shown = shown_on_error_terminal(shell, "clean", "--format", "jsonl", "--jobs", "1", "--quiet", rows)
    assert shown.startswith("cleaner: rows.jsonl:3: not JSON")
    assert shown.count("\r") == 1


def test_a_short_run_shows_no_progress(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    assert shown_on_error_terminal(shell, "clean", "a.txt") == ""


def test_a_pipe_gets_no_progress(changed_shell: Callable[[str], Shell], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = changed_shell(AT_ONCE)("clean", "a.txt")
    assert (done.stdout.decode(), done.stderr) == (CLEANED, b"")


def test_documents_on_the_terminal_are_progress_enough(
    changed_shell: Callable[[str], Shell], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    assert on_terminal(changed_shell(AT_ONCE), "clean", "a.txt") == (CLEANED, 0)
