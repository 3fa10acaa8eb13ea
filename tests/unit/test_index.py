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
        (keys(inner=" "), "a b"),
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


@pytest.mark.parametrize("room", [0, 2, 1_000])
def test_what_it_has_learnt_of_words_changes_no_proposal(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.index.MAX_KNOWN_WORDS", room)
    wanted = [
        keys(inner="foto"),
        keys(inner="otos"),
        keys(inner="@"),
        keys(inner="\u00a9 0"),
        keys(inner="by x"),
    ]
    learning = Index(wanted)
    lines = [
        "Fotos and photos by x",
        "mail@example.org",
        "nothing at all",
        "fotos" * 12,
        "\u00a9 1999 by x",
        "a foto",
    ]
    for line in [*lines, *reversed(lines), *lines]:
        assert learning.propose(line) == Index(wanted).propose(line)
    assert learning.propose("\n".join(lines[:1])) == {0, 1, 4}
    assert [sorted(numbers) for _, numbers in learning.scan("\n".join(lines))] == [
        [0, 1, 4], [2], [0, 1], [3, 4], [0],
    ]  # fmt: skip


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
