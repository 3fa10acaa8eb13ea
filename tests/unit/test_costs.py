"""Estimates of what a pattern may cost, against patterns whose cost is known and against brute force."""

from __future__ import annotations

import string
from functools import cache
from itertools import product

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from cleaner.costs import MAX_DEGREE, has_nested_repeat, repeat_degree
from cleaner.literals import MAX_LITERALS, heads, required, tails
from cleaner.patterns import Alternation, CharClass, Concat, Literal, Node, Range, Repeat, parse

FEWER = settings(max_examples=max(1, settings().max_examples // 3))
"""Ways through a loop are counted one by one, which takes long for the larger ones."""


@pytest.mark.parametrize(
    ("pattern", "degree"),
    [
        ("Foto", 0),
        (".{3,8}", 0),
        (".{3,9}", 1),
        (".{500}", 0),
        (".{0,40} .{0,40} .{0,40}", 2),
        ("(?:a?){30}b", 3),
        ("a?" * 30 + "b", 3),
        (".+", 1),
        ("Foto: .*", 1),
        (r"\d+ - \d+", 1),
        (r"\w+ \w+ \w+", 1),
        (".+ - .+", 2),
        (".+ - .+ - .+", 3),
        (".*Foto.*Bild.*Reuters.*", 4),
        (r"\d+\s*\d+", 2),
        (r"\d+\s+\d+", 1),
        ("[a-z]+[A-Z]+", 1),
        ("a*[ab]*b*x", 3),
        (r"\w+ .* .*", 2),
        ("(?:Foto: .*|Bild: .*)", 1),
        ("(?:Foto: .*|Bild: .*) .*", 2),
        (r"(?:\w+ ){1,5}", 1),
        (r"(?:.*, ){3}", 3),
        (r"(?:.*, ){1,3}x", 3),
        (r"(?:\w+ )*.*x", 2),
        ("(?:ab)*(?:ab)*c", 2),
        (r"\p{Lu}+\p{Ll}+", 1),
        (r"\p{Lu}+\p{L}+", 2),
        (r"\p{Han}+\p{Hangul}+", 2),  # beyond ASCII scripts are not told apart
        (r"[^a]+[^b]+", 2),
        (r"[^\d]+\d+", 1),
        (r"[^ ]+ [^ ]+", 1),
        (r"\S+ \S+", 1),
        (r"\s+\S+\s+", 1),
        (".*" * 20 + "x", MAX_DEGREE),
    ],
)
def test_repeat_degree(pattern: str, degree: int) -> None:
    assert repeat_degree(parse(pattern)) == degree


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:a+)+",
        "(?:a*b?)+x",
        r"(?:\w+,?)+",
        r"(?:\w+\s?)*x",
        r"(?:\s*\w+\s*)+",
        "(?:.*,)*x",
        r"(?:\w|\d)+",
        "(?:a|a)+",
        "(?:a|aa)+",
        "(?:ab|a|b)+",
        "(?:a{2,3})+",
        "(?:a+b?){1,5}",
        r"(?:\w{1,30} ?){5}",
        "(?:a?){5}b",
        "(?:(?:a?)?b)+",
        "(?:(?:a?|c?)b)+",
        "x(?:y(?:a+)+z)?",
    ],
)
def test_a_loop_that_can_take_a_text_in_two_ways_is_nested(pattern: str) -> None:
    assert has_nested_repeat(parse(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        "Foto",
        ".+ - .+",
        "(?:ab?)+",
        r"(?:\w+ )+",
        r"(?:\w+, )*\w+",
        r"(?:\d+\.)+\d+",
        r"(?:Share|Save|Tweet|Sign up)+",
        "(?:a{2}){3,}",
        "(?:a{0,2}b)+",
        "(?:a+b?){1,4}",
        r"(?:\p{Lu}\p{Ll}+)+",
        r"(?:\[\w+\] ?)+",
    ],
)
def test_a_loop_whose_rounds_are_told_apart_is_not(pattern: str) -> None:
    assert not has_nested_repeat(parse(pattern))


