"""The guide's own packs and rules: they load, and their examples hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cleaner
from cleaner.examples import try_examples
from cleaner.grammar import OPERATIONS, PACK
from cleaner.loader import shipped_folder
from cleaner.segments import CLASSES

GUIDE = (shipped_folder() / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
RULES = [block for block in BLOCKS if block.startswith("- id:")]


def pack_of(block: str) -> str:
    """A pack's text: the block itself, or one around a rule."""
    if block.startswith("format:"):
        return block
    return "format: 1\npack: example.com\nrules:\n" + re.sub("^", "  ", block, flags=re.MULTILINE)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_what_the_guide_shows_works(block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.com.yaml"
    path.write_text(pack_of(block), encoding="utf-8")
    ruleset = cleaner.load(path)
    pack = ruleset.by_name["example.com"]
    trials = list(try_examples(ruleset, [pack]))
    assert trials
    failed = [(t.rule.name, t.way, t.result.text) for t in trials if not t.has_passed]
    assert failed == []


def test_every_operation_is_shown() -> None:
    shown = {key for block in RULES for key in OPERATIONS if f"\n  {key}:" in block}
    assert shown == set(OPERATIONS)


def test_every_key_of_a_pack_and_every_class_is_named() -> None:
    assert [key for key in PACK.fields if f"`{key}`" not in GUIDE and key not in ("title", "rules")] == []
    assert [name for name in CLASSES if f"`{name}`" not in GUIDE] == []
