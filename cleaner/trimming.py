"""A line of which spans are taken, round by round, until no rule marks any more of it.

What is left is another text; each of its characters knows where it stood in the line as it came, so that
each that went has a place there, and the rule that took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

from cleaner.spans import Span, without

OwnedSpan: TypeAlias = tuple[int, int, int]
"""(start, end, number of the rule): half-open."""


@dataclass(slots=True)
class TrimmedLine:
    """What is left of a line, where in the line each character of that stood, and what went, in the line's
    own places."""

    text: str
    origins: list[int]
    taken: list[OwnedSpan]

    @classmethod
    def whole(cls, line: str) -> Self:
        """A line of which nothing is taken yet."""
        return cls(line, list(range(len(line))), [])

    def take(self, gone: list[Span], marks: list[tuple[Span, int]]) -> None:
        """Take sorted, disjoint spans of what is left. `marks` say which rule marked which part of them."""
        for start, end, rule in _own(gone, marks):
            self.taken += ((first, last, rule) for first, last in _runs(self.origins[start:end]))
        kept = _between(gone, len(self.text))
        self.origins = [place for start, end in kept for place in self.origins[start:end]]
        self.text = without(self.text, gone)


def _own(holes: list[Span], marks: list[tuple[Span, int]]) -> Iterator[OwnedSpan]:
    """The holes in a line as pieces with one owner each: the first rule that marked a character, and
    for the white space beside it the owner of its neighbour."""
    owners: dict[int, int] = {}
    for (start, end), rule in marks:
        for place in range(start, end):
            owners.setdefault(place, rule)
    for start, end in holes:
        owner = next(owners[place] for place in range(start, end) if place in owners)
        begin = start
        for place in range(start, end):
            if owners.get(place, owner) != owner:
                yield begin, place, owner
                begin, owner = place, owners[place]
        yield begin, end, owner


def _runs(places: list[int]) -> Iterator[Span]:
    """Ascending places as spans of those that follow each other.

    >>> list(_runs([3, 4, 7]))
    [Span(start=3, end=5), Span(start=7, end=8)]
    """
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield Span(places[start], places[at - 1] + 1)
            start = at


def _between(spans: Iterable[Span], length: int) -> Iterator[Span]:
    """What sorted, disjoint spans leave of `length` places."""
    position = 0
    for start, end in spans:
        yield Span(position, start)
        position = end
    yield Span(position, length)
