"""JSON Lines rows whose text changes while every other byte stays as it came.

Reading a row with a JSON library and writing it back turns 1.10 into 1.1, rounds integers of 30 digits,
drops the first of two equal keys and respells every escape: a corpus that went through it differs
in rows that nobody meant to touch. So a row is never written back. It is read only to find where the
text field's string literal stands; what is to go is cut out of that literal, in the bytes that came
in, and the characters that stay keep the spelling they had. What to cut is for others to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from cleaner.errors import InputError
from cleaner.spans import without

BATCH_BYTES = 1 << 18
"""Bytes to ask for in one read. Four times what a pipe holds, so that one read empties it; memory stays
flat at a few batches however long the stream is."""

SHOWN_KEYS_COUNT = 6
"""Keys of a row that an error names when the text field is not among them."""

# Numbers stay strings: a float would lose digits for nothing, and int() refuses over 4,300 of them.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_scan_value = _DECODER.scan_once  # type: ignore[attr-defined]  # what raw_decode calls
_SPELLINGS = (json.JSONEncoder(ensure_ascii=False).encode, json.JSONEncoder(ensure_ascii=True).encode)
_WHITE = re.compile(r"[ \t\r\n]*")
_OPENING = re.compile(r"\ufeff?[ \t\r\n]*\{[ \t\r\n]*")
_PLAIN_KEY = re.compile(r'"([^"\\\x00-\x1f]*)"[ \t\r\n]*:[ \t\r\n]*')
_NEXT_KEY = re.compile(r'[ \t\r\n]*,[ \t\r\n]*"([^"\\\x00-\x1f]*)"[ \t\r\n]*:[ \t\r\n]*')
_CLOSING = re.compile(r"[ \t\r\n]*\}[ \t\r\n]*\Z")
_ESCAPE = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.")
_BYTE_ORDER_MARK = "\ufeff"
_TYPE_NAMES = {"n": "null", "t": "true", "f": "false", "[": "a list", "{": "an object"}


Member: TypeAlias = tuple[str, object, int, int]
"""One `"key": value` of a row's object: key, value, and where in the decoded row the value stands."""


class BrokenRow(InputError):
    """A row that cannot be cleaned: not JSON, not an object, or without one string as its text."""


class Row(NamedTuple):
    """One row that can be cleaned: its bytes, its text, and those of the other fields asked for that
    hold a string. The text's literal, quotes included, is `start:end` of the decoded row."""

    raw: bytes
    text: str
    fields: dict[str, str]
    start: int
    end: int
    errors: str

    def without(self, spans: Sequence[tuple[int, int]]) -> bytes:
        r"""The row's bytes minus sorted, disjoint spans of its text.

        >>> parse_row(b'{"n": 1.10, "text": "caf\\u00e9 \\/ bar"}\r\n', "text").without([(4, 7)])
        b'{"n": 1.10, "text": "caf\\u00e9bar"}\r\n'
        """
        if not spans:
            return self.raw
        body = self.raw.decode("utf-8", self.errors)
        literal = cut(body[self.start : self.end], self.text, spans)
        return (body[: self.start] + literal + body[self.end :]).encode("utf-8", self.errors)


def is_blank_row(raw: bytes) -> bool:
    r"""Whether a row holds nothing but JSON's white space: it is no record, and passes through.

    >>> is_blank_row(b" \r\n"), is_blank_row(b"{}\n")
    (True, False)
    """
    return not raw.strip(b" \t\r\n")


