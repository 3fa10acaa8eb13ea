"""Pages of a site laid side by side: what each line is, and what several pages have in common.

Running text that only one sample has is the article; what several samples have is the template's. Lines that
the rules at hand take already are landmarks. Everything here tells what is there and proposes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from cleaner.compiler import Program
from cleaner.engine import clean
from cleaner.rules import Kind
from cleaner.segments import is_prose, split, view, views
from cleaner.spans import Span, without

MAX_CHARS = 120
"""Characters of a line that one sample alone shows: longer lines there say what the article says."""

MIN_HEADLINE_CHARS = 20
"""Characters from which a page's own first line above the running text counts as its headline."""

MAX_TEXTS_FOR_LANGUAGE = 10
MAX_LIKELY_LANGUAGES = 4
MIN_LINES_OF_LANGUAGE = 3
CLEARLY_MORE = 1.2
"""Texts that are looked at, languages that are asked one by one, and what tells one from the next: so many
lines of the texts, and so many times as many as the next. Danish and Norwegian share two words in three."""

MAX_BOX_LINES = 40
"""Lines between the landmarks of a box: what lies further apart is no box."""

MAX_SHARED_CHARS = 400
"""Characters of a line that several samples have: a newsletter's blurb is shorter."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of a sample, its list marker taken off, and what the rules at hand make of it.

    `page` and `at` say which line of which sample it is, blank ones not counted. `taken` is the kind of the
    rule that takes it; `opens` says that it has a blank line above it, `is_item` that it had a list marker.
    """

    text: str
    page: int
    at: int
    taken: Kind | None
    opens: bool
    is_item: bool

    @property
    def is_left(self) -> bool:
        """Whether no rule takes it, and no reader of YAML stumbles over it."""
        return self.taken is None and len(self.text) <= MAX_SHARED_CHARS and is_writable(self.text)


