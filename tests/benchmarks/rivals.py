"""What a user would take instead: one set of 300 patterns, given to each tool in its own words.

Every rival removes the lines that one of the patterns finds, from the same text, and says nothing of why.
That is less than is done here, so the comparison flatters them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import regex

from cleaner.rules import Form, Line, Matcher, RuleSet, matchers_of, walk
from tests.benchmarks.timing import Command, Contender

PATTERN_COUNT = 300
_MIN_CHARS = 4
_UTF8 = {"LC_ALL": "C.UTF-8"}
_BLANKS = "[ \t]*"
_SPECIAL = re.compile(r"[][\\.{}()*+?^$|]")


@dataclass(frozen=True, slots=True)
class Label:
    """A line's text, or how it begins."""

    text: str
    is_whole: bool

    def pattern(self) -> str:
        """As a regular expression for the whole line, or for its beginning, in syntax that all tools share.

        White space may stand around it, as extractors leave it.
        """
        return f"^{_BLANKS}{self.literal()}{_BLANKS + '$' if self.is_whole else ''}"

    def literal(self) -> str:
        r"""As a regular expression that finds it anywhere in a line.

        >>> print(Label("Read more (2)", True).literal())
        Read more \(2\)
        """
        return _SPECIAL.sub(r"\\\g<0>", self.text)


def labels_of(ruleset: RuleSet, wanted: int = PATTERN_COUNT) -> tuple[Label, ...]:
    """A selection of the rules' whole lines and beginnings of lines, that no choice of ours can tilt: those
    whose digest is lowest. Adding a rule changes few of them."""
    found = {
        Label(value.strip(), matcher.form is Form.EXACT)
        for matcher in _line_matchers(ruleset)
        for value in matcher.values
        if len(value.strip()) >= _MIN_CHARS
    }
    return tuple(sorted(found, key=_digest)[:wanted])


def _line_matchers(ruleset: RuleSet) -> Iterable[Matcher]:
    for rule in ruleset:
        if isinstance(rule.operation, Line):
            for matcher in walk(matchers_of(rule.operation)):
                if matcher.form in (Form.EXACT, Form.PREFIX):
                    yield matcher


def _digest(label: Label) -> bytes:
    return blake2b(f"{label.text}\0{label.is_whole}".encode(), digest_size=16).digest()


def ripgrep(labels: Iterable[Label], text: Path, work: Path, is_anchored: bool = True) -> Contender | None:
    """`rg -v -i -f`; None where it is not installed. Unanchored it also removes lines that only
    mention a label: another job, but what many a list of patterns does."""
    if not shutil.which("rg"):
        return None
    patterns = work / ("anchored.rg" if is_anchored else "loose.rg")
    written = (label.pattern() if is_anchored else label.literal() for label in labels)
    patterns.write_text("".join(f"{pattern}\n" for pattern in written))
    arguments = ["rg", "-v", "-i", "-j1", "--no-config", "--no-mmap", "-f", str(patterns), "-"]
    return Command(arguments, work / "rg.out", text)


def sed(labels: Iterable[Label], text: Path, work: Path) -> Contender | None:
    """`sed -E -f`, a command a pattern; None where it is not GNU sed, which alone ignores case."""
    if not shutil.which("sed"):
        return None
    script = work / "patterns.sed"
    slashed = (label.pattern().replace("/", "\\/") for label in labels)
    script.write_text("".join(f"/{pattern}/Id\n" for pattern in slashed))
    return Command(["sed", "-E", "-f", str(script)], work / "sed.out", text, _UTF8)


def loop(labels: Iterable[Label], pages: Sequence[str], module: str) -> Contender:
    """Each line against each compiled pattern of `re` or of `regex`, until one matches."""
    engine: Any = {"re": re, "regex": regex}[module]
    tests = [engine.compile(label.pattern(), engine.IGNORECASE).match for label in labels]

    def run() -> list[str]:
        return [
            "\n".join(line for line in page.split("\n") if not any(test(line) for test in tests))
            for page in pages
        ]

    return run


def re2_set(labels: Iterable[Label], pages: Sequence[str]) -> Contender | None:
    """google-re2's set, asked line by line; None where it is not installed."""
    try:
        re2: Any = import_module("re2")
    except ImportError:
        return None
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 1 << 30
    found = re2.Set.SearchSet(options)
    for label in labels:
        found.Add(label.pattern())
    found.Compile()

    def run() -> list[str]:
        match = found.Match
        return ["\n".join(line for line in page.split("\n") if not match(line)) for page in pages]

    return run


def hyperscan_scan(labels: Sequence[Label], pages: Sequence[str]) -> Contender | None:
    """Hyperscan over whole pages, the lines then cut out at the matches; None where it is not installed."""
    try:
        hyperscan: Any = import_module("hyperscan")
    except ImportError:
        return None
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_UTF8
    database = hyperscan.Database()
    expressions = [label.pattern().encode() for label in labels]
    database.compile(
        expressions=expressions, ids=list(range(len(expressions))), elements=len(expressions), flags=flags
    )
    encoded = [page.encode() for page in pages]

    def run() -> list[bytes]:
        return [_without_hits(database, page) for page in encoded]

    return run


def _without_hits(database: Any, page: bytes) -> bytes:
    ends: list[int] = []
    database.scan(page, match_event_handler=lambda number, start, end, flags, context: ends.append(end))
    left: list[bytes] = []
    done = 0
    for end in sorted(ends):
        if end > done:
            left.append(page[done : page.rfind(b"\n", 0, end) + 1])
            done = (page.find(b"\n", end) + 1) or len(page)
    left.append(page[done:])
    return b"".join(left)
