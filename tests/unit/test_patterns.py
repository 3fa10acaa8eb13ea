"""The subset of regex syntax: what is read, what is refused and where, and what is written."""

from __future__ import annotations

import pickle
import re
import unicodedata

import pytest
import regex
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from cleaner.costs import has_nested_repeat, repeat_degree
from cleaner.patterns import (
    CATEGORIES,
    EMPTY,
    MAX_GROUP_DEPTH,
    MAX_PATTERN_CHARS,
    MAX_REPEAT_COUNT,
    SCRIPTS,
    Alternation,
    Any,
    CharClass,
    Concat,
    Literal,
    Node,
    PatternError,
    Property,
    Range,
    Repeat,
    folded,
    length_range,
    parse,
    to_regex,
)
from cleaner.segments import fold
from tests.strategies import matching, patterns

EVERY_CHARACTER = "".join(map(chr, range(0x110000)))
TIMEOUT_SECONDS = 2.0
STEEP_DEGREE = 3
FEWER = settings(max_examples=max(1, settings().max_examples // 3))
"""A drawn pattern is compiled, which takes a hundred times what its tree takes."""


def matches(node: Node, text: str) -> bool:
    """Whether the written source matches the whole text."""
    compiled = regex.compile(to_regex(node), regex.VERSION0)
    return compiled.fullmatch(text, timeout=TIMEOUT_SECONDS) is not None


def is_steep(node: Node) -> bool:
    """Whether the estimates call it too costly to run without a timeout."""
    return has_nested_repeat(node) or repeat_degree(node) >= STEEP_DEGREE


# --- reading ---


@pytest.mark.parametrize(
    ("pattern", "tree"),
    [
        ("Foto", Literal("Foto")),
        ("a(b)(?:c)", Literal("abc")),
        ("a|b", Alternation((Literal("a"), Literal("b")))),
        ("ab+", Concat((Literal("a"), Repeat(Literal("b"), 1, None)))),
        ("(?:ab)+?", Repeat(Literal("ab"), 1, None, lazy=True)),
        (".{3}", Repeat(Any(), 3, 3)),
        (".{3,}", Repeat(Any(), 3, None)),
        (".{3,5}?", Repeat(Any(), 3, 5, lazy=True)),
        ("a*b", Concat((Repeat(Literal("a"), 0, None), Literal("b")))),
        ("a{0,1}b", Concat((Repeat(Literal("a"), 0, 1), Literal("b")))),
        (r"\x41\t\.\ ", Literal("A\t. ")),
        (r"\d", CharClass((Property("Nd"),))),
        (r"\D", CharClass((Property("Nd", negated=True),))),
        (r"\pL", CharClass((Property("L"),))),
        (r"\P{Latin}", CharClass((Property("Latin", negated=True),))),
        (r"\W", CharClass((Property("L"), Property("M"), Property("N"), Range("_", "_")), negated=True)),
        ("[ab]", CharClass((Range("a", "a"), Range("b", "b")))),
        ("[^a-c]", CharClass((Range("a", "c"),), negated=True)),
        ("[-a]", CharClass((Range("-", "-"), Range("a", "a")))),
        ("[a-]", CharClass((Range("a", "a"), Range("-", "-")))),
        (r"[\d-]", CharClass((Property("Nd"), Range("-", "-")))),
        (r"[+--a]".replace("--", r"-\-"), CharClass((Range("+", "-"), Range("a", "a")))),
        ("[.^$*]", CharClass(tuple(Range(char, char) for char in ".^$*"))),
        ("a,b-c'd", Literal("a,b-c'd")),
    ],
)
def test_reads(pattern: str, tree: Node) -> None:
    assert parse(pattern) == tree


@pytest.mark.parametrize(
    ("pattern", "message", "offset"),
    [
        ("a(?=b)", "lookahead", 1),
        ("a(?!b)", "lookahead", 1),
        ("(?<=a)b", "lookbehind", 0),
        ("(?<!a)b", "lookbehind", 0),
        (r"(a)\1", "backreference", 3),
        (r"(a)\g<1>", "backreference", 3),
        (r"(a)\k<x>", "backreference", 3),
        ("a(?P=x)", "backreference", 1),
        ("(?P<x>a)", "no name", 0),
        ("(?<x>a)", "no name", 0),
        ("(?'x'a)", "no name", 0),
        ("(?i)a", "ignore_case: true", 0),
        ("a(?i:b)", "ignore_case: true", 1),
        ("(?>a)", "atomic", 0),
        ("(?|a)", "branch reset", 0),
        ("(?#a)b", "comment", 0),
        ("(?(1)a)", "condition", 0),
        ("^a", "the whole line is matched already", 0),
        ("a$", r"for the character itself write \$", 1),
        (r"\Aa", "the whole line is matched already", 0),
        (r"a\z", "the whole line is matched already", 1),
        (r"a\Z", "the whole line is matched already", 1),
        (r"a\b", "spell out the neighbours", 1),
        (r"\Ba", "spell out the neighbours", 0),
        (r"[\b]", "spell out the neighbours", 1),
        ("a++", "possessive", 2),
        ("a*+", "possessive", 2),
        ("a?+", "possessive", 2),
        ("a{2}+", "possessive", 4),
        ("a**", "two quantifiers", 2),
        ("a+{2}", "two quantifiers", 2),
        ("a{2}{3}", "two quantifiers", 4),
        ("a+??", "two quantifiers", 3),
        (r"\Qa.b\E", "backslash before each", 0),
        ("[[:alpha:]]", "POSIX", 1),
        ("[a[b]", r"write \[", 2),
        ("[a&&b]", "set operations", 2),
        ("[a--b]", "set operations", 2),
        ("[a||b]", "set operations", 2),
        ("[~~a]", "set operations", 1),
        ("[]", "empty class", 0),
        ("[^]", "empty class", 0),
        ("[]a]", "empty class", 0),
        ("[b-a]", "write a-b", 1),
        (r"[\d-z]", "single characters", 1),
        (r"[a-\d]", "single characters", 1),
        ("[a-c-e]", "hyphen after a range", 4),
        ("*a", "nothing to repeat", 0),
        ("a|+b", "nothing to repeat", 2),
        ("(?:?a)", "nothing to repeat", 3),
        ("{2}", "nothing to repeat", 0),
        ("a{2,1}", "write {1,2}", 1),
        ("a{0}b", "repeats nothing", 1),
        ("a{0,0}b", "repeats nothing", 1),
        ("a{,5}", r"for the character itself write \{", 1),
        ("a{", r"for the character itself write \{", 1),
        ("a{x}", r"for the character itself write \{", 1),
        ("a{2", r"for the character itself write \{", 1),
        ("a{2 }", r"for the character itself write \{", 1),
        ("(a", r"nothing closes this ( (for the character itself write \()", 0),
        ("a(b(c)", r"nothing closes this (", 1),
        ("a)", r"nothing is closed by this ) (for the character itself write \))", 1),
        ("a(b))c", "nothing is closed by this )", 4),
        ("[a", "nothing closes this [", 0),
        ("[a-", "nothing closes this [", 0),
        ("[^", "nothing closes this [", 0),
        ("a]", "nothing is closed by this ]", 1),
        ("a}", "nothing is closed by this }", 1),
        (r"\y", "means nothing in the subset: for the character itself write y", 0),
        (r"a\é", "means nothing in the subset: for the character itself write é", 1),
        (r"[\_a\i]", "means nothing in the subset", 4),
        (r"\u2019", "write the character itself", 0),
        (r"\x4", "two hexadecimal digits", 0),
        (r"\x{2019}", "two hexadecimal digits", 0),
        (r"\x4é", "two hexadecimal digits", 0),
        (r"\0", r"write \x00", 0),
        ("a\\", "backslash at the end", 1),
        ("[\\", "backslash at the end", 1),
        (r"a\n", "no line break", 1),
        (r"[^\n]", "no line break", 2),
        (r"\x0A", "no line break", 0),
        ("a\nb", "no line break", 1),
        ("a\\\nb", "no line break", 2),
        ("[\r-\t]", r"write \t-\r", 1),
        ("\\\r", r"write \r", 0),
        ("[a\n]", "no line break", 2),
        (r"\p{Lx}", "use a category", 0),
        (r"\p{latin}", "did you mean Latin?", 0),
        (r"\p{LL}", "did you mean Ll?", 0),
        (r"\p{Letter}", "use a category", 0),
        (r"\p{^L}", "use a category", 0),
        (r"\px", "use a category", 0),
        (r"\p", "use a category", 0),
        (r"\p{L", "nothing closes this {", 2),
        (r"[\p{Ll]", "nothing closes this {", 3),
        ("", "empty", 0),
        ("a*", "match nothing at all", 0),
        ("a?|b", "match nothing at all", 0),
        ("(?:a*b?)*", "match nothing at all", 0),
        ("a|", "empty alternative", 2),
        ("|a", "empty alternative", 0),
        ("x(?:a|)", "empty alternative", 6),
        ("x()", "empty alternative", 2),
        ("x(?:)", "empty alternative", 4),
        ("(*F)a", "nothing to repeat", 1),
    ],
)
def test_refuses(pattern: str, message: str, offset: int) -> None:
    with pytest.raises(PatternError) as refusal:
        parse(pattern)
    assert message in refusal.value.message
    assert refusal.value.offset == offset


@pytest.mark.parametrize(
    ("allowed", "refused", "message"),
    [
        ("a" * MAX_PATTERN_CHARS, "a" * (MAX_PATTERN_CHARS + 1), "2,001 characters"),
        (f"a{{{MAX_REPEAT_COUNT}}}", f"a{{{MAX_REPEAT_COUNT + 1}}}", "a count over 1,000"),
        (f"a{{1,{MAX_REPEAT_COUNT}}}", f"a{{1,{MAX_REPEAT_COUNT + 1}}}", "a count over 1,000"),
        (f"a{{{MAX_REPEAT_COUNT},}}", f"a{{{MAX_REPEAT_COUNT + 1},}}", "a count over 1,000"),
        ("(?:a{10}){100}", "(?:a{10}){101}", "nested counts"),
        ("(?:a{2,10}b){1,100}", "(?:a{2,11}b){1,100}", "nested counts"),
        ("(?:(?:a{10}|b){10}){10}", "(?:(?:a{10}|b){11}){10}", "nested counts"),
        ("(?:a{10,}){100}", "(?:a{11,}){100}", "nested counts"),
        ("(?:a+){1000}", "(?:a+){1001}", "a count over 1,000"),
        ("a{600}b{600}", "(?:a{600}b{600}){2}", "nested counts"),
        ("(" * MAX_GROUP_DEPTH + "a" + ")" * MAX_GROUP_DEPTH, "(" * 51 + "a" + ")" * 51, "50 deep"),
        ("(a)" * (MAX_GROUP_DEPTH + 1), "((a)" * (MAX_GROUP_DEPTH + 1), "50 deep"),
    ],
)
def test_limits(allowed: str, refused: str, message: str) -> None:
    parse(allowed)
    with pytest.raises(PatternError, match=message):
        parse(refused)


def test_an_error_says_where_and_survives_pickling() -> None:
    error = PatternError("nothing closes this (", 7)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.offset) == (error.message, error.offset)
    assert str(copy) == "nothing closes this ( (at offset 7)"


@given(st.text(alphabet=r"abd()[]{}|?*+^$.\-,:pPLxw0123&~=!<>") | st.text())
@example("a{" + "9" * 1_990 + "}")
@example("(?")
@example("[\u2028-\t]\\\u2028")
@example("\\\n")
@example("[\\")
@example("\ud800[\ud800-\udfff]")
def test_any_text_is_read_or_refused_and_what_is_read_compiles(pattern: str) -> None:
    try:
        node = parse(pattern)
    except PatternError as error:
        assert 0 <= error.offset <= len(pattern)
        assert error.message.isprintable()
        event("refused")
    else:
        regex.compile(to_regex(node), regex.VERSION0)
        event("read")


# --- writing ---


@pytest.mark.parametrize(
    ("pattern", "source"),
    [
        ("Foto", "Foto"),
        ("(a)|b", "(?:a|b)"),
        ("a(b|c)+d", "a(?:b|c)+d"),
        ("(?:ab)*?c", "(?:ab)*?c"),
        ("(?:a+)?b", "(?:a+)?b"),
        ("a{0,}b{1,}c{0,1}d{2,2}e{2,}f{2,3}?", "a*b+c?d{2}e{2,}f{2,3}?"),
        (r"\d\D\s\S\w", r"\p{Nd}\P{Nd}\s\S[\p{L}\p{M}\p{N}_]"),
        (r"\W", r"[^\p{L}\p{M}\p{N}_]"),
        (r"[\d][^\d][^\S]", r"\p{Nd}\P{Nd}\s"),
        (r"[\da]", r"[\p{Nd}a]"),
        (r"[.*$+?(){}|]", r"[\.\*\$\+\?\(\)\{\}\|]"),
        (r"a-b, (?:c): d/e", r"a\-b, c: d/e"),
        (r"\pL\x07", r"\p{L}\x07"),
    ],
)
def test_writes(pattern: str, source: str) -> None:
    assert to_regex(parse(pattern)) == source


def test_every_character_stands_for_itself() -> None:
    for char in [*map(chr, range(0x250)), "\u2028", "\ud800", "\U0001f600"]:
        single = CharClass((Range(char, char),))
        for node in (Literal(char), single, Concat((Literal(char), Repeat(Literal(char), 1, 2)))):
            assert matches(node, char * (2 if isinstance(node, Concat) else 1)), ascii(char)
        assert not matches(single, "q" if char != "q" else "r"), ascii(char)
        assert not matches(CharClass(single.items, negated=True), char), ascii(char)


def test_what_is_no_word_in_a_class_is_what_is_no_word_outside() -> None:
    outside = regex.findall(to_regex(parse(r"\W")), EVERY_CHARACTER)
    assert regex.findall(to_regex(parse(r"[\W\x00]")), EVERY_CHARACTER) == outside
    assert regex.findall(to_regex(parse(r"[^\W]")), EVERY_CHARACTER) == regex.findall(
        to_regex(parse(r"\w")), EVERY_CHARACTER
    )


@pytest.mark.parametrize("name", sorted(CATEGORIES | SCRIPTS))
def test_the_engine_knows_every_property(name: str) -> None:
    held = regex.findall(to_regex(parse(rf"\p{{{name}}}")), EVERY_CHARACTER[:0x3200])
    kept_out = regex.findall(to_regex(parse(rf"[^\p{{{name}}}]")), EVERY_CHARACTER[:0x3200])
    assert held
    assert len(held) + len(kept_out) == 0x3200
    if name in CATEGORIES:
        known = {char for char in EVERY_CHARACTER[:0x1000] if is_known_as(char, name)}
        assert len(known - set(held)) <= len(known) // 100  # a category may change, a few have


def is_known_as(char: str, name: str) -> bool:
    """Whether an assigned character is of a category, as this Python's older tables have it."""
    category = unicodedata.category(char)
    return category != "Cn" and category.startswith(name)


@FEWER
@given(patterns(has_properties=False), st.data())
def test_means_what_the_standard_library_reads(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    if is_steep(node):
        event("not compared: it may not end")
        return
    text = data.draw(matching(node))
    text = data.draw(st.sampled_from([text, text[:-1], text[1:], text + "a", text.upper()]))
    is_match = re.fullmatch(pattern, text) is not None
    event(f"match: {is_match}")
    assert matches(node, text) == is_match


# --- length ---


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("abc", (3, 3)),
        ("[ab].", (2, 2)),
        ("ab?", (1, 2)),
        ("a|bcd", (1, 3)),
        ("a|b+", (1, None)),
        ("(?:ab){2,3}", (4, 6)),
        ("(?:ab?){2,}", (2, None)),
        ("(?:a{10}){100}", (1000, 1000)),
    ],
)
def test_length_range(pattern: str, expected: tuple[int, int | None]) -> None:
    assert length_range(parse(pattern)) == expected