def parse_row(raw: bytes, text_field: str, wanted: Collection[str] = (), errors: str = "strict") -> Row:
    """Find the text of a row, and the strings among its `wanted` fields.

    Raises BrokenRow with what is wrong. Of two equal keys the last counts, as for most readers of
    JSON, save for the text: there the user would not know which of the two was cleaned. A text that is
    null is a broken row too, since nobody can say that it was cleaned. `errors` is what happens to
    bytes that are not UTF-8, as in `bytes.decode`.

    >>> parse_row(b'{"url": "https://a.example/1", "text": "One"}', "text", ["url"]).fields
    {'url': 'https://a.example/1'}
    """
    body = _decode(raw, errors)
    members = _plain_members(body) or list(_members(body))
    texts = [member for member in members if member[0] == text_field]
    if len(texts) != 1:
        raise BrokenRow(_why_no_text(text_field, len(texts), members))
    _, text, start, end = texts[0]
    if body[start] != '"':
        name = _TYPE_NAMES.get(body[start], "a number")
        raise BrokenRow(f"the field {text_field!r} is {name}, not a string")
    fields = {key: str(value) for key, value, at, _ in members if key in wanted and body[at] == '"'}
    return Row(raw, str(text), fields, start, end, errors)


def _decode(raw: bytes, errors: str) -> str:
    try:
        return raw.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise BrokenRow(
            f"not UTF-8 at byte {error.start} of the row (0x{raw[error.start]:02x}); "
            "--errors surrogateescape passes such bytes through"
        ) from None


def _why_no_text(text_field: str, count: int, members: Sequence[Member]) -> str:
    if count:
        return f"the field {text_field!r} stands {count} times in it"
    keys = [repr(key) for key, *_ in members[:SHOWN_KEYS_COUNT]]
    more = ", ..." if len(members) > SHOWN_KEYS_COUNT else ""
    return f"no field {text_field!r}; it has {', '.join(keys) + more or 'no field at all'}"


def _plain_members(body: str) -> list[Member] | None:
    """The members of a row as nearly every writer writes it; None if it is any other.

    A quarter of the time of `_members`, which alone knows what is wrong with a row: keys without
    escapes are read together with the marks around them, and the values as there.
    """
    members: list[Member] = []
    opening = _OPENING.match(body)
    key = _PLAIN_KEY.match(body, opening.end()) if opening else None
    try:
        while key:
            start = key.end()
            value, end = _scan_value(body, start)
            members.append((key[1], value, start, end))
            key = _NEXT_KEY.match(body, end)
    except (StopIteration, ValueError, RecursionError):  # no value, a broken one, one that is too deep
        return None
    return members if members and _CLOSING.match(body, end) else None


def _members(body: str) -> Iterator[Member]:
    """The members of the one object that a row is, in order.

    The values are read by the json library: whatever it takes is JSON here, NaN and Infinity included,
    which Python and others write. A byte order mark may come first, as many a Windows tool leaves it.
    """
    at = _skip_white(body, len(_BYTE_ORDER_MARK) if body.startswith(_BYTE_ORDER_MARK) else 0)
    if not body.startswith("{", at):
        _read_value(body, at)
        raise BrokenRow("not a JSON object")
    at = _skip_white(body, at + 1)
    while not body.startswith("}", at):
        if not body.startswith('"', at):
            raise _not_json("a key in double quotes is missing", at)
        key, at = _read_value(body, at)
        start = _skip_white(body, _skip(body, ":", at))
        value, end = _read_value(body, start)
        yield str(key), value, start, end
        at = _skip_white(body, end)
        if not body.startswith("}", at):
            at = _skip_white(body, _skip(body, ",", at))
            if body.startswith("}", at):
                raise _not_json("a key is missing after the comma", at)
    at = _skip_white(body, at + 1)
    if at != len(body):
        raise _not_json("more text after the object", at)


