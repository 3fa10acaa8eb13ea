"""What all rows share: the rules, the text, a folder to work in, and how long a run may take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import cleaner
from cleaner import Program, RuleSet
from tests.benchmarks.rivals import Label, labels_of
from tests.benchmarks.texts import Source, distinct

QUICK_ROUNDS = 3
ROUNDS = 5


@dataclass(frozen=True)
class Setup:
    """Made once and handed to every row. `tell` writes progress."""

    ruleset: RuleSet
    sources: dict[str, Source]
    work: Path
    is_quick: bool
    tell: Callable[[str], None]

    @property
    def rounds(self) -> int:
        """How often each contender runs."""
        return QUICK_ROUNDS if self.is_quick else ROUNDS

    @cached_property
    def program(self) -> Program:
        """The shipped rules, all of them."""
        return cleaner.compile_rules(self.ruleset)

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """The rivals' patterns."""
        return labels_of(self.ruleset)

    def write(self, name: str, pages: Iterable[str]) -> Path:
        """A file of these pages, one below the other."""
        path = self.work / name
        path.write_bytes("\n".join(pages).encode())
        return path

    def sized(self, extractor: str, char_count: int) -> str:
        """One text of exactly this many characters, of pages that never come twice."""
        pages = self.sources[extractor].pages
        length = sum(map(len, pages)) + len(pages)
        text = "\n".join(islice(distinct(pages), len(pages) * (char_count // length + 2)))
        return text[:char_count]


def command() -> list[str]:
    """The `cleaner` that belongs to this Python: its script if it is installed, else the module."""
    script = Path(sys.executable).with_name("cleaner")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "cleaner"]


def clean_all(pages: Sequence[str], program: Program, extractor: str) -> int:
    """Clean every page, with no URL given, and look at every removal; how many there are."""
    removals = 0
    for page in pages:
        for removal in cleaner.clean(page, program, extractor=extractor).removals:
            removals += removal.end > removal.start
    return removals


def rate(byte_count: int, seconds: float) -> str:
    """A throughput, to print."""
    megabytes = byte_count / 1e6 / seconds
    return f"{megabytes:.3g} MB/s"


def milliseconds(seconds: float) -> str:
    """A duration, to print."""
    return f"{seconds * 1000:,.1f} ms"
