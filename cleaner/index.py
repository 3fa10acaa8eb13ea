"""Which tests are worth running on a line: an index on the literals that matchers need.

The index only proposes. It never leaves out a test that would pass, and where it names one that
does not, the test itself says so. A line costs a few look-ups in dictionaries, whatever their size.
All keys and lines are case-folded here, and every number in them is a 0: `7 min read` is found as
`0 min read`. Whether case counts, and which number it is, is the test's own affair.
"""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, starmap
from typing import Any, NamedTuple, TypeAlias

from cleaner.segments import CASE_VARIANTS, FOLDED_MARKER_STARTS, LINES_AT_ONCE, fold_views, view

KEY_CHARS = (8, 6, 4, 3, 2, 1)
"""Lengths of keys for heads and tails: a literal is cut to the longest of these that it fills."""

PROBE_CHARS = (6, 5, 4, 3, 2, 1)
"""Lengths of probes: which piece of an inner literal's word is looked up, the longest that it has."""

MAX_KNOWN_WORDS = 65_536
"""Words of which an index remembers which probes they hold; some eight megabytes. Then it starts afresh."""

MAX_KNOWN_WORD_CHARS = 30
"""Characters of a word that is remembered: longer ones are sentences without spaces, and new."""

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


def numbers_folded(text: str) -> str:
    """The text with each run of decimal digits, of whatever script, as a single 0.

    >>> numbers_folded("12. Mai 2021")
    '0. Mai 0'
    """
    if not text.isascii():
        text = _FOREIGN_DIGIT.sub(_fold_odd, text)
    return _ascii_numbers_folded(text)


def fold_keys(text: str) -> str:
    """A text as keys are looked for in it: case-folded, and every number a 0.

    >>> fold_keys("Foto: \u0130\u0663\u0664, 12 MIN")
    'foto: i0, 0 min'
    """
    if text.isascii():
        return _ascii_numbers_folded(text.lower())
    lowered = text.replace("\u0130", "i").lower()
    return _ascii_numbers_folded(_ODD_KEY.sub(_fold_odd, lowered))


def _ascii_numbers_folded(text: str) -> str:
    for digit in "123456789":  # nine passes of a copy are faster than one of a pattern
        text = text.replace(digit, "0")
    return _ZEROS.sub("0", text) if "00" in text else text


def _fold_odd(match: re.Match[str]) -> str:
    return "0" if match[0].isdecimal() else CASE_VARIANTS.get(match[0], match[0])


_ZEROS = re.compile("00+")
_NIL_CODES = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
)  # fmt: skip
_DIGITS = "".join(f"{chr(nil)}-{chr(nil + 9)}" for nil in _NIL_CODES)
"""The decimal digits of all scripts but ASCII's, up to U+FFFF: ten in a row from each nil."""
_FOREIGN_DIGIT = re.compile(f"[{_DIGITS}\U00010000-\U0010ffff]")
_ODD_KEY = re.compile(f"[{_DIGITS}{''.join(CASE_VARIANTS)}\U00010000-\U0010ffff]")


def _by_length(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(map(numbers_folded, texts)), key=lambda text: (len(text), text)))


def _unless_held(texts: tuple[str, ...], literal: str) -> tuple[str, ...]:
    """Nothing more is to be asked of a line with a literal that holds one of the texts itself."""
    return () if any(text in literal for text in texts) else texts


NO_BOUND = sys.maxsize
"""Characters of a view that has no bound."""


