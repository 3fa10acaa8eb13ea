"""The engine's semantics, case by case: each was a counterexample to something simpler."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import cleaner
from cleaner import Program, Result
from cleaner.results import Reason

PROSE = "The harbour will stay closed until the divers have searched the wreck, the mayor said on Friday."
OTHER = "Twelve ships are waiting in the roads, and none of their captains would say for how long they can."


class Bench:
    """Writes packs, makes programs of them and cleans lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def program(self, rules: str, head: str = "", name: str = "p", **options: object) -> Program:
        body = f"format: 1\npack: {name}\n{head}rules:\n{rules}"
        (self.folder / f"{name}.yaml").write_text(body)
        return cleaner.compile_rules(cleaner.load(self.folder, shipped=False), **options)  # type: ignore[arg-type]

    def clean(self, rules: str, *lines: str, head: str = "", **scope: str) -> Result:
        program = self.program(rules, head)
        result = cleaner.clean("\n".join(lines) + "\n", program, **scope)  # type: ignore[arg-type]
        result.verify()
        again = cleaner.clean(result.text, program, **scope)  # type: ignore[arg-type]
        assert again.text == result.text
        return result

    def left(self, rules: str, *lines: str, **scope: str) -> list[str]:
        return self.clean(rules, *lines, **scope).text.split("\n")[:-1]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def rule(name: str, body: str, kind: str = "ad") -> str:
    kind_line = "" if body.startswith("keep") else f"    kind: {kind}\n"
    return f"  - id: {name}\n{kind_line}    {body}\n"


# line ------------------------------------------------------------------------------------------


def test_a_line_goes_and_the_rest_is_as_it_came(bench: Bench) -> None:
    text = "Share\r\nKeep\tthis\x00 \r\n  Share\r\n\r\nEnd"
    program = bench.program(rule("a", "line: {exact: Share}"))
    result = cleaner.clean(text, program)
    assert result.text == "Keep\tthis\x00 \r\n\r\nEnd"
    assert [(r.start, r.end, r.rule, r.kind) for r in result.removals] == [
        (0, 7, "p/a", "ad"),
        (20, 29, "p/a", "ad"),
    ]
    assert result.removals[0].location.line == 4


def test_matchers_see_the_view_and_case_counts(bench: Bench) -> None:
    rules = rule("a", 'line: {exact: "Editor\'s pick"}') + rule(
        "b", "line: {prefix: Share on, ignore_case: true}"
    )
    lines = ["Editor\u2019s\u00a0pick", " • Editor's pick ", "editor's pick", "SHARE ON x", "Shareon"]
    assert bench.left(rules, *lines) == ["editor's pick", "Shareon"]


def test_bounds_and_unless(bench: Bench) -> None:
    rules = rule("a", "line: {prefix: ab, min_chars: 3, max_chars: 5, unless: {suffix: z}}")
    assert bench.left(rules, "ab", "abc", "abcde", "abcdef", "abz") == ["ab", "abcdef", "abz"]


def test_a_regex_sees_lines_up_to_2000_characters(bench: Bench) -> None:
    rules = rule("a", "line: {regex: 'a+'}") + rule("b", "line: {regex: 'b+', max_chars: 3000}")
    lines = ["a" * 2000, "a" * 2001, "b" * 3000, "b" * 3001]
    assert bench.left(rules, *lines) == ["a" * 2001, "b" * 3001]


# keep ------------------------------------------------------------------------------------------


def test_keep_wins_and_the_record_says_so(bench: Bench) -> None:
    rules = rule("a", "line: {prefix: Share}") + rule("k", "keep: {exact: Share holders}")
    result = bench.clean(rules, "Share", "Share holders")
    assert result.text == "Share holders\n"
    (withheld,) = result.withheld
    assert (withheld.rule, withheld.reason, withheld.detail) == ("p/a", Reason.KEEP, "p/k")
    assert result.original[withheld.start : withheld.end] == "Share holders"


