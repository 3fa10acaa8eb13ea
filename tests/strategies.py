"""Hypothesis strategies for the tests of more than one folder.

Patterns first: `patterns` draws sources of the subset, every one of them allowed; `matching` draws
texts that a parsed pattern matches. What a class holds is told here by `unicodedata` and by the names
of characters, never by the engine under test.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from cleaner.patterns import (
    CATEGORIES,
    SCRIPTS,
    Alternation,
    Any,
    CharClass,
    ClassItem,
    Concat,
    Literal,
    Node,
    Property,
    Range,
    Repeat,
)

WHITE_SPACE = frozenset("\t\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
MORE_ROUNDS = 3
"""Rounds of a repeat that are drawn beyond the fewest that it needs."""

MAX_SAMPLE = 100
"""Characters of a class to draw from, spread over all that it holds."""


def _sample() -> list[str]:
    """Characters of many categories and scripts, the plain ones first, so that examples shrink to them.

    Left out: the line break, what Unicode had not assigned years ago, four controls of which engines
    do not agree whether they are white space, and a letter that changed its category.
    """
    codes = [*range(0x20, 0x7F), *range(0x1C), 0x7F, *range(0x80, 0x180), *range(0x180, 0x3130, 4)]
    codes += [0x2028, 0x2029, *range(0x4E00, 0x4E08), *range(0xAC00, 0xAC08), *range(0x1F600, 0x1F608)]
    chars = map(chr, codes)
    return [char for char in chars if char not in "\n\u0295" and unicodedata.category(char) != "Cn"]


SAMPLE = _sample()


def script_of(char: str) -> str | None:
    """The script of a letter by the first word of its name, `Common` for other ASCII; None if that tells
    nothing."""
    if char < "\x80":
        return "Latin" if char.isalpha() else "Common"
    if unicodedata.category(char) not in ("Lu", "Ll", "Lo"):
        return None
    script = unicodedata.name(char).partition(" ")[0].title()
    return {"Cjk": "Han"}.get(script, script if script in SCRIPTS else None)


def has_property(char: str, name: str) -> bool:
    """Whether a character has the property that stands in a class under this name."""
    if name == "White_Space":
        return char in WHITE_SPACE
    if name in CATEGORIES:
        return unicodedata.category(char).startswith(name)
    return script_of(char) == name


def is_in(char: str, member: ClassItem) -> bool:
    """Whether an item of a class holds a character."""
    if isinstance(member, Range):
        return member.first <= char <= member.last
    return has_property(char, member.name) != member.negated


@cache
def sample_of(char_class: CharClass) -> list[str]:
    """Characters that a class holds, of those for which that is certain."""
    names = {member.name for member in char_class.items if isinstance(member, Property)}
    pool = SAMPLE if names.isdisjoint(SCRIPTS) else [char for char in SAMPLE if script_of(char)]
    singles = [member.first for member in char_class.items if isinstance(member, Range)]
    found = [
        char
        for char in [*singles, *pool]
        if any(is_in(char, member) for member in char_class.items) != char_class.negated
    ]
    return [char for char in found[:: 1 + len(found) // MAX_SAMPLE] if char != "\n"]


def matching(node: Node) -> SearchStrategy[str]:
    """Texts that the whole pattern matches."""
    match node:
        case Literal(text):
            return st.just(text)
        case CharClass():
            return st.sampled_from(sample_of(node))
        case Concat(parts):
            return st.tuples(*map(matching, parts)).map("".join)
        case Alternation(branches):
            return st.one_of(*map(matching, branches))
        case Repeat(body, low, high):
            most = low + MORE_ROUNDS if high is None else min(high, low + MORE_ROUNDS)
            return st.lists(matching(body), min_size=low, max_size=most).map("".join)
        case Any():
            return st.sampled_from(SAMPLE)


LITERAL_SOURCES = [*"aabbcRré1日Я :,;'\"!/&#=<>~-", "(?:Read)", "(?: more)", r"\t", r"\x41", r"\xa0"]
LITERAL_SOURCES += [f"\\{char}" for char in ".()[]{}|\\*+?^$-"]
SHORTHAND_SOURCES = [r"\d", r"\D", r"\s", r"\S"]
WORD_SOURCES = [r"\w", r"\W"]
PROPERTY_SOURCES = sorted(
    source
    for name in CATEGORIES | SCRIPTS
    for source in (rf"\p{{{name}}}", rf"\P{{{name}}}", *([rf"\p{name}"] if len(name) == 1 else []))
)
CLASS_MEMBER_SOURCES = [*"abcRr1 .,*+?(){}|$é日\"'", "a-c", "A-Z", "0-9", "à-ö", "!-,", r"\t", r"\xa0"]
CLASS_MEMBER_SOURCES += [f"\\{char}" for char in "[]^-\\"]
OBLIGATORY_QUANTIFIERS = ["", "", "", "+", "+?", "{1}", "{2}", "{1,}", "{2,}?", "{1,3}", "{2,4}", "{3}?"]
OPTIONAL_QUANTIFIERS = ["?", "??", "*", "*?", "{0,}", "{0,1}", "{0,4}", "{0,2}?"]
MAX_DEPTH = 2
"""Groups in groups. Deep enough for every nesting of operators, and the texts stay short."""


def patterns(*, has_properties: bool = True) -> SearchStrategy[str]:
    r"""Sources of the subset; without `\p`, `\w` and their like, on which other engines differ, if
    `has_properties` is false."""
    return alternation_sources(MAX_DEPTH, has_properties)


@cache
@st.composite
def alternation_sources(draw: DrawFn, depth: int, has_properties: bool) -> str:
    """One row or two, of which none can match the empty text."""
    rows = st.lists(row_sources(depth, has_properties), min_size=1, max_size=2)
    return "|".join(draw(rows))


@cache
@st.composite
def row_sources(draw: DrawFn, depth: int, has_properties: bool) -> str:
    """Parts in a row of which one at least is not optional."""
    parts = draw(st.lists(obligatory_sources(depth, has_properties), min_size=1, max_size=2))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), draw(optional_sources(depth, has_properties)))
    return "".join(parts)


@cache
@st.composite
def obligatory_sources(draw: DrawFn, depth: int, has_properties: bool) -> str:
    """A part that matches one character at least."""
    if depth == MAX_DEPTH and draw(st.integers(0, 15)) == 15:
        return draw(atom_sources(has_properties)) + "{51}"
    return draw(unit_sources(depth, has_properties)) + draw(st.sampled_from(OBLIGATORY_QUANTIFIERS))


@cache
@st.composite
def optional_sources(draw: DrawFn, depth: int, has_properties: bool) -> str:
    """A part that can match the empty text, by its quantifier or by what its group holds."""
    if depth and draw(st.booleans()):
        parts = draw(st.lists(optional_sources(depth - 1, has_properties), min_size=1, max_size=2))
        quantifiers = OBLIGATORY_QUANTIFIERS + OPTIONAL_QUANTIFIERS
        return f"(?:{''.join(parts)}){draw(st.sampled_from(quantifiers))}"
    return draw(unit_sources(depth, has_properties)) + draw(st.sampled_from(OPTIONAL_QUANTIFIERS))


@cache
@st.composite
def unit_sources(draw: DrawFn, depth: int, has_properties: bool) -> str:
    """What a quantifier may follow: an atom or a group."""
    if depth and draw(st.integers(0, 2)) == 2:
        opening = draw(st.sampled_from(["(", "(?:"]))
        return f"{opening}{draw(alternation_sources(depth - 1, has_properties))})"
    return draw(atom_sources(has_properties))


@cache
def atom_sources(has_properties: bool) -> SearchStrategy[str]:
    """One character, or what stands for one."""
    return st.one_of(
        st.sampled_from(LITERAL_SOURCES),
        st.just("."),
        named_sources(has_properties),
        class_sources(has_properties),
    )


@cache
def named_sources(has_properties: bool) -> SearchStrategy[str]:
    """One escape that stands for many characters."""
    return st.sampled_from(SHORTHAND_SOURCES + (WORD_SOURCES + PROPERTY_SOURCES if has_properties else []))


@cache
@st.composite
def class_sources(draw: DrawFn, has_properties: bool) -> str:
    """A class of a few members, one of them at most a property, so that its opposite is not empty."""
    members = draw(st.lists(st.sampled_from(CLASS_MEMBER_SOURCES), min_size=1, max_size=3, unique=True))
    members += draw(st.lists(named_sources(has_properties), max_size=1))
    caret = draw(st.sampled_from(["", "", "^"]))
    hyphen = draw(st.sampled_from(["", "", "-"]))
    return f"[{caret}{''.join(draw(st.permutations(members)))}{hyphen}]"