@dataclass(frozen=True)
class Keys:
    """What a line's case-folded view must show for a matcher to be worth asking.

    One of these holds: it is in `exact`; it begins with one of `heads`; ends with one of `tails`;
    contains one of `inner`; or, where `is_open`, nothing is known and every line is worth asking.
    Where `also` has a head or a tail, a line that it finds must contain one of those texts besides.
    Views of more than `max_chars` are not worth asking.
    """

    exact: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()
    is_open: bool = False
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)
    max_chars: int = NO_BOUND

    def __or__(self, other: Keys) -> Keys:
        return Keys(
            self.exact | other.exact,
            self.heads | other.heads,
            self.tails | other.tails,
            self.inner | other.inner,
            self.is_open or other.is_open,
            self._also_with(other) | other._also_with(self),
            max(self.max_chars, other.max_chars),
        )

    def _also_with(self, other: Keys) -> dict[str, frozenset[str]]:
        """What lines that one of this one's heads or tails finds must contain, if `other` serves too."""
        others = other.heads | other.tails
        joined = {key: wanted | other.also.get(key, frozenset()) for key, wanted in self.also.items()}
        return {key: texts for key, texts in joined.items() if key not in others or key in other.also}

    @cached_property
    def fewest_inner(self) -> tuple[str, ...]:
        """The inner literals without those that hold another: a line that has one has the other."""
        return tuple(
            text for text in self.inner if not any(other in text for other in self.inner if other != text)
        )

    # As an index looks for them, folded once for all indexes that they stand in.

    @cached_property
    def folded_exact(self) -> frozenset[str]:
        """The whole views, with every number a 0."""
        return frozenset(map(numbers_folded, self.exact))

    @cached_property
    def folded_heads(self) -> dict[str, tuple[str, ...]]:
        """The heads, each with what a line that it finds must hold besides."""
        return self._folded(self.heads)

    @cached_property
    def folded_tails(self) -> dict[str, tuple[str, ...]]:
        """The tails, likewise."""
        return self._folded(self.tails)

    @cached_property
    def folded_inner(self) -> frozenset[str]:
        """The inner literals that are looked for."""
        return frozenset(map(numbers_folded, self.fewest_inner))

    def _folded(self, literals: Iterable[str]) -> dict[str, tuple[str, ...]]:
        wanted: dict[str, frozenset[str]] = {}
        for literal in literals:
            texts = self.also.get(literal, frozenset())
            known = wanted.setdefault(numbers_folded(literal), texts)
            wanted[numbers_folded(literal)] = texts | known if texts and known else frozenset()
        sets = {texts: _by_length(texts) for texts in set(wanted.values())}  # most heads share theirs
        return {literal: _unless_held(sets[texts], literal) for literal, texts in wanted.items()}

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


MARKER_CHARS = 8
"""More characters than a list marker and folded digits can hide of a view that has a bound."""


class _Clue(NamedTuple):
    """One number that a head or a tail speaks for, if the line holds one of `also` (if there are any)."""

    number: int
    also: tuple[str, ...]
    max_chars: int


_Clues = dict[str, list[_Clue]]
"""Literals, and the numbers that each speaks for."""