def test_keep_vetoes_a_range_that_holds_it(bench: Bench) -> None:
    rules = (
        rule("b", "block: {from: {exact: A}, to: {exact: Z}, max_lines: 9}")
        + rule("s", "sequence: [{drop: {exact: one}}, {drop: {exact: two}}]")
        + rule("c", "cut: {from: {exact: Tail}, max_prose: 0}")
        + rule("k", "keep: {any_of: [{exact: mine}, {exact: two}]}")
    )
    lines = ["A", "mine", "Z", "one", "two", "Tail", "x", "mine"]
    result = bench.clean(rules, *lines)
    assert result.text.split("\n")[:-1] == lines
    assert sorted((w.rule, w.reason) for w in result.withheld) == [
        ("p/b", Reason.KEEP),
        ("p/c", Reason.KEEP),
        ("p/s", Reason.KEEP),
    ]


def test_keep_spares_a_line_from_inline_as_it_came_and_from_all_else_as_inline_left_it(bench: Bench) -> None:
    rules = (
        rule("i", "inline: {at: end, exact: ', more'}")
        + rule("l", "line: {prefix: Share}")
        + rule("k", "keep: {any_of: [{exact: 'Share A, more'}, {exact: Share B}]}")
    )
    assert bench.left(rules, "Share A, more", "Share B, more", "Share C, more") == [
        "Share A, more",
        "Share B",
    ]


# inline ----------------------------------------------------------------------------------------


def test_inline_takes_spans_with_their_white_space(bench: Bench) -> None:
    rules = (
        rule("e", "inline: {at: end, exact: ', opens new tab'}")
        + rule("s", "inline: {at: start, regex: 'Watch ?:'}")
        + rule("m", "inline: {at: anywhere, exact: '[edit]'}")
    )
    lines = ["He won, opens\u00a0new tab", " • Watch : now", "One [edit] two [edit]", "[edit] three"]
    assert bench.left(rules, *lines) == ["He won", " • now", "One two", "three"]


def test_inline_never_empties_a_line(bench: Bench) -> None:
    rules = rule("a", "inline: {at: anywhere, exact: foo}") + rule("b", "inline: {at: anywhere, exact: bar}")
    result = bench.clean(rules, "foo bar", "foo bar x")
    assert result.text == "foo bar\nx\n"
    assert sorted((w.rule, w.reason) for w in result.withheld) == [
        ("p/a", Reason.WHOLE_LINE),
        ("p/b", Reason.WHOLE_LINE),
    ]


def test_inline_goes_on_until_nothing_more_goes(bench: Bench) -> None:
    assert bench.left(rule("a", "inline: {at: anywhere, exact: ab}"), "xaabby") == ["xy"]


def test_a_trimmed_line_is_what_its_spans_left_of_it(bench: Bench) -> None:
    rules = rule("i", "inline: {at: end, exact: ', more'}") + rule("l", "line: {exact: Share}")
    result = bench.clean(rules, "Share, more", "x")
    assert result.text == "x\n"
    assert [(r.rule, r.start, r.end) for r in result.removals] == [
        ("p/l", 0, 5),
        ("p/i", 5, 11),
        ("p/l", 11, 12),
    ]


def test_ignore_case_keeps_offsets(bench: Bench) -> None:
    rules = rule("i", "inline: {at: end, exact: ' MEHR', ignore_case: true}")
    assert bench.left(rules, "Stra\u00dfe \u0130 mehr") == ["Stra\u00dfe \u0130"]


# sequence --------------------------------------------------------------------------------------

CAPTION = "sequence: [{drop: {class: any, max_chars: 40}}, {drop: {prefix: 'Photo:'}}]\n    touching: true"


def test_touching_lines(bench: Bench) -> None:
    rules = rule("c", CAPTION)
    assert bench.left(rules, "Sub-headline", "", "Caption", "Photo: A", "", "End") == [
        "Sub-headline",
        "",
        "End",
    ]
    assert bench.left(rules, "Sub-headline", "", "Photo: A", "End") == ["Sub-headline", "", "Photo: A", "End"]


def test_a_caption_rule_does_not_eat_line_after_line(bench: Bench) -> None:
    """A line that served a match is only skipped by that rule, so its bounds bind."""
    assert bench.left(rule("c", CAPTION), "One", "Two", "Caption", "Photo: A") == ["One", "Two"]


def test_a_line_that_another_rule_removed_is_evidence_still(bench: Bench) -> None:
    rules = rule("c", CAPTION) + rule("p", "line: {prefix: 'Photo:'}")
    result = bench.clean(rules, "One", "", "Caption", "Photo: A", "End")
    assert result.text == "One\n\nEnd\n"
    assert [r.rule for r in result.removals] == ["p/c", "p/p"]


