"""Texts that an index looks for instead of running a pattern: no match may be without them."""

from __future__ import annotations

import string
from itertools import product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cleaner.index import numbers_folded
from cleaner.literals import MAX_LITERAL_CHARS, MAX_LITERALS, heads, numbered, required, tails
from cleaner.patterns import Node, folded, parse
from cleaner.segments import fold
from tests.strategies import matching, patterns

FEWER = settings(max_examples=max(1, settings().max_examples // 3))
"""Texts are drawn for each drawn pattern, which takes a hundred times what its tree takes."""


@FEWER
@given(patterns(), st.data())
def test_every_match_keeps_what_is_known_of_it(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    text = data.draw(matching(node))
    check_knowledge(node, text)


@FEWER
@given(patterns(), st.data())
def test_every_match_of_a_folded_pattern_keeps_it_too(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    check_knowledge(folded(node, fold), data.draw(matching(folded(node, fold))))
    for find in (heads, tails, required):
        assert find(node, fold) == find(folded(node, fold))


def check_knowledge(node: Node, text: str) -> None:
    """That a match starts, ends and is filled as it must."""
    for known, holds in (
        (heads(node), text.startswith),
        (tails(node), text.endswith),
        (required(node), text.__contains__),
    ):
        assert len(known) <= MAX_LITERALS
        assert all(1 <= len(literal) <= MAX_LITERAL_CHARS for literal in known)
        assert list(known) == sorted(set(known))
        assert not known or any(map(holds, known))
        event("known" if known else "unknown")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("Foto: .+", ("Foto: ",)),
        ("Foto|Bild", ("Bild", "Foto")),
        ("[Rr]ead more", ("Read more", "read more")),
        ("Photos?: .*", ("Photo: ", "Photos: ")),
        ("Photos?", ("Photo",)),
        ("(?:The )?Sun", ("Sun", "The Sun")),
        ("a+b", ("aa", "ab")),
        ("a*b", ("a", "b")),
        ("a{3}b", ("aaab",)),
        ("a{2,4}b", ("aaaab", "aaab", "aab")),
        ("a{2,9}b", ("aaa", "aab")),
        ("(?:ab|c){2}d", ("ababd", "abcd", "cabd", "ccd")),
        ("[0-9]x", tuple(f"{digit}x" for digit in range(10))),
        ("[0-9a]x", ()),
        ("[^a]x", ()),
        (".x", ()),
        (r"\d+ comments", ()),
        (".*Foto", ()),
        ("a?b?.", ()),
        ("a|.", ()),
        ("(?:ab|ab.)c", ("ab",)),
        ("(?:ab.|ab)c", ("ab",)),
        ("x" * 40, ("x" * 40,)),
        ("x" * 41, ("x" * 40,)),
        ("x{1000}", ("x" * 40,)),
        ("(?:ab){3,}", ("ababab",)),
        ("[0-9]{2}", tuple(map(str, range(10)))),
        ("[ab]{6}z", tuple("".join(pair) + "z" for pair in product("ab", repeat=6))),
        ("[ab]{7}z", tuple("".join(pair) for pair in product("ab", repeat=6))),
        ("(?:a?){50}b", ()),
    ],
)
def test_heads(pattern: str, expected: tuple[str, ...]) -> None:
    assert heads(parse(pattern)) == expected


def test_too_many_heads_become_shorter() -> None:
    words = [f"{first}{second}word" for first, second in product(string.ascii_lowercase, "abc")]
    assert heads(parse("|".join(words))) == tuple(string.ascii_lowercase)
    assert heads(parse(f"(?:{'|'.join(words)})z")) == tuple(string.ascii_lowercase)


def test_too_many_literals_with_nothing_in_common_are_none() -> None:
    branches = [f".+{chr(0x4E00 + number)}.+" for number in range(MAX_LITERALS + 1)]
    assert required(parse("|".join(branches[:-1]))) == tuple(branch[2] for branch in branches[:-1])
    assert required(parse("|".join(branches))) == ()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (".+, opens new tab", (", opens new tab",)),
        (r"\d+ comments?", (" comment", " comments")),
        (".*(?:Reuters|AFP)", ("AFP", "Reuters")),
        ("a.*", ()),
        ("ba+", ("aa", "ba")),
        ("x{41}", ("x" * 40,)),
        (r"© \d{4} (?:by )?DW[.!]", (" DW!", " DW.")),
    ],
)
def test_tails(pattern: str, expected: tuple[str, ...]) -> None:
    assert tails(parse(pattern)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (".*Foto: .*", ("Foto: ",)),
        (".*(?:Foto|Bild): .*", ("Bild: ", "Foto: ")),
        ("a.*longest.*mid", ("longest",)),
        (r"\w+ (?:read|watch) .*", (" read ", " watch ")),
        ("(?:.*abc.*)+", ("abc",)),
        ("(?:.*abc.*)?x", ("x",)),
        ("a(?:.*abc.*){0,3}", ("a",)),
        (".*abc.*|.+", ()),
        ("(?:.*abc.*|.+b.+)", ("b",)),
        (r"\d+", ()),
        (r"\p{Lu}\w+ ?[:|] .+", (": ", "| ")),
        ("x[0-9a-f]y[ab]zz", ("yazz", "ybzz")),
        (".{1,60} contributed (?:to|for) this (?:story|report|article)", (" contributed ",)),
        (r"\w+ \w+ of .*", (" of ",)),
        (".+\u65e5\u672c(?:a|b)", ("\u65e5\u672c",)),
    ],
)
def test_required(pattern: str, expected: tuple[str, ...]) -> None:
    if expected:
        assert required(parse(pattern)) == expected
    else:
        assert required(parse(pattern)) == ()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\d{1,2} min read", ("0 min read",)),
        (
            r"(?:Stand: )?[0-9]+\. (?:Mai|Juni) \d{4}",
            ("0. Juni 0", "0. Mai 0", "Stand: 0. Juni 0", "Stand: 0. Mai 0"),
        ),
        (r"\d* ?comments", (" comments", "0 comments", "0comments", "comments")),
        ("24 hours", ("0 hours",)),
        (r"[\d.]+ km", ()),
    ],
)
def test_heads_with_numbers(pattern: str, expected: tuple[str, ...]) -> None:
    assert heads(numbered(parse(pattern))) == expected


@FEWER
@given(patterns(), st.data())
def test_every_match_keeps_what_is_known_of_it_with_its_numbers_folded(
    pattern: str, data: st.DataObject
) -> None:
    node = parse(pattern)
    text = numbers_folded(data.draw(matching(node)))
    for find, holds in ((heads, text.startswith), (tails, text.endswith), (required, text.__contains__)):
        known = find(numbered(node))
        assert not known or any(holds(numbers_folded(literal)) for literal in known)
        event("known" if known else "unknown")


def test_a_pattern_that_folds_to_nothing_shows_nothing() -> None:
    node = folded(parse("\u00ad"), fold)
    assert heads(node) == tails(node) == required(node) == ()
