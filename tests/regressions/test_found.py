"""What long runs of the properties and reviews have found, each as small as it could be made."""

from __future__ import annotations

from pathlib import Path

import pytest

import cleaner.compiler
from cleaner.compiler import compile_rules
from cleaner.engine import clean
from cleaner.loader import load
from cleaner.results import Reason, Result
from cleaner.rules import RuleSet
from tests.properties.strategies import PROSE, Case
from tests.properties.test_equality import assert_equal

LEAD = PROSE[0] + "\n"
HEAD = "format: 1\npack: own\nrules:\n"


def ruleset(folder: Path, rules: str, head: str = HEAD) -> RuleSet:
    """The rule set of one pack, its rules written as an author writes them."""
    path = folder / "own.yaml"
    path.write_text(head + rules, encoding="utf-8")
    return load(path, shipped=False)


def run(rules: RuleSet, text: str) -> Result:
    """The engine's result, which must be the reference's too."""
    return assert_equal(Case(rules, text))


@pytest.mark.parametrize("pair", ["I\u0131", "\u0390\u1fd3", "\u03b0\u1fe3", "\ufb05\ufb06"])
def test_letters_that_the_regex_engine_holds_for_one_are_one_to_the_index(tmp_path: Path, pair: str) -> None:
    for written, printed in zip(pair, reversed(pair), strict=True):
        rules = ruleset(
            tmp_path, f"  - {{id: r, kind: ad, line: {{regex: '{written}aaaa', ignore_case: true}}}}\n"
        )
        assert run(rules, f"{LEAD}{printed}aaaa\n").text == LEAD


@pytest.mark.parametrize(
    "pair", ["\u03c9\u2126", "k\u212a", "\u00e5\u212b", "\u00df\u1e9e", "\u01c6\u01c5", "\u1f80\u1f88"]
)
def test_a_short_text_is_found_by_every_letter_that_is_its_upper_case(tmp_path: Path, pair: str) -> None:
    """Some letters have an upper case that is not what `str.upper` makes of them."""
    written, printed = pair[0], pair[1]
    rules = ruleset(
        tmp_path,
        f"  - {{id: head, kind: ad, line: {{prefix: '{written}', ignore_case: true}}}}\n"
        f"  - {{id: tail, kind: ad, line: {{suffix: '{written}', ignore_case: true}}}}\n",
    )
    assert run(rules, f"{LEAD}{printed}yx\nxy{printed}\n").text == LEAD


@pytest.mark.parametrize("form", ["exact", "prefix", "suffix", "contains"])
def test_a_grave_accent_is_folded_everywhere_or_nowhere(tmp_path: Path, form: str) -> None:
    """It is the one printable ASCII character that could be taken for a quote."""
    rules = ruleset(tmp_path, f"  - {{id: r, kind: ad, line: {{{form}: '`more`'}}}}\n")
    assert run(rules, f"{LEAD}`more`\n").text == LEAD


def test_every_rule_of_a_union_that_would_empty_the_line_is_withheld(tmp_path: Path) -> None:
    rules = ruleset(
        tmp_path,
        "  - {id: one, kind: ad, inline: {at: start, exact: Share}}\n"
        "  - {id: two, kind: ad, inline: {at: end, exact: Share}}\n",
    )
    result = run(rules, LEAD + "Share\n")
    assert [(w.rule, w.reason) for w in result.withheld] == [
        ("own/one", Reason.WHOLE_LINE),
        ("own/two", Reason.WHOLE_LINE),
    ]


def test_the_line_feed_before_an_unterminated_last_line_goes_with_the_line_not_with_its_span(
    tmp_path: Path,
) -> None:
    rules = ruleset(
        tmp_path,
        "  - {id: span, kind: ad, inline: {at: start, exact: Share}}\n"
        "  - {id: rest, kind: ad, line: {exact: Save}}\n",
    )
    result = run(rules, LEAD + "Share Save")
    assert result.text == LEAD.rstrip("\n")
    assert [(r.rule, result.original[r.start : r.end]) for r in result.removals] == [
        ("own/rest", "\n"),
        ("own/span", "Share "),
        ("own/rest", "Save"),
    ]


STEEP = r"(?:\w+\s?)+(?:\w+\s?)+(?:\w+\s?)+[!?]x!"
ENDLESS = "word " * 390 + ",?x!\n"
AT_ONCE = 1e-6
"""Seconds: the pattern runs out of time as soon as the regex engine looks at the clock."""


def test_a_timeout_at_the_first_look_leaves_the_document_and_names_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaner.compiler, "REGEX_TIMEOUT_SECONDS", AT_ONCE)
    rules = ruleset(tmp_path, f"  - {{id: steep, kind: ad, line: {{regex: '{STEEP}'}}}}\n")
    text = LEAD + ENDLESS
    result = clean(text, compile_rules(rules))
    assert result.text == text and not result.removals
    assert [(w.rule, w.reason, w.start) for w in result.withheld] == [
        ("own/steep", Reason.TIMEOUT, len(LEAD))
    ]


def test_a_timeout_after_a_site_was_recognised_names_the_rule_of_the_new_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules of the stack before have other numbers."""
    monkeypatch.setattr(cleaner.compiler, "REGEX_TIMEOUT_SECONDS", AT_ONCE)
    head = (
        "format: 1\npack: own\nsites: [own.example]\nknown_by: [Own Daily, News of Own]\n"
        "rules:\n  - {id: plain, kind: ad, line: {exact: Share}}\n"
    )
    rules = ruleset(tmp_path, f"  - {{id: steep, kind: ad, line: {{regex: '{STEEP}'}}}}\n", head)
    text = f"{LEAD}Own Daily\nNews of Own\n{ENDLESS}"
    result = clean(text, compile_rules(rules))
    assert result.text == text and result.packs == ("own",)
    assert [(w.rule, w.reason) for w in result.withheld] == [("own/steep", Reason.TIMEOUT)]
