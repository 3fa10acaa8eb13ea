"""How steep a pattern's cost may get, read from its tree before it runs.

Backtracking is slow where repeats can fight for the same characters. These are estimates: they may call
a harmless pattern steep, and what they let pass is still under a timeout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final, TypeAlias
from unicodedata import category

from cleaner.patterns import (
    CATEGORIES,
    SCRIPTS,
    Alternation,
    CharClass,
    ClassItem,
    Concat,
    Literal,
    Node,
    Property,
    Range,
    Repeat,
    length_range,
)
from cleaner.rules import REGEX_MAX_CHARS

LOOP_ROUNDS = 5
"""Rounds from which a repeat is searched for a text that it takes in two ways: 2 to the power of 4 is
little, and `repeat_degree` knows the repeats in it."""

IGNORED_WEIGHT = 0.25
"""What a pattern may weigh above a whole degree before it counts as the next one. Of 600 drawn patterns
those of weight 2.4 took over 0.4 seconds for a line of 2,000 characters, those of 2.2 up to 0.17."""

MAX_DEGREE = 10
"""Where the estimate of a pattern's cost stops counting: a line of 2,000 characters makes 3 unusable."""

# A set of characters as an integer, for estimates: a bit for each ASCII character, one for each general
# category beyond ASCII. It may hold more than the class does; less only where no view has a character
# (a next-line control is white space too).
_ALL_CATEGORIES: Final = sorted(
    {name for name in CATEGORIES if len(name) == 2} | {"Cn", "Co", "Cs", "Zl", "Zp"}
)
_CATEGORY_BITS: Final = {name: 1 << (128 + index) for index, name in enumerate(_ALL_CATEGORIES)}
_ASCII: Final = (1 << 128) - 1
_BEYOND_ASCII: Final = sum(_CATEGORY_BITS.values())
_SPACES: Final = _CATEGORY_BITS["Zs"] | _CATEGORY_BITS["Zl"] | _CATEGORY_BITS["Zp"]
_EVERY: Final = _ASCII | _BEYOND_ASCII
_WIDE_RANGE_CHARS: Final = 1_000


def _char_mask(char: str) -> int:
    return 1 << ord(char) if char < "\x80" else _CATEGORY_BITS[category(char)]


