r"""The patterns that rules may use: a subset of regex syntax, read by our own parser.

One promise: what parses here means the same to every engine that gets it, because no engine reads
an author's pattern. It becomes a tree, and from the tree comes the source for the `regex` module;
others read literals and costs from it. What engines read differently (`\b`, `{,5}`, nested sets), what
only some have (lookaround, backreferences) and what a rule has no use for (anchors: the whole line is
matched already) is refused with the way out. Nothing here runs a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Final, NoReturn, TypeAlias

MAX_PATTERN_CHARS = 2_000
"""Code points of one pattern. A longer one is a list of words, and YAML has lists."""

MAX_REPEAT_COUNT = 1_000
"""The largest count in braces, also the product of nested counts. RE2 has the same limit."""

MAX_GROUP_DEPTH = 50
"""Groups in groups. Reading one takes a few Python calls, so the bound keeps recursion shallow."""

FOLDED_RANGE_CHARS = 256
"""Characters up to which every member of a range is folded, not its two ends alone."""

# fmt: off
CATEGORIES: Final = frozenset({
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "C", "Cc", "Cf",
})
SCRIPTS: Final = frozenset({
    "Arabic", "Armenian", "Bengali", "Bopomofo", "Cherokee", "Cyrillic", "Devanagari", "Ethiopic", "Georgian",
    "Greek", "Gujarati", "Gurmukhi", "Han", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer",
    "Lao", "Latin", "Malayalam", "Mongolian", "Myanmar", "Oriya", "Sinhala", "Syriac", "Tamil", "Telugu",
    "Thaana", "Thai", "Tibetan",
})
# fmt: on

Fold: TypeAlias = Callable[[str], str]
"""Maps each character of a text to one character or to none."""


def identity(text: str) -> str:
    """The folding that folds nothing."""
    return text


# --- the tree ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """This text. Empty only in a folded tree, where invisible characters are gone."""

    text: str


@dataclass(frozen=True, slots=True)
class Any:
    """Any one character. A view holds no line break, so none is left out."""


@dataclass(frozen=True, slots=True)
class Range:
    """The characters from `first` to `last`, both included; a single one if they are the same."""

    first: str
    last: str

    @property
    def char_count(self) -> int:
        """How many characters it holds."""
        return ord(self.last) - ord(self.first) + 1

    def chars(self) -> Iterator[str]:
        """Its characters, in order."""
        return map(chr, range(ord(self.first), ord(self.last) + 1))


@dataclass(frozen=True, slots=True)
class Property:
    r"""The characters of a general category or a script, or those that are not. The name
    `White_Space` stands for `\s`."""

    name: str
    negated: bool = False


ClassItem: TypeAlias = Range | Property


@dataclass(frozen=True, slots=True)
class CharClass:
    """One character that is in one of the items, or that is in none."""

    items: tuple[ClassItem, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Concat:
    """One part after the other. Never a Concat in a Concat, nor two Literals side by side."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of the branches."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The node `low` to `high` times; `high` is None where there is no bound."""

    node: Node
    low: int
    high: int | None
    lazy: bool = False


Node: TypeAlias = Literal | Any | CharClass | Concat | Alternation | Repeat
EMPTY: Final = Literal("")


def concat(parts: Iterable[Node]) -> Node:
    """The parts in a row, as the shortest tree that says so."""
    row: list[Node] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Concat) else (part,):
            if isinstance(piece, Literal) and row and isinstance(row[-1], Literal):
                row[-1] = Literal(row[-1].text + piece.text)
            elif piece != EMPTY:
                row.append(piece)
    return row[0] if len(row) == 1 else Concat(tuple(row)) if row else EMPTY


# --- reading a pattern ---------------------------------------------------------------------------


class PatternError(ValueError):
    """A pattern outside the subset: what is wrong with the way out, and where.

    `offset` counts code points of the pattern from 0.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message, offset)
        self.message = message
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} (at offset {self.offset})"


