"""The JSON Schema and the loader say the same of a pack's structure, on good packs and on spoilt ones."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from cleaner import grammar, nodes, structure
from cleaner.errors import RuleLoadError
from cleaner.grammar import Choice, Either, Many, Name, Named, Record, Ref, Shape, Text, Truth, Whole
from cleaner.loader import load, shipped_folder
from cleaner.schema import BEYOND, FILE_NAME, render, schema

VALIDATOR = Draft7Validator(schema())
MAX_DEPTH = 3

BUILT = {"E102", "E109"}
"""Codes of structure that the loader finds while it builds: a missing kind, a key beside the wrong one."""

NAMES = {
    "id": ["share", "read-more", "a1"],
    "pack": ["pier.example", "lang.en", "x"],
    "rule": ["lang.en/share", "pier.example/a-b"],
    "site": ["pier.example", "=pier.example", "!sub.pier.example"],
    "language": ["en", "no", "zh-Hant"],
    "extractor": ["wet", "html2text"],
    "date": ["2024-05-31"],
}
TEXTS = ["Share", "Read more:", "Photo: .{3,40}", "(", "On", "- Share\n= Share it\n", "a #b", "\u200b"]


def values(shape: Shape, depth: int = MAX_DEPTH) -> st.SearchStrategy[Any]:
    """Values of a shape. The tables alone are asked, so what they allow and the schema does not, shows."""
    match shape:
        case Ref(name):
            return values(grammar.SHAPES[name], depth - 1)
        case Either(scalar, record):
            return values(scalar, depth) | values(record, depth)
        case Many(of, low, high, or_one):
            many = st.lists(values(of, depth), min_size=low, max_size=min(low + 2, high))
            return values(of, depth) | many if or_one else many
        case Named(_, of):
            return st.dictionaries(st.sampled_from(NAMES["id"]), values(of, depth), max_size=2)
        case Record():
            return records(shape, depth)
        case Name(pattern):
            return st.sampled_from(NAMES[pattern])
        case Choice(meanings):
            return st.sampled_from([str(name) for name in meanings])
        case Whole(low, high):
            return st.integers(low, min(high, low + 50))
        case Truth():
            return st.booleans()
        case Text():
            return st.sampled_from(TEXTS)
    raise AssertionError(shape)


@st.composite
def records(draw: st.DrawFn, shape: Record, depth: int) -> dict[str, Any]:
    chosen = draw(st.sampled_from(shape.exactly_one)) if shape.exactly_one else ""
    if depth <= 0 and chosen in ("any_of", "use"):
        chosen = "exact"
    made = {}
    for name, field in shape.fields.items():
        is_deep = depth <= 0 and isinstance(field.shape, Ref | Many) and not field.required
        is_wanted = name == chosen or (name not in shape.exactly_one and not is_deep and draw(st.booleans()))
        if name == "kind":
            is_wanted = chosen != "keep"
        elif name in ("zone", "touching") and shape is grammar.RULE:
            fitting = grammar.ZONED_OPERATIONS if name == "zone" else grammar.TOUCHING_OPERATIONS
            is_wanted = is_wanted and chosen in fitting
        elif name == "ignore_case":
            is_wanted = is_wanted and chosen != "class"
        if is_wanted or field.required:
            made[name] = draw(values(field.shape, depth))
    return made


packs = values(grammar.PACK)
junk = st.sampled_from([None, True, 0, 7, 10**7, 1.5, "", " ", "x", "E", [], ["x"], [[]], {}, {"x": 1}]).map(
    deepcopy
)
NEW_KEYS = ["extact", "kind", "zone", "touching", "exact", "prefix", "line", "keep", "to", "head", "todo"]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good pack with one or two changes somewhere in it."""
    pack = json.loads(json.dumps(draw(packs)))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(list(containers(pack))))
        if isinstance(place, list):
            spoil_list(draw, place)
        else:
            spoil_mapping(draw, place)
    return pack


def containers(value: Any) -> Any:
    """Every list and mapping in a value, itself first."""
    if isinstance(value, dict | list):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def spoil_list(draw: st.DrawFn, place: list[Any]) -> None:
    if place and draw(st.booleans()):
        place.pop(draw(st.integers(0, len(place) - 1)))
    else:
        place.append(draw(junk))