@dataclass(frozen=True)
class Samples:
    """The pages, line by line, and what follows from laying them side by side."""

    pages: tuple[tuple[Seen, ...], ...]

    @property
    def lines(self) -> Iterator[Seen]:
        """All lines that no rule takes yet, page after page."""
        return (line for page in self.pages for line in page if line.is_left)

    @cached_property
    def counts(self) -> Counter[str]:
        """On how many pages each line stands."""
        return Counter(text for page in self.pages for text in dict.fromkeys(line.text for line in page))

    @property
    def most(self) -> int:
        """How many pages must show what the template prints: all of a few, three in four of many."""
        return max(2, len(self.pages) if len(self.pages) < 5 else -(-3 * len(self.pages) // 4))

    @property
    def some(self) -> int:
        """How many pages must show what is no accident: two of a few, one in ten of many."""
        return max(2, len(self.pages) // 10)

    def is_shared(self, line: Seen) -> bool:
        """Whether it stands on most pages."""
        return self.counts[line.text] >= self.most

    def is_own_prose(self, line: Seen) -> bool:
        """Whether it is running text that no other page has: the article, or a reader's comment. What two
        pages have is an author's box, or the house's own praise."""
        return line.taken is None and self.counts[line.text] == 1 and is_prose(line.text)

    @cached_property
    def articles(self) -> tuple[tuple[int, int], ...]:
        """The first and the last line of each page's own running text; nothing but its end without any."""
        found = []
        for page in self.pages:
            prose = [line.at for line in page if self.is_own_prose(line)]
            found.append((prose[0], prose[-1]) if prose else (len(page), len(page)))
        return tuple(found)

    def side(self, line: Seen) -> str:
        """Where a line stands: `above` its page's article, `within` or `below`."""
        first, last = self.articles[line.page]
        return "above" if line.at < first else "below" if line.at > last else "within"

    @cached_property
    def titles(self) -> frozenset[str]:
        """Headlines: of this page, or of another page that it links to.

        The first line above the article that is not on most pages, if it is long enough; and what stands
        above the text of one page and below that of another.
        """
        if len(self.pages) < 2:
            return frozenset()
        firsts: dict[int, str] = {}
        sides: dict[str, set[str]] = {}
        for line in self.lines:
            if not self.is_shared(line) and _is_like_title(line.text):
                side = self.side(line)
                sides.setdefault(line.text, set()).add(side)
                if side == "above":
                    firsts.setdefault(line.page, line.text)
        both = (text for text, of in sides.items() if {"above", "below"} <= of)
        return frozenset((*firsts.values(), *both))

    @cached_property
    def places(self) -> dict[str, tuple[int, ...]]:
        """Lines that stand once on each page, none of them above the article, and where on each."""
        found: list[dict[str, int]] = []
        for page in self.pages:
            often = Counter(line.text for line in page)
            once = (line for line in page if often[line.text] == 1 and self.side(line) != "above")
            found.append({line.text: line.at for line in once if is_writable(line.text)})
        shared = (text for text in found[0] if all(text in of for of in found)) if found else ()
        return {text: tuple(of[text] for of in found) for text in shared}

    @cached_property
    def landmarks(self) -> tuple[str, ...]:
        """Those of them that stand in the same order on all pages, without what moves.

        A teaser that is up for a week may stand on all samples. It moves from page to page while the headings
        around it stay in place, or all move by the same number of lines.
        """
        found: list[str] = []
        for text, places in self.places.items():
            if not found or all(map(int.__lt__, self.places[found[-1]], places)):
                found.append(text)
        moves = [tuple(place - self.places[text][0] for place in self.places[text]) for text in found]
        sizes = Counter(moves)
        spans = {move: (moves.index(move), len(moves) - moves[::-1].index(move)) for move in sizes}

        def is_still(number: int) -> bool:
            move = moves[number]
            around = (of for of, (first, end) in spans.items() if first < number < end - 1 and of != move)
            is_lone = sizes[move] == 1 and 0 < number < len(found) - 1
            is_inside = is_lone and self.is_close(found[number - 1], found[number + 1])
            return not is_inside and all(sizes[of] <= sizes[move] for of in around)

        return tuple(text for number, text in enumerate(found) if is_still(number))

    def between(self, first: str, last: str) -> list[Sequence[Seen]]:
        """The lines of each page between two of the `places`; up to its end if there is no last one."""
        starts = self.places[first]
        ends = self.places[last] if last else tuple(map(len, self.pages))
        return [page[start + 1 : end] for page, start, end in zip(self.pages, starts, ends, strict=True)]

    def is_close(self, first: str, last: str) -> bool:
        """Whether a box could reach from one to the other: it takes no article, and not too many lines."""
        between = self.between(first, last)
        has_prose = any(self.is_own_prose(line) for lines in between for line in lines)
        return not has_prose and max(map(len, between)) <= MAX_BOX_LINES

    @cached_property
    def teasers(self) -> frozenset[str]:
        """What moves below the articles, and what stands above some of them and below others."""
        above: dict[str, set[int]] = {}
        below: dict[str, set[int]] = {}
        for line in self.lines:
            side = self.side(line)
            if side != "within":
                (above if side == "above" else below).setdefault(line.text, set()).add(line.page)
        climbers = {text for text in above.keys() & below if len(above[text]) < self.counts[text]}
        return frozenset((below.keys() & self.places.keys()) - set(self.landmarks) | climbers)

    def rare(self, skipped: Collection[str]) -> Iterator[Seen]:
        """Lines that are left, not on most pages, and neither long nor running text."""
        for line in self.lines:
            is_short = len(line.text) <= MAX_CHARS and not is_prose(line.text)
            if is_short and not self.is_shared(line) and line.text not in skipped:
                yield line

    def paragraph(self, line: Seen) -> Sequence[Seen]:
        """The lines around one up to the next blank lines, itself included."""
        page, start, end = self.pages[line.page], line.at, line.at + 1
        while start and not page[start].opens:
            start -= 1
        while end < len(page) and not page[end].opens:
            end += 1
        return page[start:end]

    def count(self, texts: Collection[str]) -> str:
        """`2 of 3 samples`: how many pages have one of the lines."""
        has = sum(any(line.text in texts for line in page) for page in self.pages)
        return f"{has} of {len(self.pages)} sample{'' if len(self.pages) == 1 else 's'}"


def read_samples(host: str, texts: Iterable[str], program: Program, language: str | None = None) -> Samples:
    """Samples as the rules at hand leave them, each article once: of a page saved twice, or again after an
    update, two samples would have the same paragraphs, and these would pass for the template's."""
    pages: list[tuple[Seen, ...]] = []
    known: set[str] = set()
    for text in texts:
        page = tuple(_seen(text, len(pages), host, program, language))
        prose = {line.text for line in page if line.taken is None and is_prose(line.text)}
        if len(prose & known) * 2 <= len(prose):
            pages.append(page)
            known |= prose
    return Samples(tuple(pages))


def _seen(text: str, page: int, host: str, program: Program, language: str | None) -> Iterator[Seen]:
    """The lines of a sample that are not blank."""
    removals = clean(text, program, site=host, language=language).removals
    at = start = number = 0
    opens = True
    for line in split(text):
        end = start + len(line)
        while number < len(removals) and removals[number].end <= start:
            number += 1
        own = []
        for each in islice(removals, number, None):
            if each.start >= end:
                break
            own.append(each)
        holes = [Span(max(each.start, start) - start, min(each.end, end) - start) for each in own]
        left = without(line, holes)
        if view(line):
            taken = Kind(own[0].kind) if own and not view(left) else None
            seen = views(line if taken else left)
            yield Seen(seen[-1], page, at, taken, opens, len(seen) > 1)
            at += 1
        opens = not view(line)
        start = end + 1


def is_writable(text: str) -> bool:
    """Whether a line can stand in a pack as it is: no control characters, and in composed form.

    >>> is_writable("Share"), is_writable("bell" + chr(7))
    (True, False)
    """
    return text.isprintable() and unicodedata.is_normalized("NFC", text)


def language_of(host: str, texts: Sequence[str], program: Program) -> str | None:
    """The language whose packs know the samples' furniture, or None if none stands out.

    All languages' packs serve a text of unknown language, and words that several of them have go to the
    first; so the likeliest few are asked again, each alone. A few texts are enough.
    """
    texts = texts[:MAX_TEXTS_FOR_LANGUAGE]
    owners = Counter(
        language
        for text in texts
        for rule in {removal.rule for removal in clean(text, program, site=host).removals}
        for language in _languages(rule, program)
    )
    likely = [language for language, _ in owners.most_common(MAX_LIKELY_LANGUAGES)]
    taken = {language: _taken_lines(host, texts, program, language) for language in likely}
    ranked = sorted(taken, key=taken.__getitem__, reverse=True)
    if not ranked or taken[ranked[0]] < MIN_LINES_OF_LANGUAGE:
        return None
    is_clear = len(ranked) == 1 or taken[ranked[0]] > CLEARLY_MORE * taken[ranked[1]]
    return ranked[0] if is_clear else None


def _languages(rule: str, program: Program) -> Iterable[str]:
    """The first language of the pack that a rule is of, if it is a language's and no site's."""
    pack = program.ruleset.by_name[rule.rpartition("/")[0]]
    return () if pack.sites else pack.languages[:1]


def _taken_lines(host: str, texts: Iterable[str], program: Program, language: str) -> int:
    """How many different lines go, if the texts are in this language."""
    pages = (_seen(text, 0, host, program, language) for text in texts)
    return len({line.text for page in pages for line in page if line.taken})


_TRAIL = re.compile(" [/|>\u00bb\u203a\u2022] ")


def _is_like_title(text: str) -> bool:
    is_dated = re.search(r"\d{4}|\d:\d\d", text) is not None
    return len(text) >= MIN_HEADLINE_CHARS and ":" not in text and not is_dated and not _TRAIL.search(text)