class Index:
    """An index over numbered keys: for each line of a document, the numbers worth asking.

    Numbers whose keys are open are in no line's list: `open` has them, for whoever asks line by line.
    """

    __slots__ = (
        "_exact", "_head_chars", "_heads", "_inner", "_likely", "_tail_chars", "_tails", "count", "open",
    )  # fmt: skip

    def __init__(self, keys: Iterable[Keys]) -> None:
        exact: dict[str, tuple[int, ...]] = {}
        heads: _Clues = {}
        tails: _Clues = {}
        inner: _Clues = {}
        open_numbers = []
        self.count = 0
        for number, wanted in enumerate(keys):
            self.count += 1
            if wanted.is_open:
                open_numbers.append(number)
                continue
            bound = min(wanted.max_chars, NO_BOUND - MARKER_CHARS) + MARKER_CHARS
            for literal in _of_a_line(wanted.folded_exact):
                exact[literal] = (*exact.get(literal, ()), number)
            for clues, found in ((heads, wanted.folded_heads), (tails, wanted.folded_tails)):
                for literal in _of_a_line(found):
                    clues.setdefault(literal, []).append(_Clue(number, found[literal], bound))
            for literal in _of_a_line(wanted.folded_inner):
                inner.setdefault(literal, []).append(_Clue(number, (), bound))
        self.open = tuple(open_numbers)
        self._exact = exact
        self._heads = _Groups(heads, lambda literal: literal[: _key_chars(literal)])
        self._tails = _Groups(tails, lambda literal: literal[-_key_chars(literal) :])
        self._inner = _Inner(_Groups(inner, _probe))
        self._set_lengths()

    def __getstate__(self) -> tuple[object, ...]:
        """Long texts and lists of numbers instead of ten thousand small values, which take their time."""
        return self.count, self.open, _flat_exact(self._exact), self._heads, self._tails, self._inner.groups

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.count, self.open, exact, self._heads, self._tails, inner = state
        self._exact = _unflat_exact(*exact)
        self._inner = _Inner(inner)
        self._set_lengths()

    def _set_lengths(self) -> None:
        self._head_chars = tuple(sorted(set(map(len, self._heads.places)), reverse=True))
        self._tail_chars = tuple(sorted(set(map(len, self._tails.places)), reverse=True))
        self._likely = _likely(self._heads.places, self._tails.places)

    def scan(self, text: str) -> Iterator[tuple[int, set[int]]]:
        """(line, numbers) for each line of a text on which any number is worth asking.

        Lines without anything to ask are left out, blank ones always.
        """
        found = self.scan_folded([line.strip() for line in fold_keys(fold_views(text)).split("\n")])
        for place in sorted(found):
            yield place, set(found[place])

    def scan_folded(self, folded: list[str]) -> dict[int, list[int]]:
        """Numbers worth asking, some of them twice, by line; for views that `fold_keys` has made."""
        found = self._inner_lines(folded)
        places = list(enumerate(folded))
        places += [(place, _bare(seen)) for place, seen in places if seen[:1] in FOLDED_MARKER_STARTS]
        exact, heads, tails = self._exact, self._heads.places, self._tails.places
        head_chars, tail_chars = self._head_chars, self._tail_chars
        for place, seen in self._likely(places, exact):
            numbers = list(exact.get(seen, ()))
            for chars in head_chars:
                if seen[:chars] in heads:
                    numbers += _fitting(seen, self._heads.at(seen[:chars]), seen.startswith)
            for chars in tail_chars:
                if seen[-chars:] in tails:
                    numbers += _fitting(seen, self._tails.at(seen[-chars:]), seen.endswith)
            if numbers and seen:
                found.setdefault(place, []).extend(numbers)
        return found

    def propose(self, line: str) -> set[int]:
        """The numbers worth asking on a single line."""
        return next((found for _, found in self.scan(line)), set())

    def _inner_lines(self, folded: list[str]) -> dict[int, list[int]]:
        """Numbers by line whose inner literal stands there; most literals stand nowhere in a text."""
        return self._inner.find(folded) if self._inner.groups.places else {}


class JoinedIndex:
    """Indexes one after another as a single one: most of it serves many stacks and is made once.

    The numbers of each follow those of the one before.
    """

    def __init__(self, parts: Iterable[Index]) -> None:
        self._parts: list[tuple[int, Index]] = []
        count = 0
        for part in parts:
            self._parts.append((count, part))
            count += part.count
        self.open = tuple(start + number for start, part in self._parts for number in part.open)

    def scan_views(self, views: list[str]) -> dict[int, set[int]]:
        """The numbers worth asking on each line that has any, for the views of lines."""
        found: dict[int, set[int]] = {}
        for first in range(0, len(views), LINES_AT_ONCE):
            folded = fold_keys("\n".join(views[first : first + LINES_AT_ONCE])).split("\n")
            for start, part in self._parts:
                if not part.count:
                    continue
                for place, numbers in part.scan_folded(folded).items():
                    found.setdefault(first + place, set()).update([start + number for number in numbers])
        return found

    def propose(self, line: str) -> set[int]:
        """The numbers worth asking on a single line."""
        return self.scan_views([view(line)]).get(0, set())


def _fitting(seen: str, group: _Group, holds: Callable[[str], bool]) -> list[int]:
    """The numbers of a group of heads or tails that a folded view has, and that are worth asking."""
    chars, has = len(seen), seen.__contains__
    return [
        number
        for literal, clues in group
        if holds(literal)
        for number, also, max_chars in clues
        if chars <= max_chars and (not also or any(map(has, also)))  # dozens of names of months
    ]


_COUNTED = re.compile(r"\(?0[.)] ")


