"""How good the rules are on pages whose body is known: figures, and who is to blame.

Two measures, since each is blind where the other sees. *Shingles*: four words in a row, of the cleaned text
against the body, as precision, recall and F1 averaged over pages; it needs no labels and sees fused
lines. *Lines*: which labelled lines of the text are left, counted in characters; it tells how much body was
lost and how much furniture is still there, and at which line, so that a rule can be named. Pages without
labels get guessed ones, and the figures say so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from statistics import mean
from typing import NamedTuple

from cleaner.compiler import Program
from cleaner.engine import clean
from cleaner.pages import Label, Page
from cleaner.results import Result
from cleaner.stacks import Scope, choose, serves_host

SHINGLE_WORDS = 4
"""Words in a row that count as one piece of text, as in the published benchmark of article extraction."""

GUESS_MIN_CHARS = 40
"""Characters from which a line that stands inside a body paragraph is taken for body: shorter ones
(a name, a label) stand in bodies by chance."""

_DENSE = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_DENSE}]|[^\W{_DENSE}]+")


class Overlap(NamedTuple):
    """Shingles that two texts share, that only the cleaned text has, and that only the body has."""

    shared: int
    surplus: int
    missing: int

    @property
    def precision(self) -> float | None:
        """Share of the cleaned text that is body; None if there is no text."""
        return _share(self.shared, self.shared + self.surplus)

    @property
    def recall(self) -> float | None:
        """Share of the body that is left; None if there is no body."""
        return _share(self.shared, self.shared + self.missing)

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 without either."""
        return harmonic(self.precision or 0.0, self.recall or 0.0)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def harmonic(precision: float, recall: float) -> float:
    """F1 of precision and recall.

    >>> harmonic(1.0, 0.5), harmonic(0.0, 0.0)
    (0.6666666666666666, 0.0)
    """
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The shingles of a text; one shorter one if it has fewer words. A Han, kana or Hangul character
    is a word.

    >>> sorted(shingles("one two three four five"))
    [('one', 'two', 'three', 'four'), ('two', 'three', 'four', 'five')]
    """
    words = _WORD.findall(text)
    count = max(1, len(words) - SHINGLE_WORDS + 1) if words else 0
    return Counter(tuple(words[at : at + SHINGLE_WORDS]) for at in range(count))


def overlap(body: str, text: str) -> Overlap:
    """The shingles of a text against those of the body."""
    wanted, found = shingles(body), shingles(text)
    shared = (wanted & found).total()
    return Overlap(shared, found.total() - shared, wanted.total() - shared)


def squeeze(line: str) -> str:
    """A line as lines are compared: trimmed, white space as one space."""
    return " ".join(line.split())


def guessed_labels(page: Page) -> Iterator[Label]:
    """Labels for a page without: a line is body if it is a paragraph of the body, or a long piece of one."""
    paragraphs = set(map(squeeze, page.body.split("\n")))
    flat = squeeze(page.body)
    for number, line in enumerate(page.text.split("\n"), 1):
        text = squeeze(line)
        if text:
            is_body = text in paragraphs or (len(text) >= GUESS_MIN_CHARS and text in flat)
            yield Label(number, "keep" if is_body else "remove", "")


@dataclass(frozen=True, slots=True)
class Fate:
    """A labelled line, and what became of it: who took it (for a line that is still there nobody)."""

    label: Label
    text: str
    is_there: bool
    rule: str = ""


@dataclass(frozen=True)
class Score:
    """One page, cleaned and compared with its body."""

    page: Page
    language: str
    before: Overlap
    after: Overlap
    fates: tuple[Fate, ...] = field(repr=False)
    rules: Counter[str] = field(repr=False)
    """Furniture characters that each rule took."""
    own_packs: frozenset[str] = frozenset()
    recognised: frozenset[str] = frozenset()

    @property
    def is_guessed(self) -> bool:
        """Whether the labels of its lines are guessed."""
        return not self.page.labels

    @cached_property
    def lost(self) -> tuple[Fate, ...]:
        """Body lines that are not there any more."""
        return tuple(fate for fate in self.fates if fate.label.what == "keep" and not fate.is_there)

    @cached_property
    def missed(self) -> tuple[Fate, ...]:
        """Furniture that is still there."""
        return tuple(fate for fate in self.fates if fate.label.what == "remove" and fate.is_there)

    def char_count(self, what: str) -> int:
        """Characters of all lines with this label."""
        return sum(len(fate.text) for fate in self.fates if fate.label.what == what)

    @property
    def is_exact(self) -> bool:
        """Whether the cleaned text says what the body says, and nothing else."""
        return not self.after.surplus and not self.after.missing


def score(page: Page, program: Program, *, is_blind: bool = False) -> Score:
    """Clean a page and compare. `is_blind`: as if nobody knew which site it is from."""
    host = None if is_blind else page.host
    language, extractor = page.language or None, page.extractor or None
    result = clean(page.text, program, site=host, language=language, extractor=extractor)
    own = [pack for pack in program.ruleset.packs if page.host and serves_host(pack.sites, page.host)]
    spoken = [tag for pack in own for tag in pack.languages]
    return Score(
        page,
        page.language or next(iter(spoken), "?"),
        overlap(page.body, page.text),
        overlap(page.body, result.text),
        tuple(_fates(page, result)),
        _furniture_taken(page, result),
        frozenset(pack.name for pack in own),
        frozenset(_recognised(result, program, Scope(host, language, extractor))),
    )


def _recognised(result: Result, program: Program, scope: Scope) -> set[str]:
    """Site packs that serve though nobody named their site."""
    named = {choice.pack.name for choice in choose(program.ruleset, scope, site_packs=program.site_packs)}
    return {name for name in result.packs if name not in named and program.ruleset.by_name[name].known_by}


def _labels(page: Page) -> tuple[Label, ...]:
    return page.labels or tuple(guessed_labels(page))


def _fates(page: Page, result: Result) -> Iterator[Fate]:
    """What became of each labelled line. Lines are found again by what they say, body first: a furniture
    line that says the same as a body line, and went, is no loss."""
    left = Counter(map(squeeze, result.text.split("\n")))
    source = page.text.split("\n")
    owners = line_owners(result)
    for what in ("keep", "neutral", "remove"):
        for label in _labels(page):
            if label.what != what:
                continue
            text = squeeze(source[label.number - 1])
            is_there = left[text] > 0
            left[text] -= is_there
            rule = "" if is_there else owners.get(label.number) or _twins_owner(text, source, owners)
            yield Fate(label, text, is_there, rule)


def _twins_owner(text: str, source: list[str], owners: dict[int, str]) -> str:
    """Who took a line that says the same."""
    return next((rule for number, rule in sorted(owners.items()) if squeeze(source[number - 1]) == text), "")


def line_owners(result: Result) -> dict[int, str]:
    """By line number, from 1, the rule that took the line or the first span of it. Not of blank lines."""
    owners: dict[int, str] = {}
    lines = result.original.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    number = 1
    for removal in result.removals:
        while starts[number] <= removal.start:
            number += 1
        at = number
        while at <= len(lines) and starts[at - 1] < removal.end:
            if result.original[max(starts[at - 1], removal.start) : min(starts[at], removal.end)].strip():
                owners.setdefault(at, removal.rule)
            at += 1
    return owners


def _furniture_taken(page: Page, result: Result) -> Counter[str]:
    owners = line_owners(result)
    source = page.text.split("\n")
    taken: Counter[str] = Counter()
    for label in _labels(page):
        if label.what == "remove" and label.number in owners:
            taken[owners[label.number]] += len(squeeze(source[label.number - 1]))
    return taken


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of pages comes to. `is_guessed`: labels of lines are guessed on some of them."""

    page_count: int
    raw_f1: float
    precision: float
    recall: float
    f1: float
    retention: float
    removal: float
    lost_per_million: float
    lossy_count: int
    exact_count: int
    is_guessed: bool


