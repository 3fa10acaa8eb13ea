"""The guide's own packs and rules: they load, and their examples hold."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

import cleaner
from cleaner.checker import check_rules
from cleaner.drafter import draft
from cleaner.examples import try_examples
from cleaner.grammar import OPERATIONS, PACK
from cleaner.loader import shipped_folder
from cleaner.reports import problem_lines
from cleaner.rules import RuleSet
from cleaner.segments import CLASSES
from tests.drafts import uncommented

GUIDE = (shipped_folder() / "README.md").read_text(encoding="utf-8")
BLOCKS = [dedent(block) for block in re.findall(r"^ *```yaml\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)]
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


PAGE = """\
On {} the harbour will stay closed until the divers have searched the wreck, the mayor said.

Most read this week
{}
Contact the newsroom
Masthead of The Example
"""
TEASERS = {
    "Oban": "Ferries stay in port\nMan rows to work\nQuay sold",
    "Mull": "Gull lands\nPier burns",
    "Skye": "Quay sold",
}
DRAFTED, PRINTED = (
    dedent(block) for block in re.findall(r"^   ```\n(.*?)^   ```", GUIDE, re.DOTALL | re.MULTILINE)
)


def test_the_walk_through_shows_what_is_printed(tmp_path: Path) -> None:
    """A candidate as it is drafted, what `check` says of it, and the rule that an author makes of it."""
    texts = [PAGE.format(*pair) for pair in TEASERS.items()]
    made = draft("example.com", texts, cleaner.compile_rules(RuleSet()))
    assert DRAFTED in made
    path = tmp_path / "example.com.yaml"
    path.write_text(uncommented(made.partition("# rules:\n")[0] + f"# rules:\n{DRAFTED}"))
    (line,) = problem_lines(check_rules(cleaner.load(path, shipped=False)))
    assert line.removeprefix(f"{tmp_path}/") == PRINTED.splitlines()[0]
    made_of_it = next(block for block in RULES if block.startswith("- id: related-box\n"))
    candidate = dedent(uncommented(f"# rules:\n{DRAFTED}").removeprefix("rules:\n"))
    assert set(candidate.splitlines()) - set(made_of_it.splitlines()) == {
        "  why: the box from this heading to the line that comes next, on 3 of 3 samples"
    }
