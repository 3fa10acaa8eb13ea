"""The index proposes every line that shows a key, however the line is written."""

from __future__ import annotations

import pytest

from cleaner.index import Index, Keys


def keys(**literals: str) -> Keys:
    """Keys of one literal each."""
    return Keys(**{kind: frozenset([literal]) for kind, literal in literals.items()})


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (keys(heads="0 min"), "7 min read"),
        (keys(heads="0 min"), "1. 17 min read"),
        (keys(heads="0 min"), "\u0663 min read"),
        (keys(heads="24 hours"), "  24\u00a0Hours later"),
        (keys(exact="0 comments"), "1,024 Comments".replace("1,", "")),
        (keys(tails=" 0"), "page 12"),
        (keys(inner=" 0/0/0 "), "Paper 2019/5/3 10:40"),
        (keys(inner="abcd"), "- xABCDx"),
        (keys(heads="by"), "\u2022 By"),
        (keys(tails="x"), "X"),
    ],
)
def test_proposes(wanted: Keys, line: str) -> None:
    assert Index([Keys(exact=frozenset(["other"])), wanted]).propose(line) == {1}


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (keys(heads="0 min"), "7 months"),
        (keys(heads="newsletter of"), "newsletter on"),
        (keys(exact="share"), "share it"),
        (keys(inner="abcd"), "abc d"),
        (Keys(is_open=True), "anything"),
    ],
)
def test_leaves_out(wanted: Keys, line: str) -> None:
    assert Index([wanted]).propose(line) == set()


def test_an_inner_literal_is_found_on_each_line_that_holds_it() -> None:
    lines = ["foto foto", "", "a foto", "none", "a bild", "foto"]
    index = Index([keys(inner="foto"), keys(inner="bild"), Keys(inner=frozenset(["foto", "a foto"]))])
    found = dict(index.scan("\n".join(lines)))
    assert found == {0: {0, 2}, 2: {0, 2}, 4: {1}, 5: {0, 2}}


def test_cheaper_is_what_proposes_less() -> None:
    in_order = [
        keys(heads="newsletter"),
        keys(inner="newsletter"),
        keys(heads="by"),
        keys(inner="of"),
        keys(inner=" "),
        Keys(is_open=True),
    ]
    assert sorted(in_order, key=lambda each: each.cost) == in_order
