"""Rows of JSON Lines: only the text's literal may change, and what stays of it is spelt as before."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner.records import BrokenRow, RowSplitter, cut, is_blank_row, parse_row
from cleaner.spans import without

# Rows, written in many spellings


def escapes_of(char: str) -> list[str]:
    """Every way in which JSON lets one character be written."""
    units = char.encode("utf-16-be", "surrogatepass")
    hexes = [units[place : place + 2].hex() for place in range(0, len(units), 2)]
    forms = ["".join(f"\\u{unit}" for unit in hexes), "".join(f"\\u{unit.upper()}" for unit in hexes)]
    short = {
        '"': '\\"',
        "\\": "\\\\",
        "/": "\\/",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
    }
    if char in short:
        forms.append(short[char])
    if char >= " " and char not in '"\\' and not "\ud800" <= char <= "\udfff":
        forms += [char, char]
    return forms


# Lone surrogates come as low ones only: a high one before it would make a pair, another text.
characters = st.one_of(
    st.sampled_from('ab \n\r\t"\\/\x00\x7fé\u2028\udc00\udfff€漢😀'),
    st.characters(blacklist_categories=["Cs"]),
)
texts = st.text(characters, max_size=30)
white = st.text(" \t\r", max_size=2)
scalars = st.one_of(
    st.sampled_from(
        [
            "1.10",
            "-0.0",
            "1e5",
            "1E+05",
            "123456789012345678901234567890",
            "9" * 5_000,
            "true",
            "false",
            "null",
        ]
    ),
    st.sampled_from([r'"\ud800"', r'"\/"', '"é\\u00e9"', '""', "NaN", "-Infinity"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(st.sampled_from(['"text"', '"a"', '"a"']), inner), max_size=3).map(
            lambda members: "{" + " , ".join(f"{key} : {value}" for key, value in members) + "}"
        ),
    ),
    max_leaves=6,
)


@st.composite
def literals(draw: st.DrawFn) -> tuple[str, str]:
    """A text and one of the literals that spell it."""
    text = draw(texts)
    return text, '"' + "".join(draw(st.sampled_from(escapes_of(char))) for char in text) + '"'


@st.composite
def spans_in(draw: st.DrawFn, length: int) -> list[tuple[int, int]]:
    """Sorted, disjoint, non-empty spans within a length."""
    edges = sorted(draw(st.sets(st.integers(0, length), max_size=6)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """What stands before the text's literal, the literal, what stands after it, and the text."""
    text, literal = draw(literals())
    others = st.tuples(st.sampled_from(['"url"', '"a"', '"a"', '"te\\u0078t2"']), values)
    before, after = draw(st.lists(others, max_size=3)), draw(st.lists(others, max_size=3))
    space = draw(white)
    key = draw(st.sampled_from(['"text"', '"te\\u0078t"']))
    head = draw(st.sampled_from(["", "\ufeff"])) + space + "{" + space
    head += (
        "".join(f"{name}{space}:{value}{space},{space}" for name, value in before) + key + space + ":" + space
    )
    tail = space + "".join(f",{space}{name}:{space}{value}" for name, value in after)
    return head, literal, tail + space + "}" + space + draw(st.sampled_from(["\n", "\r\n", ""])), text