def test_touching_is_judged_as_the_blank_lines_will_be(bench: Bench) -> None:
    """`Share` goes and leaves no blank line between the caption and its credit: a second run would
    see them touch, so the first must."""
    rules = rule("c", CAPTION) + rule("s", "line: {exact: Share}")
    assert bench.left(rules, "Head", "", "Caption", "Share", "Photo: A", "", "End") == ["Head", "", "End"]
    assert bench.left(rules, "Head", "", "Caption", "Share", "", "Photo: A", "", "End") == [
        "Head", "", "Caption", "", "Photo: A", "", "End",
    ]  # fmt: skip


def test_every_reading_counts(bench: Bench) -> None:
    """Greedy readings differ from run to run; the union of all does not."""
    body = "sequence: [{drop: {regex: 'x+'}, repeat: [1, 2]}, {drop: {regex: 'x*y'}, repeat: [1, 1]}]"
    assert bench.left(rule("a", body), "x", "xx", "xxx", "y") == ["x"]


# block -----------------------------------------------------------------------------------------

BLOCK = "block: {from: {exact: A}, to: {exact: Z}, max_lines: 3}"


def test_a_block_takes_both_ends_and_no_more_than_its_lines(bench: Bench) -> None:
    assert bench.left(rule("b", BLOCK), "0", "A", "", "1", "Z", "2") == ["0", "2"]
    result = bench.clean(rule("b", BLOCK), "A", "1", "2", "Z")
    assert not result.is_changed
    assert [(w.reason, w.detail) for w in result.withheld] == [(Reason.MAX_LINES, "4 lines, max_lines is 3")]


def test_no_end_no_block(bench: Bench) -> None:
    assert bench.left(rule("b", BLOCK), "Z", "A", "1") == ["Z", "A", "1"]


def test_a_block_ends_at_the_nearest_end_removed_or_not(bench: Bench) -> None:
    rules = rule("l", "line: {exact: Z}") + rule("b", BLOCK)
    assert bench.left(rules, "A", "1", "Z", "2", "Z") == ["2"]


def test_max_lines_counts_survivors(bench: Bench) -> None:
    rules = rule("l", "line: {exact: Share}") + rule("b", BLOCK)
    assert bench.left(rules, "A", "Share", "Share", "1", "Z", "2") == ["2"]


# cut -------------------------------------------------------------------------------------------


def test_a_cut_takes_no_more_prose_than_its_bound(bench: Bench) -> None:
    body = "cut: {{from: {{exact: More}}, max_prose: {}}}"
    lines = [PROSE, "More", "x", OTHER, "y"]
    assert bench.left(rule("c", body.format(len(OTHER))), *lines) == [PROSE]
    result = bench.clean(rule("c", body.format(len(OTHER) - 1)), *lines)
    assert result.text.split("\n")[:-1] == lines
    assert [w.reason for w in result.withheld] == [Reason.MAX_PROSE]


def test_a_cut_from_the_start(bench: Bench) -> None:
    body = "cut: {to: {exact: Menu end}, max_prose: 0}"
    assert bench.left(rule("c", body), "x", "Menu end", "", "y", PROSE) == ["y", PROSE]


def test_the_cuts_of_a_rule_together_stay_within_its_bound(bench: Bench) -> None:
    """The upper landmark is out of reach, the lower is not; once that has been taken, what lies
    between must not go by the same bound."""
    body = f"cut: {{from: {{prefix: More}}, max_prose: {len(OTHER)}}}"
    rules = rule("l", "line: {exact: More}") + rule("c", body)
    lines = [PROSE, "More", OTHER, "More here", OTHER]
    assert bench.left(rules, *lines) == [PROSE, OTHER]


def test_a_cut_consumes_its_landmark(bench: Bench) -> None:
    assert bench.left(rule("c", "cut: {from: {exact: More}, max_prose: 0}"), PROSE, "", "More") == [PROSE]


# zones -----------------------------------------------------------------------------------------


def test_zones_lie_outside_the_surviving_prose(bench: Bench) -> None:
    rules = rule("h", "line: {exact: x}\n    zone: head") + rule("t", "line: {exact: 'y'}\n    zone: tail")
    assert bench.left(rules, "x", "y", PROSE, "x", "y", OTHER, "x", "y") == ["y", PROSE, "x", "y", OTHER, "x"]
    assert bench.left(rules, "x", "y") == ["x", "y"]