_WORD: Final[tuple[ClassItem, ...]] = (Property("L"), Property("M"), Property("N"), Range("_", "_"))
# What is not in _WORD, item by item, because a class cannot hold a negated class: all other
# categories, and connector punctuation without the underscore.
_NOT_WORD: Final[tuple[ClassItem, ...]] = (
    *(Property(name) for name in ("S", "Z", "C", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")),
    *(Range(char, char) for char in "\u203f\u2040\u2054\ufe33\ufe34\ufe4d\ufe4e\ufe4f\uff3f"),
)
_SHORTHANDS: Final[dict[str, tuple[ClassItem, ...]]] = {
    "d": (Property("Nd"),),
    "D": (Property("Nd", negated=True),),
    "s": (Property("White_Space"),),
    "S": (Property("White_Space", negated=True),),
    "w": _WORD,
    "W": _NOT_WORD,
}

_ASCII_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ")
_ANCHOR = "is not needed: the whole line is matched already, and at: start or at: end places an inline match"
_LINE_BREAK = "can never match: a line holds no line break"
_BACKREFERENCE = "is a backreference, which the subset does not have: write the text out, or two rules"
_BOUNDARY = (
    r"is not in the subset, because engines differ in it: spell out the neighbours, such as \s or [^\p{L}]"
)
_REFUSED_ESCAPES: Final = {
    **dict.fromkeys("AzZG", _ANCHOR),
    **dict.fromkeys("bBmM", _BOUNDARY),
    **dict.fromkeys("nrfvR", _LINE_BREAK),
    **dict.fromkeys("123456789gk", _BACKREFERENCE),
    **dict.fromkeys("QE", "is not in the subset: put a backslash before each special character"),
    **dict.fromkeys("uUN", "is not in the subset: write the character itself"),
    "0": r"is not in the subset: write \x00",
}
_REFUSED_GROUPS: Final = {
    "?=": "lookahead is not in the subset: match the whole line, and spare lines with unless",
    "?!": "lookahead is not in the subset: match the whole line, and spare lines with unless",
    "?<=": "lookbehind is not in the subset: match the whole line, and spare lines with unless",
    "?<!": "lookbehind is not in the subset: match the whole line, and spare lines with unless",
    "?P=": "a backreference is not in the subset: write the text out, or two rules",
    "?P": "a group has no name in the subset, since nothing is captured: write (...)",
    "?<": "a group has no name in the subset, since nothing is captured: write (...)",
    "?'": "a group has no name in the subset, since nothing is captured: write (...)",
    "?>": "an atomic group is not in the subset: write (...)",
    "?|": "a branch reset is not in the subset: write (...)",
    "?#": "a comment is not in the subset: write a YAML comment, or why",
    "?(": "a condition is not in the subset: write the cases as (...|...)",
    "?": "flags are not in the subset: for either case write ignore_case: true beside the regex",
}
_SET_OPERATORS: Final = frozenset({"&&", "--", "||", "~~"})
_DIGITS: Final = frozenset("0123456789")
_HEX_DIGITS: Final = frozenset("0123456789abcdefABCDEF")
_PLAIN_RUN: Final = re.compile(r"[^\\.^$*+?{}\[\]|()\n]+(?![*+?{])")
"""Characters that stand for themselves, the last of which nothing repeats: most of most patterns."""
_QUANTIFIER_SIGNS: Final = frozenset("*+?{")
_QUANTIFIERS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@lru_cache(maxsize=1_024)  # a pattern is read for its slips, and then for what it tells an index
def parse(pattern: str) -> Node:
    """The tree of a pattern; PatternError if it is outside the subset.

    >>> parse("Foto: .+")
    Concat(parts=(Literal(text='Foto: '), Repeat(node=Any(), low=1, high=None, lazy=False)))
    """
    if len(pattern) > MAX_PATTERN_CHARS:
        raise PatternError(
            f"the pattern has {len(pattern):,} characters, more than {MAX_PATTERN_CHARS:,}: "
            "write a list of shorter ones",
            MAX_PATTERN_CHARS,
        )
    return _Parser(pattern).parse()


class _Parser:
    """Recursive descent over one pattern. `at` is the offset of the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
        if not self.pattern:
            self.fail("the pattern is empty", 0)
        node = self.alternation()
        if self.at < len(self.pattern):  # only a closing bracket stops an alternation early
            self.fail(f"nothing is closed by this {self.literally(self.at)}", self.at)
        if length_range(node)[0] == 0:
            self.fail("the pattern can match nothing at all: make a part of it obligatory (+, not *)", 0)
        return node

    def fail(self, message: str, offset: int) -> NoReturn:
        raise PatternError(message, offset)

    def literally(self, start: int) -> str:
        character = self.pattern[start]
        return f"{character} (for the character itself write \\{character})"

    def next_is(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def accept(self, text: str) -> bool:
        """Step over the text if it comes next."""
        if not self.next_is(text):
            return False
        self.at += len(text)
        return True

    def alternation(self) -> Node:
        branches = [self.concat()]
        while self.accept("|"):
            branches.append(self.concat())
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def concat(self) -> Node:
        start = self.at
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            run = _PLAIN_RUN.match(self.pattern, self.at)
            if run is not None:
                parts.append(Literal(run[0]))
                self.at = run.end()
            else:
                parts.append(self.repeat())
        if not parts:
            self.fail("an empty alternative or group: for a part that may be absent write (...)?", start)
        return concat(parts)

    def repeat(self) -> Node:
        start = self.at
        if self.pattern[start] in "*+?{":
            self.fail(f"nothing to repeat before this {self.literally(start)}", start)
        node = self.atom()
        quantifier_at = self.at
        counts = self.quantifier()
        if counts is None:
            return node
        low, high = counts
        self.check_counts(node, low, high, quantifier_at)
        lazy = self.accept("?")
        self.check_unstacked()
        return Repeat(node, low, high, lazy)

    def check_unstacked(self) -> None:
        if self.next_is("+"):
            self.fail("a possessive quantifier is not in the subset: leave out the second +", self.at)
        if self.at < len(self.pattern) and self.pattern[self.at] in "*?{":
            self.fail("two quantifiers in a row: write (?:...) around what the first one repeats", self.at)

    def quantifier(self) -> tuple[int, int | None] | None:
        """The counts of the quantifier that comes next, if one does."""
        if self.pattern[self.at : self.at + 1] not in _QUANTIFIER_SIGNS:
            return None
        if self.accept("{"):
            return self.counts(self.at - 1)
        for sign, counts in _QUANTIFIERS.items():
            if self.accept(sign):
                return counts
        return None

    def counts(self, start: int) -> tuple[int, int | None]:
        low = self.number()
        high: int | None = low
        if low is not None and self.accept(","):
            high = self.number()
        if low is None or not self.accept("}"):
            self.fail(r"counts are {3}, {3,} or {3,5}: for the character itself write \{", start)
        return low, high

    def number(self) -> int | None:
        start = self.at
        while self.at < len(self.pattern) and self.pattern[self.at] in _DIGITS:
            self.at += 1
        return int(self.pattern[start : self.at]) if self.at > start else None

    def check_counts(self, node: Node, low: int, high: int | None, start: int) -> None:
        if high is not None and high < low:
            self.fail(f"the counts are reversed: write {{{high},{low}}}", start)
        if high == 0:
            self.fail("a count of 0 repeats nothing: leave the part out", start)
        count = low if high is None else high
        if count > MAX_REPEAT_COUNT:
            self.fail(f"a count over {MAX_REPEAT_COUNT:,}: write + or * for any number", start)
        if count * _count_product(node) > MAX_REPEAT_COUNT:
            self.fail(f"nested counts multiply to over {MAX_REPEAT_COUNT:,}: write + or * for one", start)

    def atom(self) -> Node:
        character = self.pattern[self.at]
        match character:
            case "(":
                return self.group()
            case "[":
                return self.char_class()
            case "\\":
                return self.escape_outside()
            case "^" | "$":
                self.fail(f"the anchor {self.literally(self.at)} {_ANCHOR}", self.at)
            case "]" | "}":
                self.fail(f"nothing is closed by this {self.literally(self.at)}", self.at)
            case "\n":
                self.fail(f"a line break {_LINE_BREAK}", self.at)
        self.at += 1
        return Any() if character == "." else Literal(character)

    def group(self) -> Node:
        start = self.at
        self.at += 1
        if not self.accept("?:"):
            self.check_group_sign(start)
        self.depth += 1
        if self.depth > MAX_GROUP_DEPTH:
            self.fail(f"groups nest more than {MAX_GROUP_DEPTH} deep: write several patterns", start)
        node = self.alternation()
        if not self.accept(")"):
            self.fail(f"nothing closes this {self.literally(start)}", start)
        self.depth -= 1
        return node

    def check_group_sign(self, start: int) -> None:
        for sign, message in _REFUSED_GROUPS.items():
            if self.next_is(sign):
                self.fail(message, start)

    def char_class(self) -> Node:
        start = self.at
        self.at += 1
        negated = self.accept("^")
        if self.next_is("]"):
            self.fail(r"an empty class: for the character itself write \]", start)
        items: list[ClassItem] = []
        while not self.accept("]"):
            if self.at >= len(self.pattern):
                self.fail(f"nothing closes this {self.literally(start)}", start)
            items.extend(self.class_items())
        return CharClass(tuple(items), negated)

    def class_items(self) -> tuple[ClassItem, ...]:
        start = self.at
        first = self.class_atom()
        if not self.range_follows():
            return first if isinstance(first, tuple) else (Range(first, first),)
        self.at += 1
        last = self.class_atom()
        if isinstance(first, tuple) or isinstance(last, tuple):
            self.fail(r"a range runs between single characters: for a hyphen write \-", start)
        if last < first:
            self.fail(rf"the range is reversed: write {_shown(last)}-{_shown(first)}, or \- for -", start)
        if self.range_follows():
            self.fail(r"a hyphen after a range: for the character itself write \-", self.at)
        return (Range(first, last),)

    def range_follows(self) -> bool:
        """Whether a hyphen comes next that is not the last character of its class."""
        follows = self.next_is("-") and self.at + 1 < len(self.pattern)
        return follows and not self.next_is("-]") and not self.next_is("--")

    def class_atom(self) -> str | tuple[ClassItem, ...]:
        start = self.at
        if self.pattern[start : start + 2] in _SET_OPERATORS:
            self.fail(
                "set operations are not in the subset (some engines read two of these as one): "
                "put a backslash before each",
                start,
            )
        if self.next_is("[:"):
            self.fail(r"POSIX classes are not in the subset: write \p{L}, \d, \s or the like", start)
        if self.next_is("["):
            self.fail(r"a [ within a class: write \[", start)
        if self.next_is("\n"):
            self.fail(f"a line break {_LINE_BREAK}", start)
        if self.next_is("\\"):
            return self.escape()
        self.at += 1
        return self.pattern[start]

    def escape_outside(self) -> Node:
        """An escape as a node. Outside a class `\\W` can be what it is: all that is no word."""
        is_not_word = self.next_is("\\W")
        meaning = self.escape()
        if isinstance(meaning, str):
            return Literal(meaning)
        return CharClass(_WORD, negated=True) if is_not_word else CharClass(meaning)

    def escape(self) -> str | tuple[ClassItem, ...]:
        """What a backslash and what follows it mean: one character, or the items of a class."""
        start = self.at
        letter = self.pattern[start + 1 : start + 2]
        self.at += 2
        if not letter:
            self.fail(r"a backslash at the end: for the character itself write \\", start)
        if letter in _ASCII_PUNCTUATION:
            return letter
        if letter == "\n":
            self.fail(f"a line break {_LINE_BREAK}", start + 1)
        if letter == "t":
            return "\t"
        if letter == "x":
            return self.hex_escape(start)
        if letter in "pP":
            return (self.unicode_property(start, negated=letter == "P"),)
        if letter in _SHORTHANDS:
            return _SHORTHANDS[letter]
        needless = f"means nothing in the subset: for the character itself write {_shown(letter)}"
        self.fail(f"\\{_shown(letter)} {_REFUSED_ESCAPES.get(letter, needless)}", start)

    def hex_escape(self, start: int) -> str:
        digits = self.pattern[self.at : self.at + 2]
        if len(digits) < 2 or not _HEX_DIGITS.issuperset(digits):
            self.fail(r"\x takes two hexadecimal digits: for other characters write them as they are", start)
        self.at += 2
        if digits.lower() == "0a":
            self.fail(rf"\x{digits} {_LINE_BREAK}", start)
        return chr(int(digits, 16))

    def unicode_property(self, start: int, *, negated: bool) -> Property:
        name = self.pattern[self.at : self.at + 1]
        self.at += 1
        if name == "{":
            name, brace, _ = self.pattern[self.at :].partition("}")
            self.at += len(name) + 1
            if not brace:
                self.fail("nothing closes this {", start + 2)
        if name not in CATEGORIES and name not in SCRIPTS:
            self.fail(f"unknown property {name!r}{_property_hint(name)}", start)
        return Property(name, negated)


def _shown(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]


def _property_hint(name: str) -> str:
    near = [known for known in sorted(CATEGORIES | SCRIPTS) if known.lower() == name.lower()]
    if near:
        return f" (did you mean {' or '.join(near)}?)"
    return ": use a category (L, Lu, Nd, P, Sc, ...) or a script (Latin, Cyrillic, Han, ...)"


def _count_product(node: Node) -> int:
    """The largest product of counts of repeats within one another."""
    match node:
        case Repeat(body, low, high):
            return max(1, low if high is None else high) * _count_product(body)
        case Concat(children) | Alternation(children):
            return max(map(_count_product, children), default=1)
    return 1


# --- folding and writing -------------------------------------------------------------------------


def folded(node: Node, fold: Fold) -> Node:
    r"""The tree as it applies to folded text: a literal or a class is folded as the text will be.

    A class whose members all fold away is gone like a literal that does: `[\xad]` is a soft hyphen,
    which no view holds.

    >>> folded(parse("[«»] Mehr"), lambda text: text.replace("«", '"').replace("»", '"'))
    Concat(parts=(CharClass(items=(Range(first='"', last='"'),), negated=False), Literal(text=' Mehr')))
    """
    if fold is identity:
        return node
    match node:
        case Literal(text):
            return Literal(fold(text))
        case CharClass(items, negated):
            return _folded_class(items, negated, fold)
        case Concat(parts):
            return concat(folded(part, fold) for part in parts)
        case Alternation(branches):
            return Alternation(tuple(folded(branch, fold) for branch in branches))
        case Repeat(body, low, high, lazy):
            inner = folded(body, fold)
            return inner if inner == EMPTY else Repeat(inner, low, high, lazy)
    return node


def _folded_class(items: tuple[ClassItem, ...], negated: bool, fold: Fold) -> Node:
    kept = tuple(dict.fromkeys(chain.from_iterable(_folded_items(part, fold) for part in items)))
    if kept:
        return CharClass(kept, negated)
    return Any() if negated else EMPTY


def _folded_items(part: ClassItem, fold: Fold) -> Iterator[ClassItem]:
    if isinstance(part, Property):
        yield part
        return
    if part.char_count > 1:  # kept as it is, because `[à-ý]` must not become a list of singles
        yield part
    small = part.char_count <= FOLDED_RANGE_CHARS
    for char in part.chars() if small else (part.first, part.last):
        for image in fold(char):
            if not (part.first <= image <= part.last and part.char_count > 1):
                yield Range(image, image)


def to_regex(node: Node, fold: Fold = identity) -> str:
    r"""The source for the `regex` module (version 0 syntax, no flags, made for one line).

    It captures nothing, may stand beside other sources, and every character that could mean
    something has its backslash.

    >>> print(to_regex(parse(r"Photo(?:s|graph)?: \w.+ [(]\d{4}[)]")))
    Photo(?:s|graph)?: [\p{L}\p{M}\p{N}_].+ [\(]\p{Nd}{4}[\)]
    """
    return _source(folded(node, fold))


def _source(node: Node) -> str:
    match node:
        case Literal(text):
            return "".join(map(_escaped, text)) or "(?:)"
        case Any():
            return "."
        case CharClass(items, negated):
            return _class_source(items, negated)
        case Concat(parts):
            return "".join(map(_source, parts))
        case Alternation(branches):
            return f"(?:{'|'.join(map(_source, branches))})"
        case Repeat(body, low, high, lazy):
            return _repeated_source(body) + _quantifier_source(low, high) + ("?" if lazy else "")


_SPECIAL: Final = frozenset(".^$*+?{}[]()|\\-&~#")


def _escaped(char: str) -> str:
    """A character that stands for itself wherever it is put, in a class too."""
    if char in _SPECIAL:
        return "\\" + char
    return char if char >= " " and char != "\x7f" else f"\\x{ord(char):02x}"


def _class_source(items: tuple[ClassItem, ...], negated: bool) -> str:
    if len(items) == 1 and isinstance(items[0], Property):
        return _class_item_source(Property(items[0].name, items[0].negated != negated))
    return f"[{'^' if negated else ''}{''.join(map(_class_item_source, items))}]"


def _class_item_source(part: ClassItem) -> str:
    match part:
        case Range(first, last):
            return _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"
        case Property("White_Space", negated):
            return r"\S" if negated else r"\s"
        case Property(name, negated):
            return f"\\{'P' if negated else 'p'}{{{name}}}"


def _repeated_source(body: Node) -> str:
    is_one_char = isinstance(body, Literal) and len(body.text) == 1
    if is_one_char or isinstance(body, Any | CharClass | Alternation):
        return _source(body)
    return f"(?:{_source(body)})"


def _quantifier_source(low: int, high: int | None) -> str:
    for sign, counts in _QUANTIFIERS.items():
        if counts == (low, high):
            return sign
    if low == high:
        return f"{{{low}}}"
    return f"{{{low},{'' if high is None else high}}}"


# --- length ---------------------------------------------------------------------------------------


def length_range(node: Node, fold: Fold = identity) -> tuple[int, int | None]:
    r"""The fewest and the most characters of a match; None where there is no bound.

    >>> length_range(parse(r"\d{1,2} min(?:utes)?")), length_range(parse("Foto: .+"))
    ((5, 10), (7, None))
    """
    return _length_range(folded(node, fold))


def _length_range(node: Node) -> tuple[int, int | None]:
    match node:
        case Literal(text):
            return len(text), len(text)
        case Concat(parts):
            return _summed([_length_range(part) for part in parts])
        case Alternation(branches):
            lows, highs = zip(*map(_length_range, branches), strict=True)
            return min(lows), None if None in highs else max(highs)
        case Repeat(body, low, high):
            shortest, longest = _length_range(body)
            return shortest * low, 0 if longest == 0 else _times(longest, high)
    return 1, 1


def _summed(ranges: list[tuple[int, int | None]]) -> tuple[int, int | None]:
    highs = [high for _, high in ranges if high is not None]
    return sum(low for low, _ in ranges), sum(highs) if len(highs) == len(ranges) else None


def _times(length: int | None, count: int | None) -> int | None:
    return None if length is None or count is None else length * count