def test_a_loop_too_large_to_compare_is_taken_for_nested() -> None:
    letters = [*string.ascii_letters, *string.digits, *"!\"#%&',/:;<=>@_`~"]
    assert not has_nested_repeat(parse(f"(?:{'?'.join(letters[:50])})+"))
    assert has_nested_repeat(parse(f"(?:{'?'.join(letters)})+"))


def loops(leaves: list[Node], max_count: int, max_leaves: int) -> SearchStrategy[Node]:
    """Bodies of loops over two letters, whose repeats do not repeat the empty text."""
    counts = [*range(1, max_count + 1), None]

    def larger(solid: SearchStrategy[Node]) -> SearchStrategy[Node]:
        """Nodes of nodes, none of which matches the empty text."""
        optional = st.builds(Repeat, solid, st.just(0), st.sampled_from(counts))
        rows = st.tuples(solid, solid) | st.tuples(solid, optional) | st.tuples(optional, solid)
        return st.one_of(
            st.builds(Repeat, solid, st.just(1), st.sampled_from(counts)),
            st.builds(Repeat, solid, st.just(max_count), st.just(max_count)),
            st.tuples(solid, solid).map(Alternation),
            rows.map(Concat),
        )

    return st.recursive(st.sampled_from(leaves), larger, max_leaves=max_leaves)


A_OR_B = CharClass((Range("a", "b"),))


def is_ambiguous(loop: Node) -> bool:
    """Whether there is a short text that the loop takes in two ways."""
    texts = ("".join(letters) for length in range(1, 7) for letters in product("ab", repeat=length))
    return any(way_count(loop, text) > 1 for text in texts)


@given(loops([Literal("a"), Literal("b"), A_OR_B], max_count=1, max_leaves=3))
def test_nested_is_what_takes_some_text_in_two_ways(body: Node) -> None:
    loop = Repeat(body, 1, None)
    event(f"ambiguous: {is_ambiguous(loop)}")
    assert has_nested_repeat(loop) == is_ambiguous(loop)


@FEWER
@given(loops([Literal("a"), Literal("b"), Literal("ab"), A_OR_B], max_count=2, max_leaves=5))
def test_what_takes_some_text_in_two_ways_is_nested(body: Node) -> None:
    loop = Repeat(body, 1, None)
    event(f"ambiguous: {is_ambiguous(loop)}")
    assert has_nested_repeat(loop) or not is_ambiguous(loop)


@cache
def way_count(node: Node, text: str) -> int:
    """In how many ways a node takes the whole text. No round of a repeat takes the empty text."""
    match node:
        case Literal(literal):
            return int(literal == text)
        case CharClass(items, _):
            return sum(isinstance(one, Range) and text in list(one.chars()) for one in items)
        case Concat(parts):
            return row_count(parts, text)
        case Alternation(branches):
            return sum(way_count(branch, text) for branch in branches)
        case Repeat(body, low, high):
            most = len(text) if high is None else high
            return sum(row_count((body,) * rounds, text) for rounds in range(low, most + 1))
    raise AssertionError(node)


@cache
def row_count(parts: tuple[Node, ...], text: str) -> int:
    """In how many ways nodes in a row take the whole text."""
    if not parts:
        return int(not text)
    return sum(
        way_count(parts[0], text[:end]) * row_count(parts[1:], text[end:]) for end in range(len(text) + 1)
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "(" * 50 + "a" + ")+" * 50,
        ".*" * 999 + "a",
        "(?:" * 10 + "a" * 1_900 + "){2}" * 9 + ")*b",
        "(?:(?:(?:" + r"\p{L}*\d" * 200 + "){10}){10}){10}",
        "(?:z" + "".join(chr(97 + number % 25) + "?" for number in range(900)) + ")*y",
        "|".join(chr(0x4E00 + number) for number in range(999)),
        "(?:(?:[ab]{3,7}c?){1,4}d?){3,}" * 40,
    ],
)
def test_hostile_patterns_are_judged_without_running_away(pattern: str) -> None:
    node = parse(pattern)
    assert 0 <= repeat_degree(node) <= MAX_DEGREE
    assert has_nested_repeat(node) in (True, False)
    for known in (heads(node), tails(node), required(node)):
        assert len(known) <= MAX_LITERALS