def _joined(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def _mask(node: Node) -> int:
    """All characters that a match may hold."""
    match node:
        case Literal(text):
            return _joined(map(_char_mask, text))
        case CharClass(items, negated):
            return _class_mask(items, negated)
        case Concat(children) | Alternation(children):
            return _joined(map(_mask, children))
        case Repeat(body):
            return _mask(body)
    return _EVERY


def _class_mask(items: tuple[ClassItem, ...], negated: bool) -> int:
    if not negated:
        return _joined(map(_item_mask, items))
    mask = _EVERY
    for part in items:  # beyond ASCII only a category is taken out whole
        if isinstance(part, Range):
            mask &= ~(_range_mask(part) & _ASCII)
        else:
            mask &= _property_mask(Property(part.name, not part.negated))
    return mask


def _item_mask(part: ClassItem) -> int:
    return _range_mask(part) if isinstance(part, Range) else _property_mask(part)


def _range_mask(part: Range) -> int:
    if part.char_count > _WIDE_RANGE_CHARS:
        ascii_part = range(ord(part.first), 128)
        return _BEYOND_ASCII | _joined(1 << code for code in ascii_part)
    return _joined(map(_char_mask, part.chars()))


@cache
def _property_mask(part: Property) -> int:
    inside = _joined(1 << code for code in range(128) if _has_property(chr(code), part.name))
    ascii_mask = _ASCII & ~inside if part.negated else inside
    if part.name in SCRIPTS:
        return ascii_mask | (_BEYOND_ASCII if part.negated else _BEYOND_ASCII & ~_SPACES)
    prefix = "Z" if part.name == "White_Space" else part.name
    return ascii_mask | _joined(
        bit for name, bit in _CATEGORY_BITS.items() if name.startswith(prefix) != part.negated
    )


def _has_property(char: str, name: str) -> bool:
    """Whether an ASCII character has a property. Of the scripts only Latin has ASCII characters."""
    if name in CATEGORIES:
        return category(char).startswith(name)
    return char.isspace() if name == "White_Space" else name == "Latin" and char.isalpha()


# The repeats that can still take the next character, each as the set of characters it repeats, with the
# weight of the heaviest row of fighting repeats that it ends.
_Live: TypeAlias = dict[int, float]


def repeat_degree(node: Node) -> int:
    r"""An estimate of a pattern's cost: a line of n characters takes some n to the power of this.

    It counts the repeats in a row of which each can take what the one before it could take too, since
    all that must stand between them could be taken as well. `.+ - .+` has two: a line of dashes can be
    split anywhere. `\d+ - \d+` has one. A repeat without a bound counts 1, one with a bound a part of
    that: `.{3,50}` has 48 ways where a line of 2,000 characters gives `.*` 2,000, and 48 is the square
    root. It tells apart ASCII characters and, beyond, general categories, and knows nothing of
    alternatives that overlap.

    >>> from cleaner.patterns import parse
    >>> [repeat_degree(parse(p)) for p in (r"\d+ - \d+", r".+ - .+", r".*Foto.*:.*", "Foto")]
    [1, 2, 3, 0]
    """
    scale = _Scale()
    scale.walk(node, {})
    return int(scale.heaviest + 1 - IGNORED_WEIGHT)


def _weight(low: int, high: int | None) -> float:
    """What a repeat counts: the logarithm of how many ways it has, and of a line's characters."""
    return 1.0 if high is None else min(1.0, log(high - low + 1) / log(REGEX_MAX_CHARS))


class _Scale:
    """One walk over a tree, from left to right. `heaviest` is the weight of the heaviest row so far."""

    def __init__(self) -> None:
        self.heaviest = 0.0

    def walk(self, node: Node, live: _Live) -> _Live:
        """What is live after the node, given what is live before it."""
        match node:
            case Literal(text):
                for char in text:
                    live = _passing(live, _char_mask(char))
                return live
            case Concat(parts):
                for part in parts:
                    live = self.walk(part, live)
                return live
            case Alternation(branches):
                return _merged(*(self.walk(branch, live) for branch in branches))
            case Repeat(body, low, high):
                return self.repeat(body, low, high, live)
        return _passing(live, _mask(node))

    def repeat(self, body: Node, low: int, high: int | None, live: _Live) -> _Live:
        """Rounds without a bound are walked once: what one round leaves live for the next is what
        `has_nested_repeat` looks for."""
        after = live if low == 0 else {}
        before = live
        for _ in range(high or 1):
            current = self.walk(body, before)
            after = _merged(after, current)
            if current == before or self.heaviest >= MAX_DEGREE:
                break
            before = current
        return after if low == high else self.added(live, after, _mask(body), _weight(low, high))

    def added(self, live: _Live, after: _Live, mask: int, weight: float) -> _Live:
        """With one more repeat, that fights with those live before it."""
        row = weight + max((row for other, row in live.items() if other & mask), default=0.0)
        self.heaviest = min(MAX_DEGREE, max(self.heaviest, row))
        return _merged(after, {mask: row})


def _passing(live: _Live, mask: int) -> _Live:
    """Those that could take one of these characters too."""
    return {taken: row for taken, row in live.items() if taken & mask}


def _merged(*several: _Live) -> _Live:
    union: _Live = {}
    for live in several:
        for mask, row in live.items():
            union[mask] = max(row, union.get(mask, 0.0))
    return union


MAX_LOOP_STEPS: Final = 100_000
"""Pairs of places in a loop that are compared, a fraction of a second's work, before the loop is taken
for a bad one unproven."""

MAX_LOOP_PLACES: Final = 4_000
"""Places in a loop, above which it is taken for a bad one unproven: nested counts double them."""


def has_nested_repeat(node: Node) -> bool:
    r"""Whether a repeat of many rounds can take one text in two ways, so that its cost may double with
    each round.

    That is so of a repeat around another that can take the same characters, `(?:\w+,?)*`, and of
    alternatives that overlap, `(?:\w|\d)*`; it is not so where something tells the rounds apart,
    `(?:\w+ )*`. Counts of three and more are taken for two, characters as in `repeat_degree`.

    >>> from cleaner.patterns import parse
    >>> [has_nested_repeat(parse(p)) for p in (r"(?:\w+,?)+:", r"(?:\w|\d)+", r"(?:\w+ )+", ".+")]
    [True, True, False, False]
    """
    match node:
        case Repeat(body, _, high):
            if high is not None and high < LOOP_ROUNDS:
                return has_nested_repeat(body)
            has_empty_rounds = high is not None and length_range(body)[0] == 0
            return has_empty_rounds or _Loop(body).is_ambiguous()
        case Concat(children) | Alternation(children):
            return any(map(has_nested_repeat, children))
    return False


@dataclass(slots=True)
class _Ends:
    """The places where a match of a part may begin and end, and whether it may match nothing."""

    first: list[int]
    last: list[int]
    is_optional: bool


class _Loop:
    """The body of a repeat as places, one for each character to match, and which place may follow
    which (Glushkov's automaton). Two ways from a place back to itself over one text make it
    ambiguous; a way that two operators open is one already."""

    def __init__(self, body: Node) -> None:
        self.masks: list[int] = []
        self.followers: list[set[int]] = []
        self.has_double_way = False
        self.step_count = 0
        ends = self.place(body)
        self.link(ends.last, ends.first)

    def place(self, node: Node) -> _Ends:
        """The places of a part, linked with one another."""
        if self.has_double_way:  # the verdict stands, and a nest of counts may be large
            return _Ends([], [], is_optional=False)
        match node:
            case Literal(text):
                return self.row(self.single(_char_mask(char)) for char in text)
            case Concat(parts):
                return self.row(map(self.place, parts))
            case Alternation(branches):
                return self.either([self.place(branch) for branch in branches])
            case Repeat(body, low, high):
                return self.repeat(body, low, high)
        return self.single(_mask(node))

    def single(self, mask: int) -> _Ends:
        self.has_double_way |= len(self.masks) >= MAX_LOOP_PLACES
        self.masks.append(mask)
        self.followers.append(set())
        return _Ends([len(self.masks) - 1], [len(self.masks) - 1], is_optional=False)

    def row(self, parts: Iterable[_Ends]) -> _Ends:
        row = _Ends([], [], is_optional=True)
        for part in parts:
            self.link(row.last, part.first)
            row.first = row.first + part.first if row.is_optional else row.first
            row.last = row.last + part.last if part.is_optional else part.last
            row.is_optional = row.is_optional and part.is_optional
        return row

    def either(self, branches: list[_Ends]) -> _Ends:
        self.has_double_way |= sum(branch.is_optional for branch in branches) > 1
        first = [place for branch in branches for place in branch.first]
        last = [place for branch in branches for place in branch.last]
        return _Ends(first, last, any(branch.is_optional for branch in branches))

    def repeat(self, body: Node, low: int, high: int | None) -> _Ends:
        ends = self.place(body)
        self.has_double_way |= ends.is_optional and low != high  # no round, or a round of nothing
        if high is None:
            self.link(ends.last, ends.first)
        elif high > 1:
            ends = self.row([ends, self.second_copy(body, is_optional=low < high)])
        return _Ends(ends.first, ends.last, ends.is_optional or low == 0)

    def second_copy(self, body: Node, *, is_optional: bool) -> _Ends:
        copy = self.place(body)
        return _Ends(copy.first, copy.last, copy.is_optional or is_optional)

    def link(self, before: list[int], after: list[int]) -> None:
        for place in before:
            self.has_double_way |= not self.followers[place].isdisjoint(after)
            self.followers[place].update(after)

    def is_ambiguous(self) -> bool:
        return self.has_double_way or self.meets_again() or self.step_count > MAX_LOOP_STEPS

    def meets_again(self) -> bool:
        """Whether two ways that part at a place, over one text, meet at another."""
        waiting = [pair for ways in self.partings() for pair in self.pairs(ways, ways) if pair[0] != pair[1]]
        seen = set(waiting)
        while waiting:
            one, other = waiting.pop()
            for pair in self.pairs(self.followers[one], self.followers[other]):
                if pair[0] == pair[1]:
                    return True
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return False

    def partings(self) -> list[set[int]]:
        """The different ways on from places that have more than one."""
        return [set(ways) for ways in {frozenset(ways) for ways in self.followers} if len(ways) > 1]

    def pairs(self, some: Iterable[int], others: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Places that one character may lead to, one of each; none when the steps are used up."""
        for one in some:
            for other in others:
                self.step_count += 1
                if self.step_count > MAX_LOOP_STEPS:
                    return
                if self.masks[one] & self.masks[other]:
                    yield (one, other) if one < other else (other, one)