def _bare(seen: str) -> str:
    """A folded view without what may be a list marker; empty if it bears none.

    The line itself tells a marker from what only folds to one. Taking one too many costs a look-up.
    """
    if seen[0] in "(0":
        marker = _COUNTED.match(seen)
        return seen[marker.end() :] if marker else ""
    return seen[1:].lstrip()


def _key_chars(literal: str) -> int:
    return next(chars for chars in KEY_CHARS if chars <= len(literal))


_Group: TypeAlias = list[tuple[str, list[_Clue]]]
"""Literals with their clues."""


class _Groups:
    """Literals with their clues, by a part of theirs that is looked for first.

    `places` are the groups' numbers by that part. A group is put together when its part is first found: of
    thousands a page finds a few.
    """

    __slots__ = ("_clues", "_ends", "_literals", "_made", "_sets", "places")

    def __init__(self, clues: _Clues, part: Callable[[str], str]) -> None:
        literals_of: dict[str, list[str]] = {}
        for literal in sorted(clues):
            literals_of.setdefault(part(literal), []).append(literal)
        literals = [literal for group in literals_of.values() for literal in group]
        wanted = [tuple(map(tuple, clues[literal])) for literal in literals]
        sets = {each: number for number, each in enumerate(dict.fromkeys(wanted))}
        ends = list(accumulate(map(len, literals_of.values())))
        self.__setstate__(
            ("\n".join(literals_of), ends, "\n".join(literals), [sets[each] for each in wanted], list(sets))
        )

    def __getstate__(self) -> tuple[object, ...]:
        """The parts, a line each; where the literals of each end; the literals; the number of their clues;
        and the clues, each set of them once."""
        return "\n".join(self.places), self._ends, "\n".join(self._literals), self._clues, self._sets

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        parts, self._ends, literals, self._clues, self._sets = state
        self._literals = literals.split("\n")
        self.places = dict(zip(parts.split("\n"), range(len(self._ends)), strict=False))  # "" has one line
        self._made: list[_Group | None] = [None] * len(self._ends)

    def at(self, part: str) -> _Group:
        """The group of a part that is among the places."""
        nth = self.places[part]
        group = self._made[nth]
        if group is None:
            start, end = self._ends[nth - 1] if nth else 0, self._ends[nth]
            clues = [list(starmap(_Clue, self._sets[number])) for number in self._clues[start:end]]
            group = self._made[nth] = list(zip(self._literals[start:end], clues, strict=True))
        return group


def _flat_exact(exact: dict[str, tuple[int, ...]]) -> tuple[str, list[int], list[tuple[int, ...]]]:
    sets = {each: number for number, each in enumerate(dict.fromkeys(exact.values()))}
    return "\n".join(exact), [sets[each] for each in exact.values()], list(sets)


