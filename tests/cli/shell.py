"""Real processes, and the packs and texts that they are given: `cleaner` as a shell would see it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import cleaner
from cleaner import cli

PACKAGE_FOLDER = Path(cleaner.__file__).parents[1]
TIMEOUT_SECONDS = 60
WITH_SHIPPED_PACKS = ("-m", "cleaner")

LAUNCHER = """\
import functools

import cleaner.cli
import cleaner.loader

cleaner.loader.load = functools.partial(cleaner.loader.load, shipped=False)
{more}
if __name__ == "__main__":  # a worker process that is spawned imports this file again
    cleaner.cli.main()
"""

SITE_PACK = """\
format: 1
pack: bridge.example
title: The Bridge
sites: [bridge.example]
known_by: [Bridge members sign in here, Further down the bridge]

rules:
  - id: tail
    kind: related
    why: links below the article
    cut: {from: {exact: Further down the bridge}, max_prose: 100}
    examples:
      - |
        = The body stays.
        - Further down the bridge
        - A link
      - |
        = Further down the bridge of sighs
"""

GENERAL_PACK = """\
format: 1
pack: bridges

rules:
  - id: menu
    kind: nav
    why: jump list above the article
    line: {prefix: "Bridge menu:"}
    examples:
      - |
        - Bridge menu: news
        = The bridge menu is short.

  - id: hidden-label
    kind: code
    why: what a screen reader says of a link
    inline: {exact: "(opens a bridge)", at: anywhere}
    examples:
      - |
        ~ The report (opens a bridge) says so.
        > The report says so.
      - |
        = The mayor opens a bridge.

  - id: german
    kind: share
    why: the one rule whose kind is share
    line: {exact: Brücke teilen}
    examples:
      - |
        - Brücke teilen
        = Die Brücke teilen sich zwei Städte.
"""

WET_PACK = """\
format: 1
pack: bridges-wet
languages: [en, is]
extractors: [wet]

rules:
  - id: anchor
    kind: nav
    why: what WET records keep of a page's top
    line: {exact: Bridge anchor}
    examples:
      - |
        - Bridge anchor
        = Bridge anchors hold.
"""

ICELANDIC_PACK = """\
format: 1
pack: bridges-is
languages: [is]

rules:
  - id: deila
    kind: share
    why: share button
    line: {exact: Deila brú}
    examples:
      - |
        - Deila brú
        = Deila brúm er bannað.
"""

PACKS = {
    "bridge.example": SITE_PACK,
    "bridges": GENERAL_PACK,
    "bridges-wet": WET_PACK,
    "bridges-is": ICELANDIC_PACK,
}
"""By name. No shipped pack knows the lines that these know."""

BODY = (
    "The council said on Monday that the old bridge over the river would stay closed until the spring, "
    "since there was no money left.\n"
)
ARTICLE = f"Bridge menu: front page\n\nBridge stays closed\n\n{BODY}"
CLEANED = f"Bridge stays closed\n\n{BODY}"


class Shell:
    """Runs `cleaner` in a folder, with the test packs where rules are wanted.

    The program is the real one, without the shipped packs: a promise about pipes must not come to depend on
    what some pack knows, nor wait for thousands of rules to be read.
    """

    def __init__(self, folder: Path, packs: Path, program: Sequence[str | Path]) -> None:
        self.folder = folder
        self.packs = packs
        self.program = [sys.executable, *map(str, program)]

    def command(self, *arguments: str | Path) -> list[str]:
        """The command line of a process."""
        return [*self.program, *with_rules(arguments, self.packs)]

    def environment(self, **changes: str) -> dict[str, str]:
        """The tests' own environment, where the package can be found from any folder."""
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
        return {**kept, "PYTHONPATH": str(PACKAGE_FOLDER), **changes}

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run to the end."""
        return subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(),
            timeout=TIMEOUT_SECONDS,
        )

    def script(self, line: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a line of bash, in which `$clean` is `cleaner clean` with the test packs."""
        return subprocess.run(
            ["bash", "-c", line],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(clean=" ".join(self.command("clean"))),
            timeout=TIMEOUT_SECONDS,
        )

    def start(self, *arguments: str | Path, **options: object) -> subprocess.Popen[bytes]:
        """Start, with pipes on all three streams unless `options` say otherwise."""
        pipes: dict[str, object] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        popen: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen
        environment = self.environment()
        return popen(self.command(*arguments), cwd=self.folder, env=environment, **{**pipes, **options})


class Inside:
    """Runs `cleaner` in this process, with the rules ready: for tables of options, not for promises about
    processes. Standard output and error are the real ones."""

    def __init__(self, packs: Path, captured: pytest.CaptureFixture[bytes]) -> None:
        self.packs = packs
        self.captured = captured

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run to the end."""
        words = with_rules(arguments, self.packs)
        outside, sys.stdin = sys.stdin, io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)))
        try:
            code = cli.run(words)
        finally:
            sys.stdin = outside
        return subprocess.CompletedProcess(words, code, *self.captured.readouterr())


def with_rules(arguments: Sequence[str | Path], packs: Path) -> list[str]:
    """The arguments; `clean` and `explain` get the test packs."""
    words = [str(argument) for argument in arguments]
    rules = ["--rules", str(packs)] if words and words[0] in ("clean", "explain") else []
    return [*words[:1], *rules, *words[1:]]


def error_lines(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """What was said on standard error; never a traceback."""
    text = done.stderr.decode()
    assert "Traceback" not in text, text
    return text.splitlines()
