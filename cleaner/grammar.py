"""The shape of a pack, as tables: keys, values, bounds, and what each is for.

The one description of the rule language's structure. The loader checks files against it, and
whatever else must know the language (a schema for editors, the guide) is generated from it. What a
table cannot say (a name that must exist elsewhere, the syntax of a regex) the loader checks itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cleaner.rules import KIND_MEANINGS, Kind
from cleaner.segments import CLASS_MEANINGS

MAX_CHARS_LIMIT = 100_000
MAX_REPEAT = 100
"""Lines that one step of a sequence may use: what repeats more often wants a block or a zone."""
MAX_BLOCK_LINES = 2_000
MAX_CUT_PROSE = 100_000
"""Characters. The bound exists to be small; a cut that may take a whole article is no bound."""
MAX_SPARED = 1_000


@dataclass(frozen=True, slots=True)
class Text:
    """Free text. Unquoted text that YAML would read as something else must be quoted."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the language: checked against `pattern` (one of NAME_PATTERNS), never quoted of need."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list; `meanings` maps each value to what it means."""

    meanings: Mapping[Kind, str] | Mapping[str, str]
    what: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Truth:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Many:
    """A list. `or_one`: a single value may stand for a list of one."""

    of: Shape
    low: int = 1
    high: int = 100_000
    or_one: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record."""

    shape: Shape
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys. Exactly one of `exactly_one` must be there, if any are named."""

    what: str
    fields: Mapping[str, Field]
    exactly_one: tuple[str, ...] = ()
    one_code: str = "E106"


@dataclass(frozen=True, slots=True)
class Either:
    """A scalar shape or a record, told apart by the YAML."""

    scalar: Shape
    record: Record


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping from free names to one shape."""

    what: str
    of: Shape


@dataclass(frozen=True, slots=True)
class Ref:
    """A shape by its name in SHAPES, for shapes that hold themselves."""

    name: str


Shape: TypeAlias = Text | Name | Choice | Whole | Truth | Many | Record | Either | Named | Ref

