"""Which tests are worth running on a line: an index on the literals that matchers need.

The index only proposes. It never leaves out a test that would pass, and where it names one that
does not, the test itself says so. A line costs a few look-ups in dictionaries, whatever their size.
All keys and lines are case-folded here, and every number in them is a 0: `7 min read` is found as
`0 min read`. Whether case counts, and which number it is, is the test's own affair.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from cleaner.segments import FOLDED_MARKER_STARTS, fold_case, fold_views

KEY_CHARS = (8, 6, 4, 3, 2, 1)
"""Lengths of keys for heads and tails: a literal is cut to the longest of these that it fills."""

GATE_CHARS = 4
"""Characters at a line's start and end that tell whether a closer look is worth it."""

PROBE_CHARS = 4
"""Characters of an inner literal that are searched for first, on behalf of all that share them."""

STRONG = 5.0
"""The strength from which an inner literal is good enough: a word of five letters, or two Han ones."""

SEARCH_COST = 0.01
"""What one search of a document costs, in tests per line: two tests on a page of 200 lines."""


def strength(literal: str) -> float:
    """How well a text tells lines apart: in letters. A dense one counts 2.5, what is none a half.

    >>> strength("foto: "), strength("\u65e5\u672c"), strength(" ")
    (5.2, 5.0, 0.6)
    """
    letter_count = sum(map(str.isalnum, literal))
    dense_count = 0 if literal.isascii() else sum(char >= "\u2e80" and char.isalnum() for char in literal)
    return letter_count + 1.5 * dense_count + 0.6 * (len(literal) - letter_count)


_NUMBER = re.compile(r"\d+")


def numbers_folded(text: str) -> str:
    """The text with each run of decimal digits, of whatever script, as a single 0.

    >>> numbers_folded("12. Mai 2021")
    '0. Mai 0'
    """
    return _NUMBER.sub("0", text)


@dataclass(frozen=True)
class Keys:
    """What a line's case-folded view must show for a matcher to be worth asking.

    One of these holds: it is in `exact`; it begins with one of `heads`; ends with one of `tails`;
    contains one of `inner`; or, where `is_open`, nothing is known and every line is worth asking.
    """

    exact: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()
    is_open: bool = False

    def __or__(self, other: Keys) -> Keys:
        return Keys(
            self.exact | other.exact,
            self.heads | other.heads,
            self.tails | other.tails,
            self.inner | other.inner,
            self.is_open or other.is_open,
        )

    @cached_property
    def fewest_inner(self) -> tuple[str, ...]:
        """The inner literals without those that hold another: a line that has one has the other."""
        return tuple(
            text for text in self.inner if not any(other in text for other in self.inner if other != text)
        )

    @cached_property
    def cost(self) -> float:
        """An estimate of the tests that these keys cause per line of a page. Only its order matters.

        Heads and tails cost a look-up however many there are, so only their false proposals count;
        inner literals are found in more lines, and each costs a search of the document.
        """
        if self.is_open:
            return float("inf")
        outer = [*self.heads, *self.tails]
        false_proposals = sum(0.1 * math.pow(0.25, strength(key) - 1) for key in outer)
        return false_proposals + sum(
            min(1.0, math.pow(0.3, strength(key) - 1.5)) + SEARCH_COST for key in self.inner
        )


_Numbers = dict[str, list[int]]
"""Literals, and the numbers that each is a key of."""


