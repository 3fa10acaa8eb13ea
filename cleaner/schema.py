"""The rule language as JSON Schema (draft 7), for editors to complete, explain and check packs.

It is generated from the tables of `cleaner.grammar`, which the loader checks files against, so both say the
same of a pack's structure. It is strict: no key that the language does not know, one branch for each
operation and each form of matcher. What a schema cannot say, the loader finds alone: see BEYOND.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from cleaner import grammar
from cleaner.grammar import Choice, Either, Field, Many, Name, Named, Record, Ref, Shape, Text, Truth, Whole

FILE_NAME = "pack.schema.json"
"""The schema's name beside the packs' folders."""

MAX_NAME_CHARS = 253
"""Characters of a name, as of a host's."""

BEYOND: dict[str, str] = {
    "E001": "a file that cannot be read",
    "E002": "bytes that are not UTF-8",
    "E003": "a file over the limit",
    "E004": "an empty file",
    "E005": "what is not YAML",
    "E006": "anchors and aliases",
    "E007": "tags",
    "E008": "nesting over the limit",
    "E009": "a second document",
    "E010": "a key that stands twice",
    "E104": "text that needs quotes, or a comment that would be cut off",
    "E107": "numbers that contradict each other: min_chars over max_chars, [most, least]",
    "E108": "text of invisible characters",
    "E109": "an inline matcher that is no span, deeper down or by its name in let; a cut in a zone of: body",
    "E110": "an example whose lines lack their marks",
    "E202": "the name of a pack that is not there",
    "E203": "the name of a rule that is not there",
    "E204": "a name that let does not have",
    "E205": "uses that go in a circle",
    "E206": "an id that is taken",
    "E207": "a pack that is there already",
    "E208": "a pack that is not called as its file",
    "E210": "a known_by line that another pack has",
    "E211": "known_by without sites, or with keep or disable",
    "E212": "a host that no name service would take",
    "E301": "a regex that is wrong or outside the subset",
    "E302": "an inline pattern without a literal",
    "E303": "a regex that the engine refuses",
}
"""Codes of what the loader finds in files that the schema takes."""

Node: TypeAlias = dict[str, Any]


def schema() -> Node:
    """The schema of one pack.

    >>> schema()["properties"]["format"]["maximum"]
    1
    """
    head = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "cleaner rule pack",
        "description": "One file of rules that say which lines of web pages are furniture",
    }
    definitions = {"matcher": _of(grammar.MATCHER), "rule": _of(grammar.RULE)}
    return {**head, **_of(grammar.PACK), "definitions": definitions}


def render() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def _of(shape: Shape) -> Node:
    match shape:
        case Ref(name):
            return {"$ref": f"#/definitions/{name}"}
        case Either(scalar, record):
            return {"anyOf": [_of(scalar), _of(record)]}
        case Record():
            return _record(shape)
        case Named(_, of):
            return {"type": "object", "propertyNames": _of(Name("id")), "additionalProperties": _of(of)}
        case Many(of, low, high, or_one):
            many = {"type": "array", "items": _of(of), "minItems": low, "maxItems": high}
            return {"anyOf": [_of(of), many]} if or_one else many
    return _scalar(shape)


def _scalar(shape: Shape) -> Node:
    match shape:
        case Name(pattern):
            regex, description = grammar.NAME_PATTERNS[pattern]
            return {
                "type": "string",
                "pattern": f"^(?:{_portable(regex)})$",
                "maxLength": MAX_NAME_CHARS,
                "description": description,
            }
        case Choice(meanings):
            return {"oneOf": [{"const": str(name), "description": why} for name, why in meanings.items()]}
        case Whole(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case Truth():
            return {"type": "boolean"}
        case Text():
            return {"type": "string", "pattern": r"\S"}
    raise AssertionError(shape)


def _portable(regex: str) -> str:
    """A pattern whose `\\w` takes foreign letters in editors, too: there it stands for ASCII alone."""
    return regex.replace(r"\w", "0-9A-Za-z_\u00aa-\uffff")


def _record(shape: Record) -> Node:
    """One object; where exactly one key of several must be there, one branch for each of them."""
    if not shape.exactly_one:
        return _object(shape.fields)
    return {"type": "object", "oneOf": [_branch(shape, name) for name in shape.exactly_one]}


def _branch(shape: Record, chosen: str) -> Node:
    others = set(shape.exactly_one) - {chosen} | _foreign(shape, chosen)
    fields = {name: field for name, field in shape.fields.items() if name not in others}
    made = _object(fields, chosen, *_companions(shape, chosen))
    return {"title": chosen, "description": shape.fields[chosen].meaning, **made}


def _foreign(shape: Record, chosen: str) -> set[str]:
    """Keys that go with others of a record's operations or forms, but not with this one."""
    if shape is grammar.MATCHER:
        return {"ignore_case"} if chosen == "class" else set()
    if shape is not grammar.RULE:
        return set()
    refused = {
        "kind": chosen == "keep",
        "zone": chosen not in grammar.ZONED_OPERATIONS,
        "touching": chosen not in grammar.TOUCHING_OPERATIONS,
    }
    return {name for name, is_refused in refused.items() if is_refused}


def _companions(shape: Record, chosen: str) -> tuple[str, ...]:
    """Keys that must stand beside this one: what removes something says of what kind it is."""
    return ("kind",) if shape is grammar.RULE and chosen != "keep" else ()


def _object(fields: Mapping[str, Field], *needed: str) -> Node:
    required = [name for name, field in fields.items() if field.required or name in needed]
    made: Node = {"type": "object", "additionalProperties": False}
    if required:
        made["required"] = required
    return {**made, "properties": {name: _field(field) for name, field in fields.items()}}


def _field(field: Field) -> Node:
    """A key's value, with what the key is for. Beside `$ref` draft 7 reads nothing, so that is wrapped."""
    made = _of(field.shape)
    return {**({"allOf": [made]} if "$ref" in made else made), "description": field.meaning}