NAME_PATTERNS: dict[str, tuple[str, str]] = {
    "id": (r"[a-z0-9]+(?:-[a-z0-9]+)*", "lower-case words joined by hyphens, such as read-more"),
    "pack": (r"[a-z0-9]+(?:[._-][a-z0-9]+)*", "a name such as dw.com or lang.en, never a path"),
    "rule": (r"[a-z0-9]+(?:[._-][a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*", "a full name, pack/rule"),
    "site": (
        r"!?=?(?:[\w-]+\.)+[\w-]+",
        "a host: dw.com and all below it, =dw.com it alone, !sub.dw.com not",
    ),
    "language": (r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", "a language tag such as en or zh-Hant"),
    "extractor": (r"[a-z0-9]+(?:[._-][a-z0-9]+)*", "an extractor's name, such as wet"),
    "date": (r"\d{4}-\d{2}-\d{2}", "a date, such as 2024-05-31"),
}
"""Pattern (whole value) and description of each sort of name."""

_MATCHER = Ref("matcher")
_TEXTS = Many(Text(), or_one=True)

MATCHER_FORMS = ("exact", "prefix", "suffix", "contains", "regex", "class", "any_of", "use")

MATCHER = Record(
    "matcher",
    {
        "exact": Field(_TEXTS, "the whole line is this text, or one of these"),
        "prefix": Field(_TEXTS, "the line begins with this text"),
        "suffix": Field(_TEXTS, "the line ends with this text"),
        "contains": Field(_TEXTS, "this text stands anywhere in the line"),
        "regex": Field(_TEXTS, "the whole line matches this pattern"),
        "class": Field(Many(Choice(CLASS_MEANINGS, "class"), or_one=True), "the line is of this class"),
        "any_of": Field(Many(_MATCHER), "one of these matchers matches"),
        "use": Field(Many(Name("id"), or_one=True), "a matcher that 'let' names"),
        "min_chars": Field(Whole(1, MAX_CHARS_LIMIT), "characters that the line has at least"),
        "max_chars": Field(Whole(1, MAX_CHARS_LIMIT), "characters that the line has at most"),
        "ignore_case": Field(Truth(), "upper and lower case are the same"),
        "unless": Field(_MATCHER, "spare the line if this matches it"),
    },
    exactly_one=MATCHER_FORMS,
)

_STEP = Record(
    "step",
    {
        "drop": Field(_MATCHER, "the lines that this step removes", required=True),
        "repeat": Field(
            Many(Whole(0, MAX_REPEAT), 2, 2), "how many lines: [least, most]; [1, 1] if not given"
        ),
    },
)
_BLOCK = Record(
    "block",
    {
        "from": Field(_MATCHER, "the first line of the block", required=True),
        "to": Field(_MATCHER, "its last line: the nearest below", required=True),
        "max_lines": Field(
            Whole(2, MAX_BLOCK_LINES), "lines it may take, blank ones not counted", required=True
        ),
    },
)
_CUT = Record(
    "cut",
    {
        "from": Field(_MATCHER, "cut from this line to the end"),
        "to": Field(_MATCHER, "cut from the start to this line"),
        "max_prose": Field(Whole(0, MAX_CUT_PROSE), "characters of prose it may take", required=True),
    },
    exactly_one=("from", "to"),
)
_INLINE = Record(
    "inline",
    {
        "at": Field(
            Choice({"start": "at its start", "end": "at its end", "anywhere": "wherever it stands"}, "place"),
            "where in the line the span stands",
            required=True,
        ),
        **{
            key: field
            for key, field in MATCHER.fields.items()
            if key not in ("class", "prefix", "suffix", "contains")
        },
    },
    exactly_one=("exact", "regex", "any_of", "use"),
)

OPERATIONS: dict[str, Field] = {
    "line": Field(_MATCHER, "remove each line that matches"),
    "inline": Field(_INLINE, "remove a span of a line, never all of it"),
    "sequence": Field(Many(_STEP), "remove consecutive lines, step by step"),
    "block": Field(_BLOCK, "remove from one line to another, both included"),
    "cut": Field(_CUT, "remove from a line to the end, or from the start to a line"),
    "keep": Field(_MATCHER, "remove nothing: protect each line that matches"),
}
"""The six operations, by the key that names them in a rule."""

ZONED_OPERATIONS = ("line", "sequence", "block", "cut")
BODY_ZONED_OPERATIONS = ("line", "sequence", "block")
"""What may have a zone `of: body`. A cut may not: such a zone may come to reach further into the text after
the cut has spent its `max_prose`, and a second run, with all of it to spend, would take more."""
TOUCHING_OPERATIONS = ("sequence",)

_SIDES = Choice({"head": "before the first line of prose", "tail": "after the last"}, "zone")
_SPARED = Field(Whole(0, MAX_SPARED), "lines nearest to the prose or body that are spared")
_BORDERS = Choice(
    {
        "prose": "all lines of prose: the zone holds none",
        "body": "the lines where prose is dense: stray prose of menus and footers lies in the zone",
    },
    "border",
)
ZONE_SIDES = ("head", "tail")
_ZONE = Either(
    _SIDES,
    Record(
        "zone",
        {
            "head": _SPARED,
            "tail": _SPARED,
            "of": Field(_BORDERS, "what the zone lies outside of; prose if not given"),
        },
        exactly_one=ZONE_SIDES,
    ),
)

_EXAMPLE = Either(
    Text(),
    Record(
        "example",
        {
            "text": Field(Text(), "the document, each line marked - = ~ or >", required=True),
            "todo": Field(Truth(), "known to fail still"),
        },
    ),
)

CHECKS: dict[str, str] = {
    "no-example": "no example of what the rule removes",
    "no-near-miss": "no example of what looks alike and stays",
    "no-why": "nobody is told what the template prints there",
    "dead": "a bound or a text that no line can meet",
    "shadowed": "another rule of the stack takes these lines first",
    "no-literal": "no literal of four characters or more: neither specific nor cheap",
    "too-broad": "a short literal or a mere length, where body stands too",
    "slow": "a pattern that takes long on some line",
    "wide-bound": "a bound that lets the rule take an article",
    "generic-range": "a cut or block over prose, or a zone of the body, in a pack for every site",
    "odd-text": "invisible characters, or text that is not in Unicode's composed form (NFC)",
    "unused-let": "a name in let that nothing uses",
    "fires-on-body": "the rule takes text that is known to be body",
    "needless-accept": "an acceptance of something that is not found",
}
"""What `rules check` looks for, by name. A rule may accept a finding of its own, with a reason."""

_ACCEPT = Record(
    "accept",
    {
        "check": Field(Choice(CHECKS, "check"), "the finding's name", required=True),
        "why": Field(Text(), "why it is right here", required=True),
    },
)

_SEEN = Record(
    "seen",
    {
        "first": Field(Name("date"), "the date of the oldest page that the rule is known from"),
        "last": Field(Name("date"), "the date of the newest"),
    },
)

RULE = Record(
    "rule",
    {
        "id": Field(Name("id"), "the rule's name within its pack; never reused", required=True),
        "kind": Field(Choice(KIND_MEANINGS, "kind"), "what the removed lines are"),
        "why": Field(Text(), "what the template prints there, and since when"),
        **OPERATIONS,
        "zone": Field(_ZONE, "act only before the first prose, or after the last; or outside the body"),
        "touching": Field(Truth(), "no blank line may lie between the lines of the sequence"),
        "seen": Field(_SEEN, "dates of pages that the rule is known from"),
        "accept": Field(Many(_ACCEPT), "findings of 'rules check' that are right here, with the reason"),
        "examples": Field(Many(_EXAMPLE), "small documents: '- ' goes, '= ' stays, '~ ' becomes '> '"),
    },
    exactly_one=tuple(OPERATIONS),
    one_code="E105",
)

PACK = Record(
    "pack",
    {
        "format": Field(Whole(1, 1), "the version of the rule language", required=True),
        "pack": Field(
            Name("pack"), "the pack's name: the file's, with lang. or kit. before it", required=True
        ),
        "title": Field(Text(), "whom it serves, for people"),
        "sites": Field(Many(Name("site"), or_one=True), "hosts that it serves; none means all"),
        "languages": Field(Many(Name("language"), or_one=True), "languages that it serves; none means all"),
        "extractors": Field(Many(Name("extractor"), or_one=True), "extractors whose text it serves"),
        "uses": Field(Many(Name("pack"), or_one=True), "packs that serve wherever this one does"),
        "only_used": Field(Truth(), "serve only where another pack uses this one"),
        "known_by": Field(Many(Text(), 2), "whole lines that only this site prints; two call the pack in"),
        "disable": Field(Many(Name("rule"), or_one=True), "rules of other packs that shall not act here"),
        "let": Field(Named("let", _MATCHER), "matchers by name, to be used more than once"),
        "rules": Field(Many(Ref("rule"), 0), "the rules, in order"),
    },
)

SHAPES: dict[str, Shape] = {"matcher": MATCHER, "rule": RULE, "pack": PACK}
