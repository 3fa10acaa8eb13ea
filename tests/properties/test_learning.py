"""Whatever the samples are, the pack that is written for them loads: as it is, and with all candidates."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import cleaner
from cleaner.drafter import draft
from cleaner.examples import judge_examples
from cleaner.learner import candidates
from cleaner.rules import RuleSet
from cleaner.samples import read_samples
from tests.drafts import uncommented

NO_RULES = cleaner.compile_rules(RuleSet())
NAME = "tide.example"
PROSE = "The harbour will stay closed until the divers have searched the wreck, the mayor said."

HOSTILE = [
    "- item", "? key", "key: value", "a: b: c", "# comment", "it's # not", "[flow, list]", "{a: b}",
    "'quoted'", '"double"', "|", ">", "|-", "%TAG", "@handle", "`tick`", "&anchor", "*alias", "!tag",
    "!!str x", "---", "...", "yes", "On", "NULL", "~", "1e3", "E0", "0x1F", "1_000", "10:30",
    "2024-05-31", "<<", "=", "= kept", "~ before", "> after", "- - -", "back\\slash", "\\d+ (a|b)*",
    "tab\there", "nul\0", "bell\a", "line\u2028break", "next\x85line", "\ufeffmark", "soft\u00adhyphen",
    "zero\u200bwidth", "e\u0301", "\u202eright to left", "\U0001f6a2 ship", "\U000e0001", "\ud800",
    "\uffff", "x" * 500, PROSE, PROSE * 40, "Tags: " + "y" * 5_000, "Photo: L. Moor", "3 readers",
    "1,204 readers", "Written by Ada Quill", "Written by L. Moor", "\u3000", "• Ships", "1. Ships",
    "The Tide: it's, 'so' to say", "More {from} [us], #1",
]  # fmt: skip
"""Lines that a reader of YAML, of examples or of patterns may stumble over."""

LINES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, exclude_characters="\n"), max_size=30),
    st.builds("{}: {}".format, st.sampled_from(["Tags", "Photo", "a'b", "# x"]), st.text(max_size=8)),
    st.builds("{} people are here".format, st.integers(0, 10**9)),
    st.just(""),
)
SOME_LINES = st.lists(LINES, max_size=3)


@st.composite
def samples(draw: st.DrawFn) -> list[str]:
    """Pages of one template: menus, a byline, an article with a caption, boxes under headings, a footer, in
    all of which any line may stand; sometimes what they share is in disorder."""
    menu, headings, footer = draw(SOME_LINES), draw(st.lists(LINES, max_size=4)), draw(SOME_LINES)
    credit, is_ordered = draw(LINES), draw(st.booleans())
    pages = []
    for number in range(draw(st.integers(1, 4))):
        lines = [*menu, "", *draw(SOME_LINES), draw(st.sampled_from(["@ada", "@moor", "Desk: sea"])), ""]
        lines += [f"Page {number}. {PROSE}", "", draw(LINES), credit, ""]
        for heading in headings if is_ordered else draw(st.permutations(headings)):
            lines += [heading, *draw(SOME_LINES)]
        pages.append("\n".join([*lines, *footer]))
    return pages


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("draft") / f"{NAME}.yaml"


def loaded(text: str, place: Path) -> RuleSet:
    place.write_text(text, encoding="utf-8", newline="\n")
    return cleaner.load(place, shipped=False)


@given(pages=samples())
@example(pages=["\n".join(HOSTILE)] * 3)
@example(pages=["\n".join(HOSTILE)])
@example(pages=["\n".join(f"{'z' * 300} {number}" for number in range(800))] * 2)
@example(pages=["", "\n\n"])
@example(pages=[])
def test_a_draft_loads_as_it_is_and_in_force(pages: list[str], place: Path) -> None:
    made = draft(NAME, pages, NO_RULES)
    assert loaded(made, place).by_name[NAME].rules == ()
    loaded(uncommented(made), place)


def test_the_samples_show_all_sorts_of_candidates() -> None:
    """Else the properties would hold for want of rules."""
    seen: Counter[str] = Counter()

    @given(pages=samples())
    def see(pages: list[str]) -> None:
        for candidate in candidates(read_samples(NAME, pages, NO_RULES)):
            seen[f"{candidate.operation[0]} {'zone: tail' in candidate.operation}"] += 1
            seen.update(key.strip() for key in candidate.operation if key.startswith("  "))

    see()
    wanted = ["line: False", "line: True", "sequence: False", "block: False", "cut: False"]
    assert [key for key in (*wanted, "prefix:", "regex:", "exact:") if not seen[key]] == []


@given(pages=samples())
def test_the_examples_of_candidates_hold(pages: list[str], place: Path) -> None:
    """Alone, together, twice and in any order."""
    ruleset = loaded(uncommented(draft(NAME, pages, NO_RULES)), place)
    assert [verdict.rule.name for verdict in judge_examples(ruleset) if verdict.failed] == []


@given(pages=samples())
def test_nothing_is_proposed_that_cannot_be_written(pages: list[str]) -> None:
    made = draft(NAME, pages, NO_RULES)
    assert all(char == "\n" or char.isprintable() for char in made)
    assert unicodedata.is_normalized("NFC", made)
    assert len(made.encode()) < 1_048_576