def _unflat_exact(texts: str, numbers: list[int], sets: list[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return dict(zip(texts.split("\n"), map(sets.__getitem__, numbers), strict=False))


_Places: TypeAlias = list[tuple[int, str]]


def _likely(heads: Iterable[str], tails: Iterable[str]) -> Callable[[_Places, Collection[str]], _Places]:
    """What leaves of some places those whose view is among some texts, or may have a head or a tail: told by
    its first and its last few characters alone, without a loop in Python over all lengths of keys."""
    long_heads, short_heads = _beginnings(heads, 1)
    long_tails, short_tails = _beginnings(tails, -1)

    def likely(places: _Places, texts: Collection[str]) -> _Places:
        return [
            (place, seen)
            for place, seen in places
            if seen[:4] in long_heads
            or seen[-4:] in long_tails
            or seen in texts
            or (seen[:1] in short_heads and seen.startswith(short_heads[seen[0]]))
            or (seen[-1:] in short_tails and seen.endswith(short_tails[seen[-1]]))
        ]

    return likely


def _beginnings(keys: Iterable[str], side: int) -> tuple[set[str], dict[str, tuple[str, ...]]]:
    """Of keys that have four characters those, counted from their outer end (`side` 1: the start, -1: the
    end); the others whole, by their outermost character."""
    whole: dict[str, tuple[str, ...]] = {}
    cut = slice(4) if side > 0 else slice(-4, None)
    for key in keys:
        if len(key) < 4:
            outermost = key[:1] if side > 0 else key[-1:]
            whole[outermost] = (*whole.get(outermost, ()), key)
    return {key[cut] for key in keys if len(key) >= 4}, whole


def _of_a_line(literals: Iterable[str]) -> Iterator[str]:
    """The literals that a line can hold: none with a line feed in it."""
    return (literal for literal in literals if "\n" not in literal)


class _Inner:
    """Inner literals with their clues, found by way of words.

    Of each literal a piece of one of its words is its probe. A text that has the literal has a word with the
    probe; and since words come again and again, which probes a word holds is mostly known: a page costs one
    look-up for each different word of it, however many literals there are.
    """

    __slots__ = ("_always", "_bearing", "_long", "_plain", "_short", "groups")

    def __init__(self, groups: _Groups) -> None:
        self.groups = groups
        self._long: dict[str, list[str]] = {}
        self._short: list[str] = []
        self._always = [probe for probe in groups.places if not probe]  # of a literal that is all blank
        for probe in groups.places:
            if len(probe) >= _CUE_CHARS:
                self._long.setdefault(probe[:_CUE_CHARS], []).append(probe)
            elif probe:
                self._short.append(probe)
        self._plain: set[str] = set()
        self._bearing: dict[str, list[str]] = {}

    def find(self, folded: list[str]) -> dict[int, list[int]]:
        """The numbers of the literals that stand on a text's lines, by line."""
        found: dict[int, list[int]] = {}
        whole = "\n".join(folded)
        literals = [pair for probe in self._probes(whole) for pair in self.groups.at(probe)]
        ends: list[int] = []
        for literal, clues in literals:
            at = whole.find(literal)
            if at >= 0 and not ends:
                ends = list(accumulate(len(line) + 1 for line in folded))
            while at >= 0:
                nth = bisect_right(ends, at)
                chars = len(folded[nth])
                numbers = [clue.number for clue in clues if chars <= clue.max_chars]
                if numbers:
                    found.setdefault(nth, []).extend(numbers)
                at = whole.find(literal, ends[nth])
        return found

    def _probes(self, whole: str) -> list[str]:
        """The probes that the words of a text hold, each once, in order."""
        words = set(whole.split(" ") if "\n" not in whole else whole.replace("\n", " ").split(" "))
        words -= self._plain
        bearing = self._bearing  # never shrinks, whatever is learnt meanwhile
        fresh = words.difference(bearing)
        words -= fresh
        held = self._learn(fresh) if fresh else set()
        held.update(probe for word in words for probe in bearing[word])
        return self._always + sorted(held)

    def _learn(self, words: set[str]) -> set[str]:
        """The probes that new words hold. Which word holds which is known from now on."""
        joined = " ".join(words) + " "
        cues = self._long.keys() & _pieces(joined, _CUE_CHARS)
        probes = [probe for cue in cues for probe in self._long[cue] if probe in joined]
        probes += [probe for probe in self._short if probe in joined]
        bearing: dict[str, list[str]] = {}
        for probe in probes:
            at = joined.find(probe)
            while at >= 0:
                end = joined.index(" ", at)
                bearing.setdefault(joined[joined.rfind(" ", 0, at) + 1 : end], []).append(probe)
                at = joined.find(probe, end)
        if len(self._plain) + len(self._bearing) + len(words) > MAX_KNOWN_WORDS:
            self._plain, self._bearing = set(), {}
        short = {word for word in words if len(word) <= MAX_KNOWN_WORD_CHARS}
        self._plain |= short.difference(bearing)
        self._bearing.update((word, bearing[word]) for word in short & bearing.keys())
        return set(probes)


_CUE_CHARS = 3
"""Characters of a probe that are looked for in new words, at each of their places, before all of it."""


def _pieces(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def _probe(literal: str) -> str:
    """The beginning of a literal's longest word, as long as a probe can be; empty if all is blank."""
    word = max(literal.split(" "), key=len)
    return word[: next((chars for chars in PROBE_CHARS if chars <= len(word)), 0)]
