"""Half-open ranges of code points, the one unit of place in this project.

A span never knows what it is for: a removal owns one, an inline match proposes one. All spans
count code points of the original text, from 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """Code points `start` up to, not including, `end`."""

    start: int
    end: int


def union(spans: Iterable[tuple[int, int]]) -> list[Span]:
    """The same code points as sorted, disjoint, non-touching spans.

    >>> union([(5, 7), (0, 2), (1, 3), (7, 7)])
    [Span(start=0, end=3), Span(start=5, end=7)]
    """
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Span(start, end))
    return merged


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` minus sorted, disjoint spans.

    >>> without("keep drop keep", [(4, 9)])
    'keep keep'
    """
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces.append(text[position:start])
        position = end
    pieces.append(text[position:])
    return "".join(pieces)