def figures(scores: Iterable[Score]) -> Figures:
    """The figures of some pages. Precision and recall are averages over pages, retention and removal
    shares of all characters."""
    scores = list(scores)
    precision, recall = _averages([score.after for score in scores])
    body, furniture = (sum(score.char_count(what) for score in scores) for what in ("keep", "remove"))
    lost, missed = (
        sum(len(fate.text) for score in scores for fate in getattr(score, name))
        for name in ("lost", "missed")
    )
    return Figures(
        len(scores),
        harmonic(*_averages([score.before for score in scores])),
        precision,
        recall,
        harmonic(precision, recall),
        (body - lost) / max(1, body),
        (furniture - missed) / max(1, furniture),
        lost / max(1, body) * 1e6,
        sum(bool(score.lost) for score in scores),
        sum(score.is_exact for score in scores),
        any(score.is_guessed for score in scores),
    )


def _averages(overlaps: list[Overlap]) -> tuple[float, float]:
    precisions = [each.precision for each in overlaps if each.precision is not None]
    recalls = [each.recall for each in overlaps if each.recall is not None]
    return mean(precisions or [0.0]), mean(recalls or [0.0])


GROUPS: dict[str, Callable[[Score], str]] = {
    "extractor": lambda score: score.page.extractor or "?",
    "site": lambda score: score.page.site or score.page.host or "?",
    "language": lambda score: score.language,
}
"""What pages can be grouped by. A page's language is its row's, else that of its site's pack."""


def grouped(scores: Iterable[Score], by: str) -> dict[str, list[Score]]:
    """The scores by a name of GROUPS, sorted."""
    groups: dict[str, list[Score]] = {}
    for each in scores:
        groups.setdefault(GROUPS[by](each), []).append(each)
    return dict(sorted(groups.items()))


def kind_shares(scores: Iterable[Score]) -> dict[str, tuple[int, int]]:
    """Kind of furniture, as the labels say, to (characters, of those removed); the largest first."""
    total: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for each in scores:
        if not each.is_guessed:
            total.update(_chars_by_kind(fate for fate in each.fates if fate.label.what == "remove"))
            missed.update(_chars_by_kind(each.missed))
    ordered = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
    return {kind: (count, count - missed[kind]) for kind, count in ordered}


def _chars_by_kind(fates: Iterable[Fate]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for fate in fates:
        counts[fate.label.kind or "?"] += len(fate.text)
    return counts


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well sites are told by their lines alone. `page_count`: pages whose site has a pack that can be
    known by its lines; `wrong` are pages that a pack of another site served."""

    page_count: int
    right_count: int
    wrong: tuple[tuple[str, str], ...]


def recognition(scores: Iterable[Score], program: Program) -> Recognition:
    """Recognition over blind scores: (page, pack) for each pack that came in and is not the page's own."""
    scores = list(scores)
    knowable = {pack.name for pack in program.ruleset.packs if pack.known_by}
    return Recognition(
        sum(bool(each.own_packs & knowable) for each in scores),
        sum(bool(each.own_packs & each.recognised) for each in scores),
        tuple(
            (each.page.where, name) for each in scores for name in sorted(each.recognised - each.own_packs)
        ),
    )
