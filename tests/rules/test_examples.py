"""Every example of every shipped pack: alone, in its full stack, twice, and with the rules shuffled."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.checker import CODES, check_rules
from cleaner.examples import WAYS, Trial, try_examples
from cleaner.rules import Keep, Pack

PACKS = cleaner.load().packs


def told(trial: Trial) -> str:
    """A failure as its author wants to read it."""
    result = trial.result
    removals = [(r.rule, result.original[r.start : r.end]) for r in result.removals]
    return f"{trial.rule.name} ({trial.way}, {trial.example.location}): left {result.text!r}, {removals}"


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_examples(pack: Pack) -> None:
    trials = list(try_examples(cleaner.load(), [pack]))
    assert [told(t) for t in trials if not t.has_passed and not t.example.todo] == []
    assert [t.rule.name for t in trials if t.example.todo and all(
        o.has_passed for o in trials if o.example is t.example
    )] == []  # fmt: skip
    assert len(trials) == len(WAYS) * sum(len(rule.examples) for rule in pack.rules)


def test_every_rule_has_a_removal_and_a_near_miss() -> None:
    rules = [rule for pack in PACKS for rule in pack.rules]
    assert len(rules) > 50
    assert [r.name for r in rules if not any(e.has_near_miss for e in r.examples)] == []
    assert [
        r.name
        for r in rules
        if not isinstance(r.operation, Keep) and not any(e.has_removal for e in r.examples)
    ] == []


def test_every_rule_says_why() -> None:
    assert [rule.name for pack in PACKS for rule in pack.rules if len(rule.why) < 10] == []


def test_the_shipped_packs_have_no_findings() -> None:
    """Save for slow patterns: those are found by the clock, and `cleaner rules check` looks for them."""
    timed = CODES["slow"]
    found = [problem for problem in check_rules(cleaner.load()) if problem.code != timed]
    assert found == []
