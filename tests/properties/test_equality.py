"""The fast engine does what the reference engine does: text, owners, reasons, packs."""

from __future__ import annotations

import pytest
from hypothesis import given

from cleaner.compiler import compile_rules
from cleaner.engine import clean
from cleaner.results import Result
from cleaner.rules import Block, Cut, Inline, Keep, Line, RuleSet, Sequence
from tests.properties.strategies import (
    Case,
    cases,
    cases_with,
    clashes,
    recognitions,
    spellings,
)
from tests.properties.tally import count, counted, note
from tests.reference import matches, reference_clean

OPERATIONS = ("Line", "Inline", "Sequence", "Block", "Cut")
REASONS = ("keep", "max_lines", "max_prose", "whole_line", "no_prose_left")


def run(case: Case) -> Result:
    """The engine's result for a case."""
    program = compile_rules(case.ruleset, kinds=case.kinds, site_packs=case.site_packs)
    scope = case.scope
    return clean(case.text, program, site=scope.host, language=scope.language, extractor=scope.extractor)


def assert_equal(case: Case) -> Result:
    """The engine's result, which says what the reference's outcome says."""
    result = run(case)
    wanted = reference_clean(
        case.text, case.ruleset, case.scope, kinds=case.kinds, site_packs=case.site_packs
    )
    assert result.text == wanted.text
    assert {place: r.rule for r in result.removals for place in range(r.start, r.end)} == wanted.owners
    assert {(w.rule, w.reason) for w in result.withheld} == wanted.withheld
    assert result.packs == wanted.packs
    return result


@counted(*OPERATIONS, *REASONS)
@given(cases)
def test_fast_equals_slow(case: Case) -> None:
    count(assert_equal(case), case.ruleset)


@counted(*OPERATIONS, "recognised")
@given(recognitions)
def test_fast_equals_slow_where_sites_are_recognised(case: Case) -> None:
    result = assert_equal(case)
    count(result, case.ruleset)
    note("recognised", set(result.packs) - {"kit.blog", "lang.en", "own"} != set())


@counted("Line", "Sequence", "Block", "Cut", "keep", "max_lines", "max_prose")
@given(clashes)
def test_fast_equals_slow_where_rules_clash(case: Case) -> None:
    count(assert_equal(case), case.ruleset)


@pytest.mark.parametrize("what", [Sequence, Block, Cut, Inline, Keep])
def test_fast_equals_slow_for_each_operation(what: type) -> None:
    @counted(what.__name__ if what is not Keep else "keep")
    @given(cases_with(what))
    def test(case: Case) -> None:
        count(assert_equal(case), case.ruleset)

    test()


@counted("matched", share=0.1)
@given(spellings)
def test_the_index_leaves_nothing_out_however_a_line_is_spelt(case: Case) -> None:
    """Case, width and marks are folded in three places: by matchers, by the index, by the regex engine."""
    count(assert_equal(case), case.ruleset)
    note("matched", any(_is_matched(case.ruleset, line) for line in case.text.split("\n")))


def _is_matched(ruleset: RuleSet, line: str) -> bool:
    return any(isinstance(r.operation, Line) and matches(r.operation.matcher, line) for r in ruleset)
