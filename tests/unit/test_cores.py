"""Weights at their thresholds, segments against their definition, and where a core begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.cores import Segment, find_core, maximal_segments, weigh
from cleaner.segments import is_prose
from tests import reference

SENTENCE = "The ferry left the harbour before dawn, and nobody on the pier saw which way it had turned."


@pytest.mark.parametrize(
    ("view", "weight"),
    [
        (SENTENCE, len(SENTENCE)),
        ("- " + SENTENCE, len(SENTENCE) + 2),
        ("a" * 298 + ".", 299),
        ("a" * 299 + ".", 300),
        ("a" * 300 + ".", 300),
        ("a" * 28 + ".", -60),
        ("a" * 29 + ".", 0),
        ("a" * 29, -60),
        ("a" * 29 + '."', 0),
        ("a" * 29 + '.")]', 0),
        ("a" * 29 + ".x", -60),
        ("1. " + "a" * 29 + ".", -60),
        ("\u2022 " + "a" * 29 + ".", -60),
        ("\u6e2f" * 11 + "\u3002", 0),
        ("\u6e2f" * 10 + "\u3002", -60),
        ("\u6e2f" * 32 + "\u3002", 82.5),
        ("", -60),
    ],
)
def test_what_a_line_weighs(view: str, weight: float) -> None:
    assert weigh(view) == weight
    assert reference.weigh(view) == weight


def test_prose_is_what_weighs() -> None:
    """The heaviest line that is no prose weighs nothing: without prose there is no core."""
    for view in ("a" * 78 + ".", "Sports  Weather  Traffic  Obituaries  Jobs  Cars  Homes  " * 3):
        assert not is_prose(view)
        assert weigh(view) <= 0


weights = st.lists(st.sampled_from([-60, -60, -60, 0, 30, 60, 90, 120, 300, 82.5]), max_size=24)


@given(weights)
def test_segments_are_those_of_the_definition(found: list[float]) -> None:
    """A segment is worth more than each of its beginnings and endings leaves out; the longest such stay."""
    scoring = [
        (start, end)
        for start in range(len(found))
        for end in range(start + 1, len(found) + 1)
        if all(sum(found[start:cut]) > 0 for cut in range(start + 1, end + 1))
        and all(sum(found[cut:end]) > 0 for cut in range(start, end))
    ]
    longest = [
        Segment(start, end, sum(found[start:end]))
        for start, end in scoring
        if not any(a <= start and end <= z and (a, z) != (start, end) for a, z in scoring)
    ]
    assert maximal_segments(found) == longest
    assert tuple(find_core(found)) == reference.core_of(tuple(found))


@pytest.mark.parametrize("unit", [[1, -2], [2, -1], [300, -60, -60, -60, -60, -60, -60], [3, -5, 1, 0]])
def test_time_is_linear(unit: list[float]) -> None:
    """No place is looked at again and again: a quadratic search would take minutes for a million."""
    found = maximal_segments(unit * 100_000)
    assert sum(segment.weight for segment in found) >= 100_000
    ladder = [float(weight) for step in range(50_000) for weight in (step, -step - 1)]
    assert maximal_segments([*ladder, *(-weight for weight in reversed(ladder))])


def test_a_core_reaches_from_the_first_heavy_segment_to_the_last() -> None:
    gap = [-60] * 40
    assert find_core([100, *gap, 299, *gap, 1000, *gap, 299, *gap, 100]) == range(82, 83)
    assert find_core([100, *gap, 300, *gap, 1000, *gap, 300, *gap, 100]) == range(41, 124)


def test_six_hundred_are_enough_however_heavy_the_heaviest_is() -> None:
    gap = [-60] * 100
    assert find_core([599, *gap, *[300] * 20, *gap, 599]) == range(101, 121)
    assert find_core([600, *gap, *[300] * 20, *gap, 600]) == range(222)