def joined(text: str) -> str:
    """The text with surrogates that stand side by side made one character, as a reader of JSON does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@given(rows(), st.data())
def test_only_the_removed_characters_leave_a_row(row: tuple[str, str, str, str], data: st.DataObject) -> None:
    head, literal, tail, text = row
    raw = (head + literal + tail).encode()
    spans = data.draw(spans_in(len(text)))
    parsed = parse_row(raw, "text")
    assert parsed.text == text
    cleaned = parsed.without(spans)
    assert cleaned.startswith(head.encode())
    assert cleaned.endswith(tail.encode())
    middle = cleaned[len(head.encode()) : len(cleaned) - len(tail.encode())]
    assert json.loads(middle) == joined(without(text, spans))


@given(literals(), st.data())
@example(("a\\u0041b", '"a\\\\u0041b"'), None)
def test_the_kept_characters_keep_their_spelling(spelt: tuple[str, str], data: st.DataObject | None) -> None:
    """Cutting the text of a literal is cutting the pieces of the literal."""
    text, literal = spelt
    spans = data.draw(spans_in(len(text))) if data else [(1, 2), (3, 4)]
    pieces: list[str] = []
    rest = literal[1:-1]
    for char in text:  # the slow, obvious way: eat the literal escape by escape
        piece = next(
            form for form in sorted(escapes_of(char), key=len, reverse=True) if same_start(rest, form)
        )
        pieces.append(rest[: len(piece)])
        rest = rest[len(piece) :]
    assert not rest
    gone = {place for start, end in spans for place in range(start, end)}
    kept = "".join(piece for place, piece in enumerate(pieces) if place not in gone)
    assert cut(literal, text, spans) == f'"{kept}"'


def same_start(literal: str, form: str) -> bool:
    """Whether the literal begins with the form; hexadecimal digits may be in either case."""
    start = literal[: len(form)]
    return start == form or (form.startswith("\\u") and start.lower() == form.lower())


@given(rows())
def test_a_row_that_loses_nothing_is_the_same_bytes(row: tuple[str, str, str, str]) -> None:
    raw = "".join(row[:3]).encode()
    assert parse_row(raw, "text").without([]) is raw


# Rows, one by one


@pytest.mark.parametrize(
    ("raw", "spans", "cleaned"),
    [
        (rb'{"text":"a\ud800b"}', [(0, 1)], rb'{"text":"\ud800b"}'),
        (rb'{"text":"a\ud83d\ude00b"}', [(0, 1)], rb'{"text":"\ud83d\ude00b"}'),
        (rb'{"text":"a\ud83d\ude00b"}', [(1, 2)], rb'{"text":"ab"}'),
        (rb'{"text":"x\/y\u00E9"}', [(0, 1)], rb'{"text":"\/y\u00E9"}'),
        (rb'{"text":"a\\nb"}', [(0, 1)], rb'{"text":"\\nb"}'),
        ('{"text":"é\\u00e9ñ"}'.encode(), [(0, 1)], '{"text":"\\u00e9ñ"}'.encode()),
        (rb'{"text":"all"}', [(0, 3)], rb'{"text":""}'),
    ],
)
def test_spellings(raw: bytes, spans: list[tuple[int, int]], cleaned: bytes) -> None:
    assert parse_row(raw, "text").without(spans) == cleaned


def test_bytes_that_are_not_utf8_pass_where_they_are_allowed() -> None:
    raw = b'{"o":"\xff","text":"a\xe9b\\udce9c"}\n'
    row = parse_row(raw, "text", errors="surrogateescape")
    assert row.text == "a\udce9b\udce9c"
    assert row.without([(0, 1)]) == b'{"o":"\xff","text":"\xe9b\\udce9c"}\n'
    with pytest.raises(BrokenRow, match=r"not UTF-8 at byte 6 of the row \(0xff\); --errors surrogateescape"):
        parse_row(raw, "text")


def test_other_fields_come_as_strings_or_not_at_all() -> None:
    raw = b'{"url":"u","site":5,"lang":null,"x":"y","url":"v","text":""}'
    assert parse_row(raw, "text", ["url", "site", "lang"]).fields == {"url": "v"}


def test_the_field_is_one_of_the_rows_own() -> None:
    """A field of that name deeper in the row is another."""
    row = parse_row(b'{"meta":{"text":"no"},"text":"yes"}', "text")
    assert row.text == "yes"
    assert row.without([(0, 2)]) == b'{"meta":{"text":"no"},"text":"s"}'


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"hello", r"not JSON: expecting value \(character 1 of the row\)"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"{", "a key in double quotes is missing"),
        (b'{"text":"a"', r"',' is missing \(character 12 "),
        (b'{"text":"a",}', "a key is missing after the comma"),
        (b'{"text":"a" "b":1}', r"',' is missing \(character 13 "),
        (b'{"text" "a"}', r"':' is missing"),
        (b'{text:"a"}', "a key in double quotes is missing"),
        (b'{"text":"a"} {}', r"more text after the object \(character 14 "),
        (b'{"text":"a\tb"}', "invalid control character"),
        (b'{"text":"a', "unterminated string"),
        (b'{"text":"\\x"}', "invalid \\\\escape"),
        (b'{"text":01}', "',' is missing"),
        (b'{"text":"a","b":}', "expecting value"),
        (b'{"text":"a","b":' + b"[" * 100_000, "nested too deeply"),
        (b"{}", "no field 'text'; it has no field at all"),
        (b'{"a":1,"b":2}', "no field 'text'; it has 'a', 'b'"),
        (b'{"text":null}', "the field 'text' is null, not a string"),
        (b'{"text":7}', "the field 'text' is a number, not a string"),
        (b'{"text":["a"]}', "the field 'text' is a list, not a string"),
        (b'{"text":"a","text":"b"}', "the field 'text' stands 2 times in it"),
        (b'{"text":"\xff"}', "not UTF-8 at byte 9"),
    ],
)
def test_broken_rows(raw: bytes, message: str) -> None:
    with pytest.raises(BrokenRow, match=message) as caught:
        parse_row(raw, "text")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@given(st.binary(max_size=40) | st.text('{}[]":,\\u0text \n1e-', max_size=40).map(str.encode))
def test_no_row_does_worse_than_be_broken(raw: bytes) -> None:
    """Whatever is taken for a row is one to the json library as well, and the reverse."""
    try:
        text = parse_row(raw, "text").text
    except BrokenRow:
        with pytest.raises((ValueError, KeyError, TypeError)):
            assert_has_text(raw)
    else:
        assert json.loads(raw.decode().removeprefix("\ufeff"))["text"] == text


def assert_has_text(raw: bytes) -> None:
    """Raise unless the row is an object whose one text is a string."""
    body = raw.decode().removeprefix("\ufeff")
    members = json.loads(body, object_pairs_hook=list)
    if not body.lstrip().startswith("{") or [type(value) for key, value in members if key == "text"] != [str]:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("raw", "is_blank"), [(b"", True), (b"\n", True), (b" \t\r\n", True), (b"\x0b\n", False)]
)
def test_blank_rows(raw: bytes, is_blank: bool) -> None:
    assert is_blank_row(raw) is is_blank


# Streams


@given(
    st.lists(st.sampled_from([b"{}", b"a\rb", b"", b"\xff", b"x" * 50]), max_size=8).map(b"\n".join),
    st.lists(st.integers(1, 60), max_size=20),
)
def test_rows_come_whole_and_in_order_however_they_arrive(content: bytes, sizes: list[int]) -> None:
    splitter = RowSplitter()
    rows: list[bytes] = []
    rest = content
    for size in [*sizes, len(content)]:
        piece, rest = rest[:size], rest[size:]
        rows += splitter.add(piece)
        seen = content[: len(content) - len(rest)]
        assert len(rows) == seen.count(b"\n"), "a row that is complete waits for nothing"
    rows += splitter.rest()
    assert b"".join(rows) == content
    assert all(row.index(b"\n") == len(row) - 1 for row in rows[:-1])


def test_a_row_may_be_longer_than_any_read() -> None:
    row = b'{"text":"' + b"x" * 1_000_000 + b'"}\n'
    splitter = RowSplitter()
    rows = [
        found for start in range(0, len(row), 1_000) for found in splitter.add(row[start : start + 1_000])
    ]
    assert rows == [row]