def test_a_zone_grows_as_prose_goes(bench: Bench) -> None:
    rules = (
        rule("t", "line: {exact: 'y'}\n    zone: tail")
        + rule("b", "block: {from: {exact: A}, to: {exact: Z}, max_lines: 9}")
    )  # fmt: skip
    assert bench.left(rules, PROSE, "y", "A", OTHER, "Z", "y") == [PROSE]


def test_spared_survivors(bench: Bench) -> None:
    rules = rule("h", "line: {class: any}\n    zone: {head: 2}")
    assert bench.left(rules, "1", "2", "", "3", "4", PROSE) == ["3", "4", PROSE]
    assert bench.left(rules, "4", PROSE) == ["4", PROSE]


THIRD = "Nobody else on the coast has a crane that could lift her, and the next one is three days away."


def test_stray_prose_lies_in_a_zone_of_the_body(bench: Bench) -> None:
    body = [PROSE, "5", OTHER, PROSE, OTHER, PROSE]
    page = ["1", THIRD, "2", "3", "4", *body, "6", "7", "8", THIRD, "9"]
    rules = rule("h", "line: {class: any}\n    zone: {head: 1, of: body}")
    rules += rule("t", "line: {class: any}\n    zone: {tail: 1, of: body}")
    assert bench.left(rules, *page) == ["4", *body, "6"]
    assert bench.left(rules, "1", "2", "3") == ["1", "2", "3"]
    assert bench.left(rules.replace(", of: body", ""), *page) == page


def test_a_body_in_two_heavy_parts_is_one(bench: Bench) -> None:
    rules = rule("t", "line: {class: any}\n    zone: {tail: 0, of: body}")
    table = [str(number) for number in range(20)]
    assert bench.left(rules, PROSE, OTHER, *table, THIRD) == [PROSE, OTHER, *table, THIRD]
    assert bench.left(rules, *[PROSE] * 4, *table, THIRD) == [PROSE] * 4


def test_what_parts_the_body_goes_before_its_zone_is_looked_for(bench: Bench) -> None:
    """With the box the prose below it is stray; without it is the body's, and so is what follows the x."""
    page = [*[PROSE] * 4, "5", "Box", "8", "9", "End", THIRD, "x", "x", THIRD]
    box = rule("b", "block: {from: {exact: Box}, to: {exact: End}, max_lines: 4}")
    last = rule("t", "line: {exact: x}\n    zone: {tail: 1, of: body}")
    assert bench.left(last, *page) == [*page[:-3], THIRD]
    assert bench.left(box + last, *page) == [*[PROSE] * 4, "5", THIRD, "x", THIRD]


def test_a_block_in_a_zone_of_the_body_takes_stray_prose_alone(bench: Bench) -> None:
    rules = rule(
        "b", "block: {from: {exact: A}, to: {exact: Z}, max_lines: 9}\n    zone: {tail: 0, of: body}"
    )  # fmt: skip
    body = [PROSE, "A", OTHER, "Z", PROSE, OTHER, PROSE]
    assert bench.left(rules, *body, "1", "2", "A", THIRD, "Z") == [*body, "1", "2"]


# blank lines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nX\nb\n", "a\nb\n"),
        ("a\n\nX\nb\n", "a\n\nb\n"),
        ("a\nX\n\nb\n", "a\n\nb\n"),
        ("a\n \nX\n\t\nb\n", "a\n \nb\n"),
        ("a\n\nX\n\n\nb\n", "a\n\n\nb\n"),
        ("a\n\nX\n\n\n\nX\n\nb\n", "a\n\nb\n"),
        ("\n\nX\n\na\n", "a\n"),
        ("a\n\nX\n\n", "a\n"),
        ("\na\nX\n", "\na\n"),
        ("a\n\n\nb\nX\n", "a\n\n\nb\n"),
        ("a\nX", "a"),
        ("a\n\nX", "a"),
        ("a\nX\n  ", "a"),
        ("X\na", "a"),
        ("X\n", ""),
        ("X", ""),
        ("\nX\n\n", ""),
        ("\n\n", "\n\n"),
        ("", ""),
        ("\r\nX\r\n\r\na\r\n", "a\r\n"),
    ],
)
def test_blank_lines(bench: Bench, before: str, after: str) -> None:
    program = bench.program(rule("x", "line: {exact: X}"))
    result = cleaner.clean(before, program)
    result.verify()
    assert result.text == after
    assert cleaner.clean(after, program).text == after


