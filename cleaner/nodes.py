"""YAML text to a small tree of nodes, each with its place; all of YAML that could surprise is refused.

The tree is built from the parser's event stream: that does not recurse (nesting deep enough to
crash a C loader is met with a message), and every scalar comes with its line, its column and its
style, so that `On` and `"On"` can be told apart. Nothing is resolved to a number or a truth value.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from cleaner.errors import Location, Problem

MAX_FILE_BYTES = 1_048_576
"""Bytes of a rule file. The largest packs of the field are some 50 kB; a file over this is no pack."""

MAX_DEPTH = 20
"""Nested lists and mappings. The language itself needs eight."""

ALIAS = "*"
"""The style of the scalar that stands in for an alias, which is refused."""

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same events, some ten times as fast


@dataclass(frozen=True, slots=True)
class Scalar:
    """One string. `style` is YAML's: "" is unquoted. `has_tail`: a comment follows on its line."""

    value: str
    location: Location
    style: str = ""
    has_tail: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order in which they are written."""

    entries: tuple[tuple[Scalar, Node], ...]
    location: Location

    def get(self, key: str) -> Node | None:
        """The value of a key, if it is there."""
        return next((value for name, value in self.entries if name.value == key), None)


Node: TypeAlias = Scalar | Items | Mapping


@dataclass(frozen=True, slots=True)
class Tree:
    """One file as nodes. `root` is None where the problems left nothing to go on with."""

    root: Node | None
    problems: tuple[Problem, ...] = ()


class _Unreadable(Exception):
    """Ends the reading of one file; holds the problem."""


def read(path: Path, label: str) -> Tree:
    """The tree of one file; `label` is how messages call it."""
    try:
        return parse(_text(path, label), label)
    except _Unreadable as stop:
        return Tree(None, stop.args)


def _text(path: Path, label: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _Unreadable(Problem("E001", f"cannot be read: {error.strerror}", Location(label))) from None
    if len(content) > MAX_FILE_BYTES:
        message = f"over {MAX_FILE_BYTES:,} bytes: split it into packs, one a site"
        raise _Unreadable(Problem("E003", message, Location(label)))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise _Unreadable(Problem("E002", message, _place_after(good, label))) from None


def _place_after(text: str, label: str) -> Location:
    return Location(label, text.count("\n") + 1, len(text) - text.rfind("\n"))


def parse(text: str, label: str) -> Tree:
    """The tree of one YAML text."""
    builder = _Builder(text, label)
    try:
        for event in yaml.parse(text, Loader=_Parser):
            builder.take(event)
    except _Unreadable as stop:
        return Tree(None, (*builder.problems, *stop.args))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place_of(mark, label)
        problem = Problem("E005", f"not YAML: {error.problem or error.context}", place)
        return Tree(None, (*builder.problems, problem))
    except yaml.reader.ReaderError as error:
        return Tree(None, (_forbidden_character(text, label, error),))
    if builder.root is None:
        builder.report("E004", "empty: a pack begins with 'format: 1'", Location(label))
    return Tree(builder.root, tuple(builder.problems))


def _forbidden_character(text: str, label: str, error: yaml.reader.ReaderError) -> Problem:
    """The parser tells which character, the text tells where."""
    code = error.character if isinstance(error.character, int) else ord(error.character)
    place = _place_after(text[: max(text.find(chr(code)), 0)], label)
    return Problem("E005", f"character U+{code:04X} is not allowed in YAML: write it as an escape", place)


def _place_of(mark: object, label: str) -> Location:
    """A parser's mark, which counts from 0, as a place."""
    return Location(label, getattr(mark, "line", -1) + 1, getattr(mark, "column", -1) + 1)


class _Builder:
    """Stacks of open lists and mappings, fed with events."""

    def __init__(self, text: str, label: str) -> None:
        self.label = label
        self.lines = text.split("\n")
        self.root: Node | None = None
        self.open: list[tuple[Location, bool, list[Node]]] = []
        self.documents = 0
        self.problems: list[Problem] = []

    def take(self, event: yaml.Event) -> None:
        place = _place_of(event.start_mark, self.label)
        self.refuse_surprises(event, place)
        match event:
            case yaml.ScalarEvent():
                self.add(self.scalar(event, place))
            case yaml.AliasEvent():
                self.add(Scalar(f"*{event.anchor}", place, ALIAS))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self.open.append((place, isinstance(event, yaml.MappingStartEvent), []))
                if len(self.open) > MAX_DEPTH:
                    self.stop("E008", f"nested more than {MAX_DEPTH} deep", place)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.close()

    def refuse_surprises(self, event: yaml.Event, place: Location) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.stop("E009", "a second document: one file is one pack", place)
        if getattr(event, "anchor", None):
            message = "anchors and aliases are not read: name a matcher in 'let' and 'use' it"
            self.report("E006", message, place)
        tag = getattr(event, "tag", None)
        if tag:
            self.report("E007", f"tag {tag!r} is not read: write the value without it", place)

    def scalar(self, event: yaml.ScalarEvent, place: Location) -> Scalar:
        style = event.style or ""
        end = _place_of(event.end_mark, self.label)
        rest = self.lines[end.line - 1][end.column - 1 :] if end.line <= len(self.lines) else ""
        has_tail = not style and rest[:1].isspace() and rest.lstrip().startswith("#")
        return Scalar(event.value, place, style, has_tail)

    def close(self) -> None:
        place, is_mapping, values = self.open.pop()
        self.add(self.mapping(values, place) if is_mapping else Items(tuple(values), place))

    def mapping(self, values: list[Node], place: Location) -> Mapping:
        seen: dict[str, int] = {}
        entries: list[tuple[Scalar, Node]] = []
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.report("E103", "a key must be a plain name", key.location)
            elif key.value in seen:
                message = f"duplicate key {key.value!r} (first on line {seen[key.value]})"
                self.report("E010", message, key.location)
            else:
                seen[key.value] = key.location.line
                entries.append((key, value))
        return Mapping(tuple(entries), place)

    def add(self, node: Node) -> None:
        if self.open:
            self.open[-1][2].append(node)
        else:
            self.root = node

    def report(self, code: str, message: str, place: Location) -> None:
        self.problems.append(Problem(code, message, place))

    def stop(self, code: str, message: str, place: Location) -> None:
        raise _Unreadable(Problem(code, message, place))
