"""Nodes against shapes: every problem of one file's structure, with the way out.

This walks a tree beside the tables of `cleaner.grammar` and reports; it builds nothing. What it
lets pass, the loader may read without looking again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from cleaner import grammar
from cleaner.errors import Location, Problem
from cleaner.grammar import Choice, Either, Many, Name, Named, Record, Ref, Shape, Text, Truth, Whole
from cleaner.nodes import ALIAS, Items, Mapping, Node, Scalar

# What YAML 1.1 or 1.2 readers make of unquoted text: truth values, null, numbers in all bases and
# in base 60 (10:30), timestamps, the merge and default keys.
_CHANGED_UNQUOTED = re.compile(
    r"""(?i:y|n|yes|no|on|off|true|false|null|~|=|<<|)
    | [-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    | (?=.*[0-9])[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:[eE][-+]?[0-9]+)? | [-+]?\.(?i:inf) | \.(?i:nan)
    | \d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)[\d:.]+(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?
    """,
    re.VERBOSE,
)

_NO_NAME_UNQUOTED = re.compile(r"true|false|null|0x[0-9a-f]+|0o[0-7]+|[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?")
"""What a reader of YAML 1.2 takes for something else than a name; `no` (Norwegian) and dates it leaves."""


def nearest(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'exact'?)` for a slip of the pen, else nothing.

    >>> nearest("extact", ["exact", "prefix"]), nearest("xyz", ["exact"])
    (" (did you mean 'exact'?)", '')
    """
    close = get_close_matches(name, sorted(map(str, known)), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


def check(node: Node, shape: Shape) -> Iterator[Problem]:
    """Every problem of a node against a shape, in file order save for missing keys."""
    if isinstance(node, Scalar) and node.style == ALIAS:
        return  # refused where it was read
    match shape:
        case Ref(name):
            yield from check(node, grammar.SHAPES[name])
        case Either(scalar, record):
            yield from check(node, record if isinstance(node, Mapping) else scalar)
        case Record():
            yield from _check_record(node, shape)
        case Named(what, of):
            yield from _check_named(node, what, of)
        case Many():
            yield from _check_many(node, shape)
        case _:
            yield from _check_scalar(node, shape)


def _check_record(node: Node, shape: Record) -> Iterator[Problem]:
    if not isinstance(node, Mapping):
        yield Problem("E103", f"a {shape.what} is a mapping of keys to values", node.location)
        return
    for key, value in node.entries:
        field = shape.fields.get(key.value)
        if field is None:
            message = f"unknown key {key.value!r} in {shape.what}{nearest(key.value, shape.fields)}"
            yield Problem("E101", message, key.location)
        else:
            yield from check(value, field.shape)
    present = {key.value for key, _ in node.entries}
    for name, field in shape.fields.items():
        if field.required and name not in present:
            code = "E107" if name.startswith("max_") else "E102"
            yield Problem(code, f"{shape.what} lacks {name!r}: {field.meaning}", node.location)
    yield from _check_exactly_one(node, shape, present)


def _check_exactly_one(node: Mapping, shape: Record, present: set[str]) -> Iterator[Problem]:
    chosen = [key for key, _ in node.entries if key.value in shape.exactly_one]
    if len(chosen) > 1:
        names = " and ".join(repr(key.value) for key in chosen)
        message = f"a {shape.what} has exactly one of {', '.join(shape.exactly_one)}; here are {names}"
        yield Problem(shape.one_code, message, chosen[1].location)
    elif shape.exactly_one and not chosen and present <= shape.fields.keys():
        message = f"{shape.what} lacks one of {', '.join(shape.exactly_one)}"
        yield Problem(shape.one_code, message, node.location)


def _check_named(node: Node, what: str, of: Shape) -> Iterator[Problem]:
    if not isinstance(node, Mapping):
        yield Problem("E103", f"{what!r} is a mapping of names to values", node.location)
        return
    for key, value in node.entries:
        yield from _check_scalar(key, Name("id"))
        yield from check(value, of)


def _check_many(node: Node, shape: Many) -> Iterator[Problem]:
    if not isinstance(node, Items):
        if shape.or_one:
            yield from check(node, shape.of)
        else:
            yield Problem("E103", "a list is wanted here", node.location)
        return
    count = len(node.values)
    if count < shape.low or count > shape.high:
        wanted = str(shape.low) if shape.low == shape.high else f"at least {shape.low}"
        yield Problem("E108", f"a list of {wanted} is wanted here, not of {count}", node.location)
    for value in node.values:
        yield from check(value, shape.of)


def _check_scalar(node: Node, shape: Shape) -> Iterator[Problem]:
    if not isinstance(node, Scalar):
        found = "a list" if isinstance(node, Items) else "a mapping"
        yield Problem("E103", f"{_wanted(shape)} is wanted here, not {found}", node.location)
        return
    match shape:
        case Text():
            yield from _check_text(node)
        case Name(pattern):
            regex, description = grammar.NAME_PATTERNS[pattern]
            if not node.style and _NO_NAME_UNQUOTED.fullmatch(node.value):
                message = f"unquoted {node.value} is no name to every YAML reader: write '{node.value}'"
                yield Problem("E104", message, node.location)
            elif len(node.value) > 253 or not re.fullmatch(regex, node.value):
                yield Problem("E209", f"{node.value[:80]!r} is not {description}", node.location)
        case Choice(meanings, what):
            if node.value not in meanings:
                known = ", ".join(meanings)
                message = f"unknown {what} {node.value!r}{nearest(node.value, meanings)}; known: {known}"
                yield Problem("E201", message, node.location)
        case Whole(low, high):
            if (
                node.style
                or not re.fullmatch(r"[0-9]{1,9}", node.value)
                or not low <= int(node.value) <= high
            ):
                message = f"a whole number from {low:,} to {high:,} is wanted here, not {node.value!r}"
                yield Problem("E107", message, node.location)
        case Truth():
            if node.style or node.value not in ("true", "false"):
                yield Problem("E103", f"true or false is wanted here, not {node.value!r}", node.location)


def _check_text(node: Scalar) -> Iterator[Problem]:
    if not node.value.strip():
        message = "empty text matches nothing and says nothing: fill it in, or delete the key"
        yield Problem("E108", message, node.location)
    elif not node.style and _CHANGED_UNQUOTED.fullmatch(node.value):
        message = f"unquoted {node.value} is no text to every YAML reader: write '{node.value}'"
        yield Problem("E104", message, node.location)
    elif node.has_tail:
        message = (
            f"the text ends at ' #', a comment follows: quote it, '{node.value} #...', or move the comment"
        )
        yield Problem("E104", message, node.location)


def _wanted(shape: Shape) -> str:
    match shape:
        case Choice(_, what):
            return f"a {what}"
        case Name(pattern):
            return f"a {pattern}"
        case Whole():
            return "a whole number"
        case Truth():
            return "true or false"
    return "text"


def at_offset(node: Scalar, offset: int) -> Location:
    """Where a character of a scalar stands in the file, as near as its style lets us tell.

    Exact for unquoted and quoted text on one line without escapes before it.
    """
    path, line, column = node.location
    return Location(path, line, column + offset + (node.style in ("'", '"')))
