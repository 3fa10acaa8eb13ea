"""Rule sets through YAML: what is written down is what is loaded, and cleans as it did."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given

from cleaner.loader import load
from cleaner.rules import RuleSet
from tests.properties.rendering import render, write
from tests.properties.strategies import Case, cases
from tests.properties.tally import count, counted
from tests.properties.test_equality import OPERATIONS, assert_equal, run


def through_yaml(ruleset: RuleSet) -> RuleSet:
    """The rule set as an author's files bring it."""
    with tempfile.TemporaryDirectory() as folder:
        return load(write(ruleset, Path(folder)), shipped=False)


@counted(*OPERATIONS)
@given(cases)
def test_what_is_written_down_is_what_is_loaded(case: Case) -> None:
    loaded = through_yaml(case.ruleset)
    meant = RuleSet(tuple(case.ruleset.by_name[pack.name] for pack in loaded.packs))
    assert list(map(render, loaded.packs)) == list(map(render, meant.packs))
    assert [rule.name for rule in loaded] == [rule.name for rule in meant]
    result = run(replace(case, ruleset=meant))
    assert run(replace(case, ruleset=loaded)) == result
    count(result, case.ruleset)


@counted(*OPERATIONS)
@given(cases)
def test_any_rules_that_load_clean_twice_as_once_and_as_the_reference_does(case: Case) -> None:
    loaded = replace(case, ruleset=through_yaml(case.ruleset))
    once = assert_equal(loaded)
    assert run(replace(loaded, text=once.text)).text == once.text
    count(once, loaded.ruleset)


@given(cases)
def test_every_removal_points_at_its_rule_in_the_file(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(case.ruleset, Path(folder))
        result = run(replace(case, ruleset=load(root, shipped=False)))
        for removal in result.removals:
            path, line, _ = removal.location
            written = Path(path).read_text(encoding="utf-8").split("\n")
            assert written[line - 1].strip() == f"- id: {removal.rule.rpartition('/')[2]}"