# documents -------------------------------------------------------------------------------------


def test_a_document_that_would_lose_all_its_prose_is_unchanged(bench: Bench) -> None:
    result = bench.clean(rule("a", "line: {class: any}"), "x", PROSE)
    assert not result.is_changed
    assert [(w.rule, w.reason) for w in result.withheld] == [("p/a", Reason.NO_PROSE_LEFT)] * 2
    assert bench.left(rule("a", "line: {class: any}"), "x", "y") == []


def test_a_pattern_out_of_time_leaves_the_document_unchanged(bench: Bench) -> None:
    rules = rule("a", "line: {exact: Share}") + rule("slow", "line: {regex: '(?:a|aa)+b'}")
    result = cleaner.clean("Share\n" + "a" * 1900 + "cab\n", bench.program(rules))
    assert not result.is_changed
    assert [(w.rule, w.reason) for w in result.withheld] == [("p/slow", Reason.TIMEOUT)]


def test_a_document_over_the_limit_is_unchanged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cleaner.engine.MAX_DOCUMENT_CHARS", 5)
    result = cleaner.clean("Share\n", bench.program(rule("a", "line: {exact: Share}")))
    assert (result.text, [w.reason for w in result.withheld]) == ("Share\n", [Reason.TOO_LONG])


def test_kinds(bench: Bench) -> None:
    rules = rule("a", "line: {exact: Share}", "share") + rule("b", "line: {exact: Ad}", "ad")
    program = bench.program(rules, kinds=["ad"])
    assert cleaner.clean("Share\nAd\nx\n", program).text == "Share\nx\n"
    with pytest.raises(ValueError, match="unknown kind 'adds'"):
        bench.program(rules, kinds=["adds"])


def test_a_program_survives_pickling(bench: Bench) -> None:
    program = bench.program(rule("a", "line: {exact: Share}"))
    again = pickle.loads(pickle.dumps(program))
    assert cleaner.clean("Share\nx\n", again) == cleaner.clean("Share\nx\n", program)


# recognition -----------------------------------------------------------------------------------

KNOWN = "sites: [p.com]\nknown_by: [The P Post, All of P]\n"


def test_two_known_lines_call_a_pack_in(bench: Bench) -> None:
    rules = rule("a", "line: {prefix: 'P '}")
    assert bench.left(rules, "The P Post", "P x", "All of P", head=KNOWN) == ["The P Post", "All of P"]
    assert bench.left(rules, "The P Post", "P x", "The P Post", head=KNOWN) == [
        "The P Post",
        "P x",
        "The P Post",
    ]


def test_a_given_site_is_not_guessed_anew(bench: Bench) -> None:
    rules = rule("a", "line: {prefix: 'P '}")
    assert bench.left(rules, "The P Post", "P x", "All of P", head=KNOWN, site="q.com") == [
        "The P Post", "P x", "All of P",
    ]  # fmt: skip


def test_a_known_line_may_be_one_that_inline_left(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "format: 1\npack: base\nrules:\n" + rule("i", "inline: {at: end, exact: ', more'}")
    )
    rules = rule("a", "line: {prefix: 'P '}")
    assert bench.left(rules, "The P Post, more", "P x", " 1. All of P", head=KNOWN) == [
        "The P Post",
        " 1. All of P",
    ]


def test_a_recognised_pack_does_not_hold_back_what_others_trim(bench: Bench, tmp_path: Path) -> None:
    """Together the two would empty the line. Were both withheld, a second run that no longer knows
    the site would trim it."""
    (tmp_path / "base.yaml").write_text(
        "format: 1\npack: base\nrules:\n" + rule("i", "inline: {at: start, exact: foo}")
    )
    rules = rule("j", "inline: {at: end, exact: bar}") + rule(
        "l", "line: {any_of: [{exact: The P Post}, {exact: All of P}]}"
    )
    assert bench.left(rules, "The P Post", "All of P", "foo bar", head=KNOWN) == ["bar"]