class Index:
    """An index over numbered keys: for each line of a document, the numbers worth asking.

    Numbers whose keys are open are in no line's list: `open` has them, for whoever asks line by line.
    """

    __slots__ = (
        "_exact", "_gate", "_head_chars", "_heads", "_probes", "_tail_chars", "_tail_gate", "_tails", "open"
    )  # fmt: skip

    def __init__(self, keys: Iterable[Keys]) -> None:
        exact: _Numbers = {}
        heads: _Numbers = {}
        tails: _Numbers = {}
        inner: _Numbers = {}
        open_numbers = []
        for number, wanted in enumerate(keys):
            if wanted.is_open:
                open_numbers.append(number)
                continue
            _note(exact, wanted.exact, number)
            _note(heads, wanted.heads, number)
            _note(tails, wanted.tails, number)
            _note(inner, wanted.fewest_inner, number)
        self.open = tuple(open_numbers)
        self._exact = exact
        self._heads = _grouped(heads, lambda literal: literal[: _key_chars(literal)])
        self._tails = _grouped(tails, lambda literal: literal[-_key_chars(literal) :])
        self._head_chars = sorted(set(map(len, self._heads)), reverse=True)
        self._tail_chars = sorted(set(map(len, self._tails)), reverse=True)
        # The gates: most lines of a page show nothing that any key begins or ends with.
        self._gate = {key[:GATE_CHARS] for key in self._heads}
        self._tail_gate = {key[-GATE_CHARS:] for key in self._tails}
        self._probes = _by_probe(inner)

    def scan(self, text: str) -> Iterator[tuple[int, set[int]]]:
        """(line, numbers) for each line of a text on which any number is worth asking.

        Lines without anything to ask are left out, blank ones always.
        """
        whole = numbers_folded(fold_case(fold_views(text)))
        folded = whole.split("\n")
        found = self._inner_lines(whole, folded)
        views = [(place, line.strip()) for place, line in enumerate(folded)]
        views += [(place, _bare(seen)) for place, seen in views if seen[:1] in FOLDED_MARKER_STARTS]
        exact, gate, tail_gate = self._exact, self._gate, self._tail_gate
        for place, seen in views:
            if (
                seen[:GATE_CHARS] in gate
                or seen in exact
                or seen[-GATE_CHARS:] in tail_gate
                or seen[:2] in gate
                or seen[:3] in gate
                or seen[:1] in gate
                or seen[-3:] in tail_gate
                or seen[-2:] in tail_gate
                or seen[-1:] in tail_gate
            ):
                found.setdefault(place, []).extend(self._proposals(seen))
        for place in sorted(found):
            if found[place]:
                yield place, set(found[place])

    def propose(self, line: str) -> set[int]:
        """The numbers worth asking on a single line."""
        return next((found for _, found in self.scan(line)), set())

    def _inner_lines(self, whole: str, folded: list[str]) -> dict[int, list[int]]:
        """Numbers by line whose inner literal stands there; most literals stand nowhere in a text."""
        found: dict[int, list[int]] = {}
        literals = [literal for probe, several in self._probes if probe in whole for literal in several]
        starts = list(accumulate((len(line) + 1 for line in folded), initial=0)) if literals else []
        for literal, numbers in literals:
            at = whole.find(literal)
            while at >= 0:
                line = bisect_right(starts, at)
                found.setdefault(line - 1, []).extend(numbers)
                at = whole.find(literal, starts[line])
        return found

    def _proposals(self, seen: str) -> list[int]:
        """Numbers whose exact text, head or tail a view is or has."""
        if not seen:
            return []
        found = list(self._exact.get(seen, ()))
        for chars in self._tail_chars:
            for literal, numbers in self._tails.get(seen[-chars:], ()):
                if seen.endswith(literal):
                    found += numbers
        for chars in self._head_chars:
            for literal, numbers in self._heads.get(seen[:chars], ()):
                if seen.startswith(literal):
                    found += numbers
        return found


_COUNTED = re.compile(r"\(?0[.)] ")


def _bare(seen: str) -> str:
    """A folded view without what may be a list marker; empty if it bears none.

    The line itself tells a marker from what only folds to one. Taking one too many costs a look-up.
    """
    if seen[0] in "(0":
        marker = _COUNTED.match(seen)
        return seen[marker.end() :] if marker else ""
    return seen[1:].lstrip()


def _note(numbers: _Numbers, literals: Iterable[str], number: int) -> None:
    for literal in set(map(numbers_folded, literals)):
        numbers.setdefault(literal, []).append(number)


def _key_chars(literal: str) -> int:
    return next(chars for chars in KEY_CHARS if chars <= len(literal))


_Groups = dict[str, list[tuple[str, list[int]]]]
"""Literals with their numbers, by a part of theirs that is looked for first."""


def _grouped(numbers: _Numbers, part: Callable[[str], str]) -> _Groups:
    groups: _Groups = {}
    for literal in sorted(numbers):
        groups.setdefault(part(literal), []).append((literal, numbers[literal]))
    return groups


def _by_probe(inner: _Numbers) -> list[tuple[str, list[tuple[str, list[int]]]]]:
    """Inner literals by the piece of theirs that most others have too: one search for all of them,
    since a text in which the piece does not stand holds none of them."""
    counts = Counter(piece for literal in inner for piece in _pieces(literal))
    groups = _grouped(inner, lambda literal: max(_pieces(literal), key=lambda piece: (counts[piece], piece)))
    return sorted(groups.items())


def _pieces(literal: str) -> set[str]:
    last = max(0, len(literal) - PROBE_CHARS)
    return {literal[start : start + PROBE_CHARS] for start in range(last + 1)}
