"""The subset of regex syntax: what is read, what is refused and where, and what is known of a pattern
without running it."""

from __future__ import annotations

import pickle
import re
import string
import unicodedata
from functools import cache
from itertools import product

import pytest
import regex
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from cleaner.patterns import (
    CATEGORIES,
    EMPTY,
    MAX_DEGREE,
    MAX_GROUP_DEPTH,
    MAX_LITERAL_CHARS,
    MAX_LITERALS,
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
    has_nested_repeat,
    heads,
    length_range,
    parse,
    repeat_degree,
    required,
    tails,
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


# --- what is known of every match ---


@FEWER
@given(patterns(), st.data())
def test_every_match_keeps_what_is_known_of_it(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    text = data.draw(matching(node))
    check_knowledge(node, text)
    try:
        assert matches(node, text)
    except TimeoutError:
        assert is_steep(node)


@FEWER
@given(patterns(), st.data())
def test_every_match_of_a_folded_pattern_keeps_it_too(pattern: str, data: st.DataObject) -> None:
    node = parse(pattern)
    check_knowledge(folded(node, fold), data.draw(matching(folded(node, fold))))
    for find in (to_regex, heads, tails, required, length_range):
        assert find(node, fold) == find(folded(node, fold))


def check_knowledge(node: Node, text: str) -> None:
    """That a match starts, ends, is filled and is as long as it must."""
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
    shortest, longest = length_range(node)
    assert shortest <= len(text) <= (len(text) if longest is None else longest)


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
    assert heads(node) == tails(node) == required(node) == ()


# --- cost ---


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