def _read_value(body: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(body, at)
    except json.JSONDecodeError as error:
        raise _not_json(error.msg[:1].lower() + error.msg[1:], error.pos) from None
    except RecursionError:
        raise BrokenRow("nested too deeply to be read") from None


def _skip_white(body: str, at: int) -> int:
    white = _WHITE.match(body, at)
    return white.end() if white else at


def _skip(body: str, mark: str, at: int) -> int:
    at = _skip_white(body, at)
    if not body.startswith(mark, at):
        raise _not_json(f"{mark!r} is missing", at)
    return at + 1


def _not_json(what: str, at: int) -> BrokenRow:
    return BrokenRow(f"not JSON: {what} (character {at + 1} of the row)")


def cut(literal: str, text: str, spans: Sequence[tuple[int, int]]) -> str:
    r"""A JSON string literal minus sorted, disjoint spans of the text that it spells.

    In nearly every literal all escapes are of two characters, and a count of backslashes tells a place.
    One with `\u` or a backslash of the text's own is spelt again piece by piece, in both ways that are common
    (escapes for all but ASCII, or for the necessary alone). What neither gives is cut where its escapes
    say, one by one. All three give the same; the last takes some twenty times as long.

    A high and a low surrogate that stood apart, each alone, and come to stand side by side spell one
    character from then on: JSON has no way to write them otherwise.

    >>> cut('"a\\tb\\u0063 d"', "a\tbc d", [(1, 2), (4, 5)])
    '"ab\\u0063d"'
    """
    offsets = [offset for span in spans for offset in span]
    # Each short escape is one character longer than what it spells, so if there are as many backslashes as
    # characters too many and none is spelt, all are short.
    if "\\" not in text and len(literal) - 2 - len(text) == literal.count("\\"):
        places = _places_among_short_escapes(literal, offsets)
        return without(literal, zip(places[::2], places[1::2], strict=True))
    for spell in _SPELLINGS if literal.isascii() else _SPELLINGS[:1]:
        pieces = [spell(text[start:end])[1:-1] for start, end in pairwise([0, *offsets, len(text)])]
        if f'"{"".join(pieces)}"' == literal:
            return f'"{"".join(pieces[::2])}"'
    places = _places(literal, offsets)
    return without(literal, zip(places[::2], places[1::2], strict=True))


def _places_among_short_escapes(literal: str, offsets: Sequence[int]) -> list[int]:
    r"""Where in a literal these characters of its text begin, if each backslash makes one character of two.

    Each backslash before a place moves it on by one, and may bring further ones before it.

    >>> _places_among_short_escapes(r'"a\n\"b"', range(5))
    [1, 2, 4, 6, 7]
    """
    places: list[int] = []
    counted = shift = 1  # backslashes are counted up to here; the opening quote, and one for each of them
    for offset in offsets:
        while offset + shift > counted:
            end = offset + shift
            shift += literal.count("\\", counted, end)
            counted = end
        places.append(offset + shift)
    return places


def _places(literal: str, offsets: Sequence[int]) -> list[int]:
    """Where in a literal these characters of its text begin; `offsets` do not decrease."""
    places: list[int] = []
    shift = 1  # the opening quote, and from then on what the escapes so far are longer than characters
    for escape in _ESCAPE.finditer(literal):
        while len(places) < len(offsets) and offsets[len(places)] + shift <= escape.start():
            places.append(offsets[len(places)] + shift)
        shift += escape.end() - escape.start() - 1
    return places + [offset + shift for offset in offsets[len(places) :]]


class RowSplitter:
    r"""Bytes in as they arrive, whole rows out, each with its line feed.

    >>> splitter = RowSplitter()
    >>> splitter.add(b'{}\n[]\r\n{"a"'), splitter.add(b": 1"), splitter.add(b"}\n"), splitter.rest()
    ([b'{}\n', b'[]\r\n'], [], [b'{"a": 1}\n'], [])
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, chunk: bytes) -> list[bytes]:
        """The rows that these bytes complete."""
        complete, line_feed, rest = chunk.rpartition(b"\n")
        rows: list[bytes] = []
        if line_feed:
            rows = [row + b"\n" for row in b"".join([*self._pieces, complete]).split(b"\n")]
            self._pieces = []
        if rest:
            self._pieces.append(rest)
        return rows

    def rest(self) -> list[bytes]:
        """The last row, if it has no line feed."""
        return [b"".join(self._pieces)] if self._pieces else []
