"""How the command starts and how it fails: what it imports, what it says, what it does with our own bugs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

import cleaner
from cleaner import engine
from cleaner.cli.options import KINDS_HELP
from cleaner.rules import Kind
from tests.cli.shell import ARTICLE, CLEANED, Inside, Shell, error_lines

HEAVY_MODULES = ("yaml", "regex", "difflib", "json", "traceback", "cleaner.engine", "cleaner.printer")
"""What `cleaner --help` has no use for."""


def test_help_imports_nothing_that_it_does_not_need(shell: Shell) -> None:
    program = f"import sys, cleaner.cli; print([name for name in {HEAVY_MODULES} if name in sys.modules])"
    bare = subprocess.run(
        [sys.executable, "-c", f"import sys, click; print([n for n in {HEAVY_MODULES} if n in sys.modules])"],
        capture_output=True,
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=shell.environment())
    assert (done.stdout, done.stderr) == (bare.stdout, b"")


def test_version(whole_shell: Shell) -> None:
    done = whole_shell("--version")
    assert (done.stdout.decode(), done.returncode) == (f"cleaner {cleaner.__version__}\n", 0)


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("clean", "-h"), ("rules", "which", "--help")])
def test_help(whole_shell: Shell, arguments: tuple[str, ...]) -> None:
    done = whole_shell(*arguments)
    assert done.stdout.startswith(b"Usage: cleaner ")
    assert (done.stderr, done.returncode) == (b"", 0)


def test_an_unknown_command_is_an_error(whole_shell: Shell) -> None:
    done = whole_shell("claen")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert "claen" in error_lines(done)[-1]


def test_the_help_names_every_kind() -> None:
    assert ", ".join(Kind) == KINDS_HELP


# In this process, to plant what cannot happen


@pytest.mark.parametrize("command", ["clean", "explain"])
def test_a_result_that_fails_its_check_is_never_written(
    monkeypatch: pytest.MonkeyPatch, inside: Inside, command: str
) -> None:
    sound = engine.clean

    def unsound(*arguments: Any, **options: Any) -> cleaner.Result:
        result = sound(*arguments, **options)
        return replace(result, text=result.text + "?")

    monkeypatch.setattr(engine, "clean", unsound)
    done = inside(command, stdin=ARTICLE.encode())
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        "cleaner: standard input: the text is not the original minus the removals; this is a bug in cleaner"
    ]


def test_a_bug_is_shown_and_is_not_taken_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, inside: Inside
) -> None:
    def faulty(*arguments: Any, **options: Any) -> cleaner.Result:
        raise ZeroDivisionError("a planted bug")

    monkeypatch.setattr(engine, "clean", faulty)
    done = inside("clean", "--check", stdin=ARTICLE.encode())
    assert (done.stdout, done.returncode) == (b"", 2)
    assert done.stderr.endswith(b"ZeroDivisionError: a planted bug\n")


@pytest.mark.parametrize(
    ("limit", "text", "code"), [(len(ARTICLE) - 1, ARTICLE, 1), (len(ARTICLE), CLEANED, 0)]
)
def test_a_document_over_the_limit_is_passed_through_and_reported(
    monkeypatch: pytest.MonkeyPatch, inside: Inside, limit: int, text: str, code: int
) -> None:
    monkeypatch.setattr(engine, "MAX_DOCUMENT_CHARS", limit)
    done = inside("clean", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.returncode) == (text, code)
    message = "cleaner: standard input: the document is over the limit, so it is unchanged"
    assert error_lines(done) == ([message] if code else [])