@FEWER
@given(patterns(), st.data())
def test_every_match_is_as_long_as_it_must(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    text = data.draw(matching(node))
    shortest, longest = length_range(node)
    assert shortest <= len(text) <= (len(text) if longest is None else longest)
    try:
        assert matches(node, text)
    except TimeoutError:
        assert is_steep(node)


# --- folding ---


@pytest.mark.parametrize(
    ("pattern", "source"),
    [
        ("“Mehr”", '"Mehr"'),
        ("DW’s\u00a0Top\u00ad Story", "DW's Top Story"),
        ("a\u00ad+b", "ab"),
        ("[“”„]x", '["]x'),
        ("[^“”]x", '[^"]x'),
        ("[\u00ad]x", "x"),
        ("[\u00ada]x", "[a]x"),
        ("[^\u00ad]x", ".x"),
        ("[\u00ad]{2,}x", "x"),
        ("(?:\u00ad|a)x", "(?:(?:)|a)x"),
        ("[а-я]", "[а-я]"),
        ("[‘-’]", "[‘-’']"),
        (r"\t\x85", "  "),
        ("Ａ", "A"),
        (r"\p{Lu}.", r"\p{Lu}."),
    ],
)
def test_folds_what_is_literal(pattern: str, source: str) -> None:
    assert to_regex(parse(pattern), fold) == source


def test_folds_every_member_of_a_small_range_and_the_ends_of_a_large_one() -> None:
    assert to_regex(parse("[！-～]"), fold) == to_regex(
        CharClass((Range("！", "～"), *(Range(char, char) for char in map(chr, range(0x21, 0x7F)))))
    )
    assert to_regex(parse("[\u2000-\u3000]"), fold) == "[\u2000-\u3000 ]"


def test_a_pattern_may_fold_to_nothing() -> None:
    node = folded(parse("\u00ad"), fold)
    assert node == EMPTY
    assert length_range(node) == (0, 0)


@FEWER
@given(patterns())
def test_what_folds_first_is_what_is_told_of_the_folded(pattern: str) -> None:
    node = parse(pattern)
    for find in (to_regex, length_range):
        assert find(node, fold) == find(folded(node, fold))
