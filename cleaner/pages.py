"""Texts to measure on: rows of JSON Lines with what is known of each text, or plain text files.

A row is an object with `text` (what an extractor left of a page), `body` (what of it is the article),
or both; and what else is known: `id`, `url`, `site`, `language`, `extractor`, `date`, and `lines`, the labels
of its lines as `[number from 1, keep | remove | neutral, kind]`. Other fields are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cleaner.errors import InputError
from cleaner.stacks import host_of

LABELS = frozenset({"keep", "remove", "neutral"})


@dataclass(frozen=True, slots=True)
class Label:
    """What a line of a text is: body to `keep`, furniture to `remove`, or `neutral`; and its kind."""

    number: int
    what: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """One text and what is known of it. `where` says which row or file it is, for messages."""

    where: str
    text: str
    body: str = field(default="", repr=False)
    id: str = ""
    site: str = ""
    url: str = ""
    language: str = ""
    extractor: str = ""
    date: str = ""
    labels: tuple[Label, ...] = field(default=(), repr=False)

    @property
    def host(self) -> str | None:
        """The host of its URL, else its site; None if neither is known."""
        for address in (self.url, self.site):
            if address:
                try:
                    return host_of(address)
                except InputError as error:
                    raise InputError(f"{self.where}: {error}") from None
        return None


def parse_page(raw: bytes, where: str, needed: Iterable[str] = (), body_field: str = "body") -> Page:
    """The page of one row, which must have the `needed` fields. Raises InputError.

    >>> parse_page(b'{"text": "One", "url": "https://a.example/1", "views": 3}', "a.jsonl:1").host
    'a.example'
    """
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8 at byte {error.start} of the row") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}") from None
    if not isinstance(row, dict):
        raise InputError(f"{where}: not a JSON object")
    for name in needed:
        if not isinstance(row.get(name), str):
            names = ", ".join(map(repr, row)) or "no field at all"
            raise InputError(f"{where}: the field {name!r} is missing or no string; it has {names}")
    text = _string(row, "text")
    return Page(
        where,
        text,
        _string(row, body_field),
        str(row.get("id", "")),
        _string(row, "site"),
        _string(row, "url"),
        _string(row, "language") or _string(row, "lang"),
        _string(row, "extractor"),
        _string(row, "date"),
        tuple(_labels(row.get("lines") or (), text, where)),
    )


def _string(row: dict[str, object], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _labels(entries: object, text: str, where: str) -> Iterator[Label]:
    line_count = text.count("\n") + 1
    wrong = InputError(f"{where}: 'lines' is a list of [line number, keep | remove | neutral, kind]")
    if not isinstance(entries, list | tuple):
        raise wrong
    for entry in entries:
        match entry:
            case [int(number), str(what), kind] if 1 <= number <= line_count and what in LABELS:
                yield Label(number, what, str(kind or ""))
            case _:
                raise wrong
