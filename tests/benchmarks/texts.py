"""The text that is measured on: real pages where a corpus lies beside the checkout, else invented ones.

Invented pages have the shape of real ones: words of no language in four scripts, with the lines that the
rules' own examples remove spread among them as furniture is on a page. The same seed makes the same pages.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cleaner.rules import RuleSet
from cleaner.segments import is_prose

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "pages.jsonl.gz"
"""JSON Lines of pages with `text` and `extractor`, beside the checkout; nothing needs it."""

INVENTED_PAGES = 137
"""Invented pages an extractor: as many as the corpus has."""

EXTRACTORS = ("wet", "resiliparse")

_LONG_LINE_CHARS = 60
"""From here on a line is taken for prose, which no two pages share."""

_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("ba de ki lo mu na per sto tri ven wes zal er in on", " ", "."),
    ("bä dé ñi lô mü ça prë stó łi ßen ser que tion el la", " ", "."),
    ("ба де ки ло му на пер сто три вен ств ный ого ла ти", " ", "."),
    ("山 川 田 中 国 会 社 新 聞 日 本 の は が を に で と る た し", "", "。"),
)
"""(syllables, what stands between words, full stop) of each invented language."""


@dataclass(frozen=True, slots=True)
class Source:
    """Pages of one extractor, and where they are from."""

    extractor: str
    origin: str
    pages: tuple[str, ...]

    @property
    def byte_count(self) -> int:
        """Size in UTF-8, which is what every rate here counts."""
        return sum(len(page.encode()) for page in self.pages)


def find_sources(ruleset: RuleSet, corpus: Path = CORPUS) -> dict[str, Source]:
    """The pages of each extractor, from the corpus if it is there, else invented."""
    if corpus.is_file():
        return {name: Source(name, corpus.name, read_corpus(corpus, name)) for name in EXTRACTORS}
    furniture = furniture_of(ruleset)
    return {name: Source(name, "invented", invent(name, furniture)) for name in EXTRACTORS}


def read_corpus(path: Path, extractor: str) -> tuple[str, ...]:
    """The texts that an extractor made, in the order of the file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = (json.loads(row) for row in file)
        return tuple(row["text"] for row in rows if row["extractor"] == extractor)


def furniture_of(ruleset: RuleSet) -> tuple[str, ...]:
    """The lines that the rules' examples mark as removed, sorted, each once."""
    lines = {
        line
        for rule in ruleset
        for example in rule.examples
        for line, mark in zip(example.before.split("\n"), example.marks, strict=False)
        if mark == "-"
    }
    return tuple(sorted(lines))


def invent(
    extractor: str, furniture: Sequence[str], pages: int = INVENTED_PAGES, seed: int = 1
) -> tuple[str, ...]:
    """Pages in the shape of whole-page text (`wet`) or of an article's main content (all else)."""
    chance = random.Random(f"{extractor}/{seed}")
    make = _whole_page if extractor == "wet" else _article
    writers = [_Writer(chance, *script) for script in _SCRIPTS]
    return tuple(make(chance, writers[number % len(writers)], furniture) for number in range(pages))


class _Writer:
    """Writes words, labels and paragraphs of one invented language. Some words are common, most are rare."""

    def __init__(self, chance: random.Random, syllables: str, space: str, stop: str) -> None:
        self.chance = chance
        self.space = space
        self.stop = stop
        parts = syllables.split()
        self.words = ["".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(3_000)]
        self.weights = [1 / rank for rank in range(1, len(self.words) + 1)]

    def label(self) -> str:
        """A menu entry or a headline: few words, no full stop."""
        return self._run(self.chance.randint(1, 9)).capitalize()

    def paragraph(self) -> str:
        """Some sentences."""
        return " ".join(
            self._run(self.chance.randint(9, 24)).capitalize() + self.stop
            for _ in range(self.chance.randint(1, 5))
        )

    def _run(self, words: int) -> str:
        return self.space.join(self.chance.choices(self.words, self.weights, k=words))


def _whole_page(chance: random.Random, writer: _Writer, furniture: Sequence[str]) -> str:
    """Menus, the headline, paragraphs with boxes between them, and link lists: some 280 lines."""
    menu = [_label(chance, writer, furniture, 0.15) for _ in range(chance.randint(40, 120))]
    lists = [_label(chance, writer, furniture, 0.15) for _ in range(chance.randint(60, 200))]
    body = _body(chance, writer, furniture, chance.randint(12, 30))
    return "\n".join([*menu, writer.label(), *body, *lists, ""])


def _article(chance: random.Random, writer: _Writer, furniture: Sequence[str]) -> str:
    """The headline and paragraphs with boxes between them, a blank line after each: some 60 lines."""
    body = _body(chance, writer, furniture, chance.randint(12, 40))
    return "\n\n".join([writer.label(), *body]) + "\n"


def _body(chance: random.Random, writer: _Writer, furniture: Sequence[str], paragraphs: int) -> Iterator[str]:
    for _ in range(paragraphs):
        yield writer.paragraph()
        if chance.random() < 0.3:
            yield _label(chance, writer, furniture, 0.8)


def _label(chance: random.Random, writer: _Writer, furniture: Sequence[str], share: float) -> str:
    """A line of furniture that a rule knows, as often as `share` says, else one that none does."""
    return chance.choice(furniture) if furniture and chance.random() < share else writer.label()


def distinct(pages: Sequence[str]) -> Iterator[str]:
    """The pages again and again, without end, and never the same page twice.

    As in a crawl the short lines come back and the prose does not: each round writes its number into
    the long lines, so no cache of whole pages or of prose can help.
    """
    for round_number in count():
        for page in pages:
            yield (
                page
                if not round_number
                else "\n".join(_with_number(line, round_number) for line in page.split("\n"))
            )


def _with_number(line: str, number: int) -> str:
    """A long line with a number in its middle; a short one as it is.

    >>> _with_number("x" * 60, 7).count("7"), _with_number("Read more", 7)
    (1, 'Read more')
    """
    middle = len(line) // 2
    return line if len(line) < _LONG_LINE_CHARS else f"{line[:middle]} {number} {line[middle:]}"


def at_least(pages: Iterable[str], byte_count: int) -> list[str]:
    """The first pages that together have this size."""
    taken: list[str] = []
    total = 0
    for page in pages:
        if total >= byte_count:
            break
        taken.append(page)
        total += len(page.encode()) + 1
    return taken


def solid_lines(pages: Iterable[str]) -> list[str]:
    """Short lines of pages, each once: what furniture is made of."""
    lines = {line.strip(): None for page in pages for line in page.split("\n")}
    return [line for line in lines if line and not is_prose(line)]