def spoil_mapping(draw: st.DrawFn, place: dict[str, Any]) -> None:
    match draw(st.integers(0, 2)):
        case 0 if place:
            del place[draw(st.sampled_from(sorted(place)))]
        case 1 if place:
            place[draw(st.sampled_from(sorted(place)))] = draw(junk)
        case _:
            place[draw(st.sampled_from(NEW_KEYS))] = draw(junk)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("schema") / "pier.example.yaml"


def judge(pack: Any, file: Path) -> tuple[bool, set[str], set[str]]:
    """Whether the schema takes it, the codes of its structure, and all codes of the loader."""
    text = json.dumps(pack, ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
    root = nodes.parse(text, "pack").root
    assert root is not None
    shape = {problem.code for problem in structure.check(root, grammar.PACK)}
    try:
        load(file, shipped=False)
    except RuleLoadError as error:
        return VALIDATOR.is_valid(pack), shape, {problem.code for problem in error.problems}
    return VALIDATOR.is_valid(pack), shape, set()


@given(pack=packs)
def test_good_packs_are_good_to_both(pack: Any, file: Path) -> None:
    is_valid, shape, codes = judge(pack, file)
    assert is_valid
    assert shape == set()
    assert codes <= BEYOND.keys()


@given(pack=spoilt())
def test_spoilt_packs_are_bad_to_both(pack: Any, file: Path) -> None:
    is_valid, shape, codes = judge(pack, file)
    if is_valid:
        assert shape <= {"E104"}
        assert codes <= BEYOND.keys()
    else:
        assert shape or codes & BUILT, "the schema refuses what the loader takes for sound in structure"


def test_spoiling_spoils() -> None:
    """The property above is about something: each of these is refused by both, for its structure."""
    good = {"format": 1, "pack": "x", "rules": [{"id": "a", "kind": "ad", "line": {"exact": "Ad"}}]}
    assert VALIDATOR.is_valid(good)
    for change in (
        {"format": 2},
        {"pack": "A B"},
        {"rules": [{"id": "a", "kind": "ad", "line": {"extact": "Ad"}}]},
        {"rules": [{"id": "a", "kind": "ad", "line": {"exact": "Ad"}, "keep": {"exact": "Ad"}}]},
        {"rules": [{"id": "a", "kind": "ad", "line": {"exact": "Ad", "prefix": "Ad"}}]},
        {"rules": [{"id": "a", "line": {"exact": "Ad"}}]},
        {"rules": [{"id": "a", "kind": "ad", "keep": {"exact": "Ad"}}]},
        {"rules": [{"id": "a", "kind": "ad", "inline": {"at": "end", "exact": "Ad"}, "zone": "head"}]},
        {"rules": [{"id": "a", "kind": "ad", "line": {"exact": "Ad"}, "touching": True}]},
        {"rules": [{"id": "a", "kind": "ad", "line": {"class": "url", "ignore_case": True}}]},
        {"rules": [{"id": "a", "kind": "ad", "cut": {"from": {"exact": "Ad"}}}]},
        {"known_by": ["one"]},
    ):
        assert not VALIDATOR.is_valid(good | change), change


def test_the_schema_is_one_and_describes_every_key() -> None:
    Draft7Validator.check_schema(schema())
    lacking = [
        key
        for place in containers(schema())
        if isinstance(place, dict) and isinstance(place.get("properties"), dict)
        for key, value in place["properties"].items()
        if isinstance(value, dict) and not value.get("description")
    ]
    assert lacking == []


def test_every_object_is_closed() -> None:
    objects = [
        p for p in containers(schema()) if isinstance(p, dict) and isinstance(p.get("properties"), dict)
    ]
    assert len(objects) > 20
    assert all(place["additionalProperties"] is False for place in objects)


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert (shipped_folder() / FILE_NAME).read_text(encoding="utf-8") == render()


def test_the_shipped_packs_are_good_to_the_schema() -> None:
    paths = sorted(shipped_folder().rglob("*.yaml"))[::10]
    for path in paths:
        root = nodes.read(path, path.name).root
        assert root is not None
        assert list(VALIDATOR.iter_errors(plain(root))) == [], path


def plain(node: nodes.Node) -> Any:
    """A tree as a reader of YAML 1.2 would give it to an editor."""
    match node:
        case nodes.Mapping(entries):
            return {key.value: plain(value) for key, value in entries}
        case nodes.Items(each):
            return [plain(value) for value in each]
    if not node.style and node.value in ("true", "false"):
        return node.value == "true"
    return int(node.value) if not node.style and node.value.isdecimal() else node.value
