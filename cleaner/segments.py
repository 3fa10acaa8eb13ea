"""Lines, and what a matcher sees of them.

A document is cut at line feeds and nowhere else. A matcher never sees a line as it came but its
*view*: trimmed, white space folded to single spaces, quotes and character width folded, invisible
characters dropped. One page prints `Read more` with a no-break space, the next extractor puts a
list marker before it; a rule should not have to know. Removal always acts on the original, so
nothing here changes a text. What a line *is* (prose, a time, an address) is told by `CLASSES`,
tests of a view alone: they hold whatever stands around the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial

from cleaner.spans import Span

PROSE_MIN_CHARS = 80
"""Characters from which a line with a sentence in it is prose. On 137 development pages 80 makes
prose of 2,277 of 3,015 body lines and of 198 of 1,600 furniture lines; at 60 the furniture grows by a
quarter, at 100 a hundred more body lines are missed."""

DENSE_CHAR_WEIGHT = 2.5
"""What one character of a script that writes a word in one or two characters counts against
PROSE_MIN_CHARS: a Chinese or Japanese sentence says in 32 characters what English says in 80."""

_FEWEST_PROSE_CHARS = PROSE_MIN_CHARS / DENSE_CHAR_WEIGHT

LINES_AT_ONCE = 4_000
"""Lines that are folded together: a page's, and of a huge document no more than a processor's cache holds."""

UNSPACED_PROSE_MIN_CHARS = 60
"""Characters of a script without spaces and full stops (Thai, Lao, Khmer, Burmese) that make prose."""


def split(text: str) -> list[str]:
    """The lines of a text, without their line feeds.

    Only a line feed ends a line: a carriage return belongs to its line, as white space.

    >>> split("a\\r\\nb\\n"), split("a\\n\\n"), split("")
    (['a\\r', 'b'], ['a', ''], [])
    """
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _fold_table() -> dict[int, str | None]:
    """Code point to its replacement, None where the character is dropped."""
    table: dict[int, str | None] = {}
    # Invisible: controls other than white space, soft hyphen, zero-width and direction marks,
    # variation selectors. A line that differs by one of these differs to no reader.
    invisible = [
        (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD), (0x034F, 0x034F),
        (0x061C, 0x061C), (0x180B, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
        (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB),
    ]  # fmt: skip
    for first, last in invisible:
        table.update(dict.fromkeys(range(first, last + 1)))
    # White space, as str.split() knows it, so that both agree on what trimming means.
    spaces = "\t\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
    table.update(dict.fromkeys(map(ord, spaces), " "))
    table.update(dict.fromkeys(range(0x2000, 0x200B), " "))
    table.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
    halfwidth = (
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ"
        "ハヒフヘホマミムメモヤユヨラリルレロワン"
    )
    table.update({0xFF61 + offset: char for offset, char in enumerate(halfwidth)})
    table.update(dict.fromkeys(map(ord, "“”„‟«»＂"), '"'))
    table.update(dict.fromkeys(map(ord, "‘’‚‛‹›ʼ´＇"), "'"))
    return table


FOLDS = _fold_table()
_FOLDED = re.compile("[" + re.escape("".join(map(chr, FOLDS))) + "]")
_WHITE_RUN = re.compile("  +")


def fold(text: str) -> str:
    """White space, quotes and width folded character by character, invisible characters dropped.

    Every character becomes one character or none, so that a match in a view can be traced back.

    >>> fold("DW\u2019s\u00a0Top\u00ad Story \uff21")
    "DW's Top Story A"
    """
    return text.translate(FOLDS) if _FOLDED.search(text) else text


LIST_MARKER = re.compile(r"\s*(?:[•‣◦▪▫■□●○·∙►▶▸→»›>*+–—-]|\(?\d{1,3}[.)])\s+|\s*[•‣▪■●►▶▸]")
"""One list marker at the start of a line, as extractors print them: `  • `, `1. `, `- `. A dash or
a number needs white space after it (`-5 degrees`, `1.5 million` are no list items)."""

_MARKER_STARTS = frozenset("•‣◦▪▫■□●○·∙►▶▸→»›>*+–—-(0123456789")
FOLDED_MARKER_STARTS = frozenset("".join(map(fold, _MARKER_STARTS)))
"""What a view begins with if its line begins with a list marker: a necessary sign, and a cheap one."""


def view(line: str) -> str:
    """What a matcher sees of a line: folded, trimmed, runs of white space as one space.

    >>> view("\\t\u201eMehr\u201c\u00a0 zum  Thema\u200b \\r")
    '"Mehr" zum Thema'
    """
    if not (line.isascii() and line.isprintable()):  # a tab or a NUL is ASCII, but not printable
        line = fold(line)
    if "  " in line:
        line = _WHITE_RUN.sub(" ", line)
    return line.strip(" ")


def views(line: str) -> tuple[str, ...]:
    """The view, and that of the line without one list marker if it bears one.

    The second is what lets a rule for `Skip to content` match `1. Skip to content`; the first comes
    along because a rule may well speak of the marker (`- 1 -`, `1. FC`).

    >>> views("  1. Skip to content"), views("1.5 million"), views(" - ")
    (('1. Skip to content', 'Skip to content'), ('1.5 million',), ('-',))
    """
    return views_of(view(line), line)


def views_of(whole: str, line: str) -> tuple[str, ...]:
    """The views of a line of which the view is known."""
    if whole[:1] not in FOLDED_MARKER_STARTS:
        return (whole,)
    start = bare_start(line)
    bare = view(line[start:]) if start else ""
    return (whole, bare) if bare else (whole,)


def bare_start(line: str) -> int:
    """The code points of a line up to the end of its list marker; 0 if it bears none.

    >>> bare_start("  1. Skip to content"), bare_start("1.5 million")
    (5, 0)
    """
    marker = LIST_MARKER.match(line) if line.lstrip()[:1] in _MARKER_STARTS else None
    return marker.end() if marker else 0


def trace(line: str, start: int = 0) -> tuple[str, list[int]]:
    """The view of `line[start:]`, and for each of its characters the code point of `line` it is.

    A folded run of white space is traced to its first character. One entry more than the view has
    characters: where the last one ends.

    >>> trace(" a\u200b\u00a0 b ")
    ('a b', [1, 3, 5, 6])
    """
    seen: list[str] = []
    origins: list[int] = []
    for index in range(start, len(line)):
        folded = FOLDS.get(ord(line[index]), line[index])
        if folded is None or (folded == " " and (not seen or seen[-1] == " ")):
            continue
        seen.append(folded)
        origins.append(index)
    if seen and seen[-1] == " ":
        seen.pop()
        origins.pop()
    return "".join(seen), [*origins, origins[-1] + 1 if origins else start]


def with_white_space(line: str, spans: Sequence[Span]) -> list[Span]:
    """Sorted, disjoint spans of a line, each with the white space that would be left over.

    White space goes after a span at the line's start (its indentation stays), before one at its
    end, and before one that has white space on both sides: what is left gains no white space at an
    end nor a double one in its middle.

    >>> with_white_space("He won (opens new tab) and left MORE", [Span(7, 22), Span(32, 36)])
    [Span(start=6, end=22), Span(start=31, end=36)]
    >>> with_white_space("  Watch: Now: He won", [Span(2, 8), Span(9, 13)])
    [Span(start=2, end=9), Span(start=9, end=14)]
    """
    edges = [0, *(place for span in spans for place in span), len(line)]
    kept = [number for number in range(0, len(edges), 2) if line[edges[number] : edges[number + 1]].strip()]
    first, last = (kept[0], kept[-1]) if kept else (len(edges), -1)
    for hole in range(1, len(edges) - 1, 2):
        before, after = line[edges[hole - 1] : edges[hole]], line[edges[hole + 1] : edges[hole + 2]]
        if hole < first:
            edges[hole + 1] += len(after) - len(after.lstrip())
        elif hole > last or (after[:1].isspace() and before[-1:].isspace()):
            edges[hole] -= len(before) - len(before.rstrip())
    return [Span(*edges[hole : hole + 2]) for hole in range(1, len(edges) - 1, 2)]


def fold_case(text: str) -> str:
    """Case-folded without a change of length, so that places in it are places in the text.

    Lower case, and one form of each letter that has several (final sigma, long s); the German sharp
    s stays, the dotted capital I becomes i.

    >>> fold_case("ABC \u1e9e \u0130stanbul \u039f\u0394\u039f\u03a3")
    'abc \u00df istanbul \u03bf\u03b4\u03bf\u03c3'
    """
    if text.isascii():
        return text.lower()
    lowered = text.replace("\u0130", "i").lower()  # the only letter whose lower case is longer
    return _CASE_VARIANT.sub(lambda match: CASE_VARIANTS[match[0]], lowered)


CASE_VARIANTS = dict(
    zip(
        "\u0131\u1fd3\u1fe3\ufb05\u00b5\u017f\u0345\u03c2\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88\u1e9b\u1fbe",
        "i\u0390\u03b0\ufb06\u03bcs\u03b9\u03c3\u03b2\u03b8\u03c6\u03c0\u03ba\u03c1\u03b5\u0432\u0434\u043e\u0441\u0442\u0442\u044a\u0463\ua64b\u1e61\u03b9",
        strict=True,
    )
)
"""Lower-case letters whose case folding (Unicode, one character) is another letter."""
_CASE_VARIANT = re.compile("[" + "".join(CASE_VARIANTS) + "]")
_ODD_CASE = re.compile("[\u0130\u03a3" + "".join(CASE_VARIANTS) + "]")


def fold_views(text: str) -> str:
    """The views of all lines of a text at once, save that they are not trimmed.

    Stripped, each line of it is the view of the line; at a fraction of the cost of one by one.
    """
    for char in set(_FOLDED.findall(text)):  # few different ones, and a copy is faster than a pattern
        text = text.replace(char, FOLDS[ord(char)] or "")
    return _WHITE_RUN.sub(" ", text) if "  " in text else text


def view_lines(lines: Sequence[str]) -> list[str]:
    """The views of lines.

    >>> view_lines(["\\t\\u201eMehr\\u201c", "", "a  b\\r"])
    ['"Mehr"', '', 'a b']
    """
    seen: list[str] = []
    for start in range(0, len(lines), LINES_AT_ONCE):
        folded = fold_views("\n".join(lines[start : start + LINES_AT_ONCE])).split("\n")
        seen += [line.strip(" ") for line in folded]
    return seen


def has_odd_case(text: str) -> bool:
    """Whether a text holds a letter that `str.lower` alone does not bring to the form of `fold_case`."""
    return not text.isascii() and _ODD_CASE.search(text) is not None


def _when_asked(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """A pattern that is compiled when it is first called for: start-up is not to wait for rare scripts."""
    return cache(partial(re.compile, pattern, flags))


_OTHER_SCRIPT = re.compile("[^\x00-\u0588\u2010-\u2027]")
"""A character beyond Latin, Greek and Cyrillic letters, dashes and bullets. Most lines have none, and are
spared what looks for the scripts below."""
_DENSE = _when_asked("[\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_UNSPACED = _when_asked("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_SENTENCE_END = re.compile(
    # One leading class, so that the search skips from stop to stop. Then a stop after a word or a closing
    # mark ("3. Mai" ends nothing); and whatever ends the line.
    r"""[.!?\u2026]
    (?: (?: (?<=[^\W\d_].) | (?<=['")\]%\u00b0.!?\u2026].) )['")\]]*(?=\s|$)
      | ['")\]]*$
    )""",
    re.VERBOSE,
)
_UNSPACED_SENTENCE_END = _when_asked(
    # Full stops that need no space after them; ! and ? after dense characters.
    "[\u3002\u061f\u06d4\u0964\u0965\u1362\u104b\u17d4\u0589]|[\u3040-\u9fff\uac00-\ud7af][!?]"
)


def weighted_chars(view: str) -> float:
    """The length of a view, a character of a dense script (Han, kana, Hangul) counted as 2.5.

    >>> weighted_chars("Tokyo"), weighted_chars("\u6771\u4eac")
    (5, 5.0)
    """
    if view.isascii() or not _OTHER_SCRIPT.search(view):
        return len(view)
    return len(view) + len(_DENSE().findall(view)) * (DENSE_CHAR_WEIGHT - 1)


def is_prose(view: str) -> bool:
    """Whether a line is running text: long enough to be a sentence, with the end of one in it.

    The one test behind zones, `max_prose` and the promise that a document never loses all its
    prose. It looks at the line alone. It is no verdict on body or furniture: a teaser may be prose
    and a sub-headline is none. Han, kana and Hangul count 2.5 each; Thai, Lao, Khmer and Burmese
    have no full stop, there a long line is enough.

    >>> is_prose("Read more"), is_prose("Sports  Weather  Traffic  Obituaries  Jobs  Cars  Homes  " * 3)
    (False, False)
    >>> is_prose("The harbour will stay closed until the divers have searched the wreck, the mayor said.")
    True
    >>> is_prose("\u6e2f\u306f\u9589\u9396\u3055\u308c\u3066\u3044\u307e\u3059\u3002" * 4)
    True
    """
    if len(view) < PROSE_MIN_CHARS:
        if len(view) < _FEWEST_PROSE_CHARS or view.isascii():
            return False
        if not _OTHER_SCRIPT.search(view):
            return False
        if weighted_chars(view) < PROSE_MIN_CHARS:
            return _is_long_unspaced(view)
    if _SENTENCE_END.search(view):
        return True
    if view.isascii() or not _OTHER_SCRIPT.search(view):
        return False
    return bool(_UNSPACED_SENTENCE_END().search(view)) or _is_long_unspaced(view)


def _is_long_unspaced(view: str) -> bool:
    return len(_UNSPACED().findall(view)) >= UNSPACED_PROSE_MIN_CHARS


def _whole(pattern: str) -> Callable[[str], bool]:
    compiled = _when_asked(pattern, re.IGNORECASE)
    return lambda view: compiled().fullmatch(view) is not None


_CLOCK = (
    r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?"
    r"(?: (?:uhr|utc|gmt|[cew]es?t|[ecmp][ds]t|bst|ist|jst))?"
)
_DAY = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.] ?\d{1,2}[-/.] ?(?:\d{4}|\d{2})?"
    "|\\d{4} ?[\u5e74\ub144] ?\\d{1,2} ?[\u6708\uc6d4] ?\\d{1,2} ?[\u65e5\uc77c]"
)

CLASSES: dict[str, Callable[[str], bool]] = {
    "any": lambda view: bool(view),
    "prose": is_prose,
    "bullet": _whole(
        r"[\u2022\u2023\u25e6\u25aa\u25ab\u25a0\u25a1\u25cf\u25cb\u00b7\u2219\u25ba\u25b6\u25b8\u2192\u203a>*+\u2013\u2014\"'-]"
    ),
    "symbols": lambda view: bool(view) and not any(map(str.isalnum, view)),
    "number": _whole(r"[+-]?\d[\d.,' ]*(?: ?[kmb%])?"),
    "time": _whole(_CLOCK),
    "date": _whole(rf"(?:{_DAY})(?:(?:,| -| \||t)? ?{_CLOCK})?"),
    "url": _whole(r"(?:https?://|www\.)[^\s]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/[^\s]*"),
    "email": _whole(r"(?:e-?mail: ?)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "handle": _whole(r"@\w{2,30}"),
    "hashtags": _whole(r"#\w+(?:,? #\w+)*"),
}
"""Tests of a whole view by name, for matchers of the form `class`."""

CLASS_MEANINGS: dict[str, str] = {
    "any": "any line that is not blank",
    "prose": "running text: 80 characters or more with the end of a sentence",
    "bullet": "a list marker alone on its line",
    "symbols": "no letter and no digit (***, |, ---)",
    "number": "a number (12, 1,234, 4.5K, 30%)",
    "time": "a time of day or a duration (05:07, 1:02:33, 7.30 pm)",
    "date": "a date in figures, also with a time (2018-04-27, 27.04.2018 10:30)",
    "url": "a web address",
    "email": "an e-mail address",
    "handle": "a user name (@desk)",
    "hashtags": "hash tags (#budget #vote)",
}
