"""What every match of a pattern must show: its beginnings, its endings, what it holds.

An index looks for these instead of running the pattern. They are read from the tree, and one promise
holds of each set: no match is without one of its texts. Soundness matters more than length; where
nothing is certain the set is empty.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from cleaner.index import STRONG, numbers_folded, strength
from cleaner.patterns import (
    Alternation,
    CharClass,
    ClassItem,
    Concat,
    Fold,
    Literal,
    Node,
    Property,
    Range,
    Repeat,
    concat,
    folded,
    identity,
)

MAX_LITERALS = 64
"""Members of a set of heads, tails or required literals, so that no pattern floods an index."""

MAX_LITERAL_CHARS = 40
"""Code points of one member of such a set. A line that shares so many is worth a look anyway."""

SMALL_CLASS_CHARS = 10
"""Members up to which a class is spelled out in literals: `[Rr]`, `[0-9]`, not `[a-z]`."""

SMALL_REPEAT_COUNT = 4
"""Optional copies up to which a repeat is spelled out in literals."""

# What a match may begin with: the text, and whether that is all that the node matches. One way to
# match that begins with the empty text and goes on says that nothing is known.
_Stems: TypeAlias = dict[str, bool]
_NOTHING_KNOWN: Final[_Stems] = {"": False}


def heads(node: Node, fold: Fold = identity) -> tuple[str, ...]:
    """Texts such that every match starts with one of them, or none at all if there are no such texts.

    >>> from cleaner.patterns import parse
    >>> heads(parse("[Rr]ead (?:more|on)(?: about .+)?")), heads(parse(".*Foto"))
    (('Read more', 'Read on', 'read more', 'read on'), ())
    """
    return _shortest_prefixes(_stems(folded(node, fold)))


def tails(node: Node, fold: Fold = identity) -> tuple[str, ...]:
    r"""Texts such that every match ends with one of them, or none at all.

    >>> from cleaner.patterns import parse
    >>> tails(parse(r"\d+ (?:comment|share)s?"))
    (' comment', ' comments', ' share', ' shares')
    """
    found = _shortest_prefixes(_stems(_mirrored(folded(node, fold))))
    return tuple(sorted(text[::-1] for text in found))


def numbered(node: Node) -> Node:
    r"""The tree for texts in which each run of digits is a single 0, save that two may stand side by side.

    >>> from cleaner.patterns import parse
    >>> heads(numbered(parse(r"\d{1,2}\. (?:Mai|Juni) \d{4}")))
    ('0. Juni 0', '0. Mai 0')
    """
    match node:
        case Literal(text):
            return Literal(numbers_folded(text))
        case CharClass(items, negated):
            return node if negated or not all(map(_is_digits, items)) else _NUMBER
        case Concat(parts):
            return concat(map(numbered, parts))
        case Alternation(branches):
            return Alternation(tuple(map(numbered, branches)))
        case Repeat(body, low, high, lazy):
            inner = numbered(body)
            if inner != _NUMBER:
                return Repeat(inner, low, high, lazy)
            return _NUMBER if low else Repeat(_NUMBER, 0, 1)
    return node


_NUMBER: Final = Literal("0")


def _is_digits(part: ClassItem) -> bool:
    if isinstance(part, Property):
        return part == Property("Nd")
    return part.char_count <= SMALL_CLASS_CHARS and all(map(str.isdecimal, part.chars()))


def required(node: Node, fold: Fold = identity) -> tuple[str, ...]:
    r"""Texts such that every match contains one of them: few rather than long, where long enough.

    >>> from cleaner.patterns import parse
    >>> required(parse(r"(?:By )?\w+ contributed (?:to|for) this (?:story|report)")), required(parse(r"\d+"))
    ((' contributed ',), ())
    """
    return _required(folded(node, fold))


def _required(node: Node) -> tuple[str, ...]:
    match node:
        case Concat(parts):
            return max(chain(_contained_rows(parts), map(_required, parts)), key=_worth)
        case Alternation(branches):
            return _contained_in_any([_required(branch) for branch in branches])
        case Repeat(body, low) if low > 0:
            return max(_shortest_inside(_stems(node)), _required(body), key=_worth)
        case Repeat():
            return ()
    return _shortest_inside(_stems(node))


def _worth(texts: tuple[str, ...]) -> tuple[bool, float, float]:
    """How well a set tells lines apart. Each text costs a search: of those that are strong enough the
    smallest set is the best one; of the others the one whose weakest is the strongest."""
    weakest = min(map(strength, texts), default=0.0)
    if weakest >= STRONG:
        return True, -len(texts), weakest
    return False, weakest, -len(texts)


def _contained_rows(parts: tuple[Node, ...]) -> Iterator[tuple[str, ...]]:
    """For each part of a row what a match holds from there on, up to each later part."""
    stems = [_stems(part) for part in parts]
    for start in range(len(parts)):
        for row in _rows(stems[start:]):
            yield _shortest_inside(row)


def _contained_in_any(sets: list[tuple[str, ...]]) -> tuple[str, ...]:
    """One set for all branches; none if a branch has none."""
    if not all(sets):
        return ()
    return _shortest_inside(_shrunk(dict.fromkeys(chain.from_iterable(sets), False)))


def _shortest_inside(stems: _Stems) -> tuple[str, ...]:
    """The texts without those that hold another one; none if nothing is known."""
    texts = _shortest_prefixes(stems)
    return tuple(text for text in texts if not any(other in text for other in texts if other != text))


def _shortest_prefixes(stems: _Stems) -> tuple[str, ...]:
    """The texts without those that begin with another one; none if nothing is known."""
    found: list[str] = []
    for text in sorted(_shrunk(stems)):
        if not text:
            return ()
        if not found or not text.startswith(found[-1]):
            found.append(text)
    return tuple(found)


def _mirrored(node: Node) -> Node:
    """The tree that matches the same texts backwards."""
    match node:
        case Literal(text):
            return Literal(text[::-1])
        case Concat(parts):
            return Concat(tuple(_mirrored(part) for part in reversed(parts)))
        case Alternation(branches):
            return Alternation(tuple(map(_mirrored, branches)))
        case Repeat(body, low, high, lazy):
            return Repeat(_mirrored(body), low, high, lazy)
    return node


def _stems(node: Node) -> _Stems:
    match node:
        case Literal(text):
            return {text[:MAX_LITERAL_CHARS]: len(text) <= MAX_LITERAL_CHARS}
        case CharClass(items, negated):
            return _class_stems(items, negated)
        case Concat(parts):
            return _row(map(_stems, parts))
        case Alternation(branches):
            return _either(*map(_stems, branches))
        case Repeat(body, low, high):
            return _repeat_stems(_stems(body), low, high)
    return _NOTHING_KNOWN


def _class_stems(items: tuple[ClassItem, ...], negated: bool) -> _Stems:
    ranges = [part for part in items if isinstance(part, Range)]
    char_count = sum(part.char_count for part in ranges)
    if negated or len(ranges) < len(items) or char_count > SMALL_CLASS_CHARS:
        return _NOTHING_KNOWN
    return {char: True for part in ranges for char in part.chars()}


def _repeat_stems(once: _Stems, low: int, high: int | None) -> _Stems:
    """The obligatory copies, then as many of the others as are worth spelling out."""
    more: _Stems = {"": True}
    if high is None or high - low > SMALL_REPEAT_COUNT:
        more = _either(more, dict.fromkeys(once, False))
    else:
        for _ in range(high - low):
            more = _either({"": True}, _row([once, more]))
    # Each copy adds a character at least, or the stems stay as they are: so many are enough.
    copies = min(low, MAX_LITERAL_CHARS + 1)
    return _row([*([once] * copies), more if copies == low else _NOTHING_KNOWN])


def _row(stems: Iterable[_Stems]) -> _Stems:
    """One after the other, as far as it is known and worth knowing."""
    return [{"": True}, *_rows(stems)][-1]


def _rows(stems: Iterable[_Stems]) -> Iterator[_Stems]:
    """What is known after each part of a row, as far as it is worth knowing."""
    row: _Stems = {"": True}
    for following in stems:
        if not any(row.values()):
            return
        longer = _appended(row, following)
        if len(longer) > MAX_LITERALS:
            cut = dict.fromkeys(_shrunk(longer), False)
            yield max(dict.fromkeys(row, False), cut, key=_shortest_chars)
            return
        yield (row := longer)


def _shortest_chars(stems: _Stems) -> int:
    return min(map(len, stems))


def _appended(row: _Stems, following: _Stems) -> _Stems:
    longer: _Stems = {text: False for text, is_whole in row.items() if not is_whole}
    for start in [text for text, is_whole in row.items() if is_whole]:
        for more, is_whole in following.items():
            text = start + more
            if len(text) <= MAX_LITERAL_CHARS:
                longer[text] = is_whole and longer.get(text, True)
            else:
                longer[text[:MAX_LITERAL_CHARS]] = False
    return longer


def _either(*choices: _Stems) -> _Stems:
    union: _Stems = {}
    for stems in choices:
        for text, is_whole in stems.items():
            _add(union, text, is_whole)
    return _shrunk(union)


def _add(stems: _Stems, text: str, is_whole: bool) -> None:
    """Add a text. The same text twice goes on if either does."""
    is_short = len(text) <= MAX_LITERAL_CHARS
    text = text[:MAX_LITERAL_CHARS]
    stems[text] = is_whole and is_short and stems.get(text, True)


def _shrunk(stems: _Stems) -> _Stems:
    """No more than MAX_LITERALS, by cutting the texts to the greatest length that allows it."""
    if len(stems) <= MAX_LITERALS:
        return stems
    lengths = range(1, MAX_LITERAL_CHARS + 1)
    length = bisect_right(lengths, MAX_LITERALS, key=lambda chars: len({text[:chars] for text in stems}))
    shorter: _Stems = {}
    for text, is_whole in stems.items():
        known = is_whole and len(text) <= length
        shorter[text[:length]] = known and shorter.get(text[:length], True)
    return shorter
