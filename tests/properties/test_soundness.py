"""What holds of every result, for any rules and any page."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from cleaner.compiler import Program, compile_rules
from cleaner.engine import clean
from cleaner.results import Result
from cleaner.rules import Block, Cut, Inline, Keep, RuleSet
from cleaner.segments import is_prose, split, view
from cleaner.stacks import Scope
from tests.properties.strategies import (
    Case,
    batches,
    cases,
    cases_with,
    clashes,
    recognitions,
    shuffled,
)
from tests.properties.tally import count, counted, note
from tests.properties.test_equality import OPERATIONS, run
from tests.reference import matches


@counted(*OPERATIONS)
@given(cases)
def test_the_input_is_the_result_and_the_removals(case: Case) -> None:
    result = run(case)
    result.verify()
    assert result.original == case.text
    rest = iter(result.original)
    assert all(char in rest for char in result.text), "not a subsequence"
    count(result, case.ruleset)


@counted(*OPERATIONS)
@given(cases)
def test_removals_are_sorted_disjoint_in_bounds_and_owned(case: Case) -> None:
    result = run(case)
    position = 0
    for removal in result.removals:
        assert position <= removal.start < removal.end <= len(case.text)
        position = removal.end
        rule = case.ruleset.rule(removal.rule)
        assert rule.pack in result.packs
        assert rule.kind == removal.kind in case.kinds
        assert rule.location == removal.location
        assert not isinstance(rule.operation, Keep)
        pieces = case.text[removal.start : removal.end].split("\n")
        assert sum(bool(view(piece)) for piece in pieces) <= 1, "one removal a line"
    count(result, case.ruleset)


@given(cases)
def test_what_was_withheld_has_a_place_and_an_owner(case: Case) -> None:
    result = run(case)
    for withheld in result.withheld:
        rule = case.ruleset.rule(withheld.rule)
        assert (rule.pack in result.packs) and rule.kind == withheld.kind
        assert 0 <= withheld.start < withheld.end <= len(case.text)


@counted(*OPERATIONS)
@given(cases | clashes)
def test_cleaning_twice_is_cleaning_once(case: Case) -> None:
    once = run(case)
    twice = run(replace(case, text=once.text))
    assert twice.text == once.text
    assert not twice.removals
    count(once, case.ruleset)


@counted(*OPERATIONS, "recognised")
@given(recognitions)
def test_a_second_run_recognises_no_more_and_removes_no_more(case: Case) -> None:
    once = run(case)
    twice = run(replace(case, text=once.text))
    assert twice.text == once.text
    assert set(twice.packs) <= set(once.packs)
    count(once, case.ruleset)
    note("recognised", any("example" in pack for pack in once.packs))


@counted(*OPERATIONS)
@given(cases | clashes)
def test_the_order_of_rules_and_packs_changes_owners_never_text(case: Case) -> None:
    result = run(case)
    other = run(replace(case, ruleset=shuffled(case.ruleset, case.order)))
    assert other.text == result.text
    assert _gone(other) == _gone(result)
    assert {(w.rule, w.reason) for w in other.withheld if w.reason != "no_prose_left"} == {
        (w.rule, w.reason) for w in result.withheld if w.reason != "no_prose_left"
    }
    count(result, case.ruleset)


def _gone(result: Result) -> set[int]:
    return {place for removal in result.removals for place in range(removal.start, removal.end)}


@counted("kept", share=0.1)
@given(cases_with(Keep))
def test_keep_always_wins(case: Case) -> None:
    """No rule takes a character of a line that a keep rule matches as it came, nor the rest of a line
    that one matches as inline left it."""
    result = run(case)
    keeps = [
        r.operation.matcher for r in case.ruleset if isinstance(r.operation, Keep) and r.pack in result.packs
    ]
    disabled = {name for p in case.ruleset.packs if p.name in result.packs for name in p.disable}
    inline = {r.name for r in case.ruleset if isinstance(r.operation, Inline)}
    owners = {place: r.rule for r in result.removals for place in range(r.start, r.end)}
    for start, line in _placed_lines(case.text):
        places = range(start, start + len(line))
        trimmed = "".join(case.text[place] for place in places if owners.get(place) not in inline)
        if disabled:
            continue  # whether a keep itself is switched off is another property's affair
        if any(matches(keep, line) for keep in keeps):
            assert owners.keys().isdisjoint(places)
            note("kept")
        elif any(matches(keep, trimmed) for keep in keeps):
            assert {owners[place] for place in places if place in owners} <= inline
            note("kept")
    count(result, case.ruleset)


def _placed_lines(text: str) -> list[tuple[int, str]]:
    placed, start = [], 0
    for line in split(text):
        placed.append((start, line))
        start += len(line) + 1
    return placed


@counted("Cut", share=0.1)
@given(cases_with(Cut))
def test_no_cut_takes_more_prose_than_its_bound(case: Case) -> None:
    result = run(case)
    for rule in case.ruleset:
        if isinstance(rule.operation, Cut):
            assert _prose_taken(result, rule.name, case.ruleset) <= rule.operation.max_prose
    count(result, case.ruleset)


def _prose_taken(result: Result, name: str, ruleset: RuleSet) -> int:
    """Characters of prose in lines that a rule owns."""
    lines = [view(line) for line, owner in _trimmed_lines(result, ruleset) if owner == name]
    return sum(len(seen) for seen in lines if is_prose(seen))


def _trimmed_lines(result: Result, ruleset: RuleSet) -> Iterator[tuple[str, str | None]]:
    """Each line as it was when inline was done with it, and the rule that removed it if any did."""
    inline = {rule.name for rule in ruleset if isinstance(rule.operation, Inline)}
    owners = {place: r.rule for r in result.removals for place in range(r.start, r.end)}
    for start, line in _placed_lines(result.original):
        rest = [place for place in range(start, start + len(line)) if owners.get(place) not in inline]
        yield "".join(result.original[place] for place in rest), owners.get(rest[0]) if rest else None


@counted("Block", share=0.1)
@given(cases_with(Block))
def test_no_block_takes_more_lines_than_its_bound(case: Case) -> None:
    """Of a rule with one line to begin at, so that one block is all it can take."""
    result = run(case)
    lines = list(_trimmed_lines(result, case.ruleset))
    for rule in case.ruleset:
        if isinstance(rule.operation, Block):
            firsts = sum(matches(rule.operation.first, line) for line, _ in lines)
            owned = sum(owner == rule.name and bool(view(line)) for line, owner in lines)
            assert firsts > 1 or owned <= rule.operation.max_lines
    count(result, case.ruleset)


@counted(*OPERATIONS)
@given(cases)
def test_a_page_with_prose_keeps_some(case: Case) -> None:
    result = run(case)
    if any(is_prose(view(line)) for line in split(case.text)):
        assert any(is_prose(view(line)) for line in split(result.text))
    count(result, case.ruleset)


@counted(*OPERATIONS)
@given(cases)
def test_a_last_line_feed_stays_and_none_is_added(case: Case) -> None:
    result = run(case)
    if result.is_changed and result.text:
        assert result.text.endswith("\n") == case.text.endswith("\n")
    count(result, case.ruleset)


@counted(*OPERATIONS, share=0.1)
@given(batches)
def test_neighbours_and_their_order_change_nothing(batch: tuple[RuleSet, list[tuple[str, Scope]]]) -> None:
    ruleset, pages = batch
    shared = compile_rules(ruleset)
    forward = [_clean(text, shared, scope) for text, scope in pages]
    backward = [_clean(text, shared, scope) for text, scope in reversed(pages)]
    alone = [_clean(text, compile_rules(ruleset), scope) for text, scope in pages]
    assert forward == backward[::-1] == alone
    for result in alone:
        count(result, ruleset)


def _clean(text: str, program: Program, scope: Scope) -> Result:
    return clean(text, program, site=scope.host, language=scope.language)


@counted(*OPERATIONS)
@given(cases)
def test_a_pickled_program_is_the_same_program(case: Case) -> None:
    program = compile_rules(case.ruleset, kinds=case.kinds, site_packs=case.site_packs)
    result = _clean(case.text, program, case.scope)
    copy = pickle.loads(pickle.dumps(program))
    assert _clean(case.text, copy, case.scope) == result == pickle.loads(pickle.dumps(result))
    count(result, case.ruleset)
