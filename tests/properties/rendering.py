"""Rule sets back into the YAML that an author would have written, every text quoted.

With it "any rule set that loads" is taken at its word: what the strategies draw as values is written
down, loaded and must come out as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from cleaner.rules import (
    Block,
    Cut,
    Form,
    Inline,
    Keep,
    Line,
    Matcher,
    Pack,
    Rule,
    RuleSet,
    Sequence,
    Step,
    Zone,
)

MOST_NAMES = 2
"""Names in a pack's `let` after which alternatives are written in place: both ways want testing."""


def write(ruleset: RuleSet, folder: Path) -> Path:
    """Write each pack into its file, where its name says that it belongs. Returns the folder."""
    for pack in ruleset.packs:
        layer, dot, stem = pack.name.partition(".")
        in_layer = dot and layer in ("kit", "lang")
        path = folder / layer / f"{stem}.yaml" if in_layer else folder / f"{pack.name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(pack), encoding="utf-8")
    return folder


def render(pack: Pack) -> str:
    """One pack as YAML. Its first alternatives go through `let` and `use`, the others are `any_of`."""
    let: dict[str, object] = {}
    rules = [_rule(rule, let) for rule in pack.rules]
    tree = {
        "format": 1,
        "pack": _Name(pack.name),
        "title": pack.title,
        "sites": list(pack.sites),
        "languages": [_Name(tag) for tag in pack.languages],
        "extractors": [_Name(name) for name in pack.extractors],
        "uses": [_Name(name) for name in pack.uses],
        "only_used": pack.only_used,
        "known_by": list(pack.known_by),
        "disable": [_Name(name) for name in pack.disable],
        "let": let,
        "rules": rules,
    }
    return "\n".join(_block({key: value for key, value in tree.items() if value})) + "\n"


class _Name(str):
    """A name of the language, written without quotes."""


def _rule(rule: Rule, let: dict[str, object]) -> dict[str, object]:
    tree: dict[str, object] = {"id": _Name(rule.id), "why": rule.why}
    if rule.kind is not None:
        tree["kind"] = _Name(rule.kind)
    if rule.zone is not None:
        tree["zone"] = _zone(rule.zone)
    match rule.operation:
        case Line(matcher):
            tree["line"] = _matcher(matcher, let)
        case Keep(matcher):
            tree["keep"] = _matcher(matcher, let)
        case Inline(matcher, at):
            tree["inline"] = {"at": _Name(at), **_matcher(matcher, let)}
        case Sequence(steps, touching):
            tree["sequence"] = [_step(step, _matcher(step.drop, let)) for step in steps]
            tree |= {"touching": True} if touching else {}
        case Block(first, last, max_lines):
            ends = {"from": _matcher(first, let), "to": _matcher(last, let)}
            tree["block"] = {**ends, "max_lines": max_lines}
        case Cut(landmark, to_end, max_prose):
            side = "from" if to_end else "to"
            tree["cut"] = {side: _matcher(landmark, let), "max_prose": max_prose}
    return tree


def _zone(zone: Zone) -> object:
    """A zone in its short form, if it has one. That of the body is written from its end."""
    if zone.of == "body":
        return {"of": _Name(zone.of), zone.side: zone.spared}
    return {zone.side: zone.spared} if zone.spared else _Name(zone.side)


def _step(step: Step, drop: dict[str, object]) -> dict[str, object]:
    counts = (step.min_count, step.max_count)
    return {"drop": drop} if counts == (1, 1) else {"drop": drop, "repeat": list(counts)}


def _matcher(matcher: Matcher, let: dict[str, object]) -> dict[str, object]:
    tree: dict[str, object] = {}
    if matcher.form is Form.ANY_OF:
        children = [_matcher(child, let) for child in matcher.any_of]
        tree |= {"any_of": children} if len(let) > MOST_NAMES else {"use": _named(children, let)}
    else:
        tree[matcher.form] = list(
            map(_Name, matcher.values) if matcher.form is Form.CLASS else matcher.values
        )
    if matcher.min_chars:
        tree["min_chars"] = matcher.min_chars
    if matcher.max_chars is not None:
        tree["max_chars"] = matcher.max_chars
    if matcher.ignore_case:
        tree["ignore_case"] = True
    if matcher.unless is not None:
        tree["unless"] = _matcher(matcher.unless, let)
    return tree


def _named(matchers: list[dict[str, object]], let: dict[str, object]) -> list[object]:
    """Put matchers under new names into `let`; the names."""
    names: list[object] = []
    for matcher in matchers:
        names.append(_Name(f"part-{len(let)}"))
        let[str(names[-1])] = matcher
    return names


def _block(value: dict[str, object], indent: str = "") -> Iterator[str]:
    """A mapping in block style, its lists of mappings as items, everything deeper in flow style."""
    for key, inner in value.items():
        if isinstance(inner, dict) and key == "let":
            yield f"{indent}{key}:"
            yield from _block(inner, indent + "  ")
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict) and key == "rules":
            yield f"{indent}{key}:"
            for rule in inner:
                lines = list(_block(rule, indent + "    "))
                yield f"{indent}  - {lines[0].lstrip()}"
                yield from lines[1:]
        else:
            yield f"{indent}{key}: {_flow(inner)}"


def _flow(value: object) -> str:
    match value:
        case _Name():
            return str(value)
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)
