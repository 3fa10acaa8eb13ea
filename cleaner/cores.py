"""Where a page's body stands: the lines between menus and link lists, told by where its prose is dense.

Whole-page text has prose far from its article: a teaser of two sentences in the menus, a consent text
or the house's own praise below the links. A zone that ends at the first or the last prose of all ends
at those. Here every line has a weight, told by its view alone: prose has its length, menus and labels cost.
The stretches that are worth most are the maximal scoring segments of Ruzzo and Tompa ("A linear time
algorithm for finding all maximal scoring subsequences", ISMB 1999), and the core reaches from the first heavy
one to the last. What becomes of the lines above and below it, rules say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cleaner.segments import bare_start, is_prose, weighted_chars

PROSE_MAX_WEIGHT = 300
"""What one line of prose is worth at most, in characters. A paragraph of the article is hardly longer; a
consent text of 3,000 characters on one line shall not outweigh ten paragraphs."""

LABEL_WEIGHT = -60
"""What any other line costs, in characters. On whole-page text of the development pages -90 is a point of F1
better, but tried on their main-content text, which is nearly all body, it cuts the ends off two articles that
are half lists, and -70 off one; -60 off none."""

SENTENCE_MIN_CHARS = 30
"""Characters from which a line that ends as a sentence does costs nothing: a short paragraph, a question of
an interview. Below it stand slogans and buttons (`Sign in!`)."""

HEAVY_SHARE = 0.3
"""The part of the heaviest segment's weight from which a segment is the body's, too: a listicle or an
article with a table falls into several."""

HEAVY_ENOUGH = 600
"""The weight that is enough in any case, in characters: half a dozen sentences. Without it a long article's
last section, behind a table or a box, would be taken for teasers."""

_CLOSING = "'\")]\u300d\u300f\u3011"
_SENTENCE_STOPS = tuple(".!?\u2026\u3002\u061f\u06d4\u0964\u0965\u1362\u104b\u17d4\u0589")


def weigh(view: str) -> float:
    """What a line speaks for the body, in characters; below zero, against it.

    A list item that ends in a full stop is a link list's as often as an article's, so it costs as a
    label does.

    >>> weigh("The harbour will stay closed until the divers have searched the wreck, the mayor said.")
    86
    >>> weigh("Nobody on the pier saw it leave."), weigh("- Nobody on the pier saw it leave.")
    (0, -60)
    >>> weigh("Read more"), weigh("Sign in!"), weigh("It was late. " * 40)
    (-60, -60, 300)
    """
    if is_prose(view):
        return min(weighted_chars(view), PROSE_MAX_WEIGHT)
    ends_as_one = view.rstrip(_CLOSING).endswith(_SENTENCE_STOPS)
    is_sentence = ends_as_one and weighted_chars(view) >= SENTENCE_MIN_CHARS and not bare_start(view)
    return 0 if is_sentence else LABEL_WEIGHT


class Segment(NamedTuple):
    """Consecutive places, from `start` to before `end`, and the sum of their weights."""

    start: int
    end: int
    weight: float


class _Candidate(NamedTuple):
    """A segment that later ones may still join: the sums of all weights before it (`low`) and up to its
    end (`high`), and the nearest candidate to the left with a smaller `low` (`lower`, -1: none)."""

    start: int
    end: int
    low: float
    high: float
    lower: int


def maximal_segments(weights: Sequence[float]) -> list[Segment]:
    """All maximal scoring segments, in order; they never touch a place twice.

    Each is worth more than any part of it, and none lies in a longer one of which that holds. Time is
    linear: a candidate's link to the next lower one is followed once and then jumped over.

    >>> maximal_segments([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5])
    [Segment(start=0, end=1, weight=4), Segment(start=2, end=3, weight=3), Segment(start=4, end=11, weight=7)]
    >>> maximal_segments([-1, 0])
    []
    """
    found: list[_Candidate] = []
    total: float = 0
    for place, weight in enumerate(weights):
        if weight > 0:
            _join(found, _Candidate(place, place + 1, total, total + weight, -1))
        total += weight
    return [Segment(one.start, one.end, one.high - one.low) for one in found]


def _join(found: list[_Candidate], new: _Candidate) -> None:
    """Add a candidate behind the others, with those that it makes worth joining."""
    at = len(found) - 1
    while True:
        while at >= 0 and found[at].low >= new.low:
            at = found[at].lower
        if at < 0 or found[at].high >= new.high:
            found.append(new._replace(lower=at))
            return
        new = new._replace(start=found[at].start, low=found[at].low)
        del found[at:]
        at = len(found) - 1


def find_core(weights: Sequence[float]) -> range:
    """The places from the first heavy segment to the last; none if no weight is above zero.

    >>> find_core([-60, 90, -60, -60, 200, 300, -60, 250, -60, -60, 80, -60])
    range(4, 8)
    >>> find_core([-60, 0])
    range(0, 0)
    """
    segments = maximal_segments(weights)
    if not segments:
        return range(0)
    enough = min(HEAVY_SHARE * max(segment.weight for segment in segments), HEAVY_ENOUGH)
    heavy = [segment for segment in segments if segment.weight >= enough]
    return range(heavy[0].start, heavy[-1].end)
