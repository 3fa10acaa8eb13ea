"""Which tests are worth running on a line: an index on the literals that matchers need.

The index only proposes. It never leaves out a test that would pass, and where it names one that
does not, the test itself says so. A line costs a few look-ups in dictionaries, whatever their size.
All keys and lines are case-folded here; whether case counts is the test's own affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cleaner.segments import FOLDED_MARKER_STARTS, bare_start, fold_case, fold_views, has_odd_case, view

KEY_CHARS = (8, 4, 2, 1)
"""Lengths of keys for heads and tails: a literal is cut to the longest of these that it fills."""


GATE_CHARS = 4
"""Characters at a line's start and end that tell whether a closer look is worth it."""


@dataclass(frozen=True, slots=True)
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

    @property
    def worth(self) -> int:
        """How much a proposal by these is worth: grows with the characters of the weakest key.

        Inner literals cost a search where the others cost a look-up, so they come second.
        """
        if self.is_open:
            return 0
        literals = self.heads | self.tails | self.inner
        return min((2 * min(len(literal), KEY_CHARS[1]) for literal in literals), default=9) - bool(
            self.inner
        )


class Index:
    """An index over numbered keys: for each line of a document, the numbers worth asking.

    Numbers whose keys are open are in no line's list: `open` has them, for whoever asks line by line.
    """

    __slots__ = ("_exact", "_first_chars", "_gate", "_head_chars", "_heads", "_inner", "_last_chars",
                 "_tail_chars", "_tail_gate", "_tails", "open")  # fmt: skip

    def __init__(self, keys: Iterable[Keys]) -> None:
        exact: dict[str, list[int]] = {}
        heads: dict[str, list[int]] = {}
        tails: dict[str, list[int]] = {}
        inner: dict[str, list[int]] = {}
        open_numbers = []
        for number, wanted in enumerate(keys):
            if wanted.is_open:
                open_numbers.append(number)
                continue
            for literal in wanted.exact:
                exact.setdefault(literal, []).append(number)
            for literal in wanted.heads:
                heads.setdefault(literal[: _key_chars(literal)], []).append(number)
            for literal in wanted.tails:
                tails.setdefault(literal[-_key_chars(literal) :], []).append(number)
            for literal in wanted.inner:
                inner.setdefault(literal, []).append(number)
        self.open = tuple(open_numbers)
        self._exact, self._heads, self._tails = exact, heads, tails
        self._head_chars = sorted(set(map(len, heads)), reverse=True)
        self._tail_chars = sorted(set(map(len, tails)), reverse=True)
        self._inner = sorted(inner.items())
        # The gates: most lines of a page show nothing that any key begins or ends with.
        self._gate = {key[:GATE_CHARS] for key in (*exact, *heads)}
        self._tail_gate = {key[-GATE_CHARS:] for key in tails}
        short_heads = {key[0] for key in heads if len(key) < GATE_CHARS}
        self._first_chars = FOLDED_MARKER_STARTS | short_heads | set(map(str.upper, short_heads))
        short_tails = {key[-1] for key in tails if len(key) < GATE_CHARS}
        self._last_chars = short_tails | set(map(str.upper, short_tails))

    def scan(self, text: str, lines: list[str]) -> Iterator[tuple[int, set[int]]]:
        """(line, numbers) for each line of a text on which any number is worth asking.

        `lines` are the text's, as they came. Lines without anything to ask are left out, blank ones
        always.
        """
        folded = fold_views(text)
        if has_odd_case(folded):
            folded = fold_case(folded)
        views = [line.strip() for line in folded.split("\n")]
        inner = self._inner_lines(folded)
        gate, tail_gate, first_chars, last_chars = (
            self._gate,
            self._tail_gate,
            self._first_chars,
            self._last_chars,
        )
        hot = [
            place
            for place, seen in enumerate(views)
            if seen[:GATE_CHARS].lower() in gate
            or seen[:1] in first_chars
            or seen[-GATE_CHARS:].lower() in tail_gate
            or seen[-1:] in last_chars
        ]
        for place in sorted({*hot, *inner}) if inner else hot:
            found = self._proposals(fold_case(views[place]))
            if views[place][:1] in FOLDED_MARKER_STARTS:
                start = bare_start(lines[place])
                if start:
                    found |= self._proposals(fold_case(view(lines[place][start:])))
            found.update(inner.get(place, ()))
            if found:
                yield place, found

    def propose(self, line: str) -> set[int]:
        """The numbers worth asking on a single line."""
        return next((found for _, found in self.scan(line, [line])), set())

    def _inner_lines(self, folded: str) -> dict[int, list[int]]:
        """Numbers by line whose inner literal stands there; most literals stand nowhere in a text."""
        found: dict[int, list[int]] = {}
        if self._inner:
            whole = fold_case(folded)
            lines = whole.split("\n")
            for literal, numbers in self._inner:
                if literal in whole:
                    for place, seen in enumerate(lines):
                        if literal in seen:
                            found.setdefault(place, []).extend(numbers)
        return found

    def _proposals(self, seen: str) -> set[int]:
        if not seen:
            return set()
        found = set(self._exact.get(seen, ()))
        for chars in self._head_chars:
            found.update(self._heads.get(seen[:chars], ()))
        for chars in self._tail_chars:
            found.update(self._tails.get(seen[-chars:], ()))
        return found


def _key_chars(literal: str) -> int:
    return next(chars for chars in KEY_CHARS if chars <= len(literal))
