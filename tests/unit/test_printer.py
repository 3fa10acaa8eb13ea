"""What is printed about results and rules: exact, complete, and harmless to a terminal."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import printer
from cleaner.errors import Location
from cleaner.printer import COLOURED, COLOURLESS, PLAIN, Tally
from cleaner.results import Reason, Removal, Result, Withheld
from cleaner.rules import Form, Kind, Layer, Line, Matcher, Pack, Rule, RuleSet
from cleaner.spans import without
from cleaner.stacks import Choice

PLACE = Location("packs/a.example.yaml", 12, 5)


def removal(start: int, end: int, rule: str = "a.example/menu", kind: Kind = Kind.NAV) -> Removal:
    """A removal, owned by a menu rule if no other is named."""
    return Removal(rule, kind, start, end, PLACE)


def result(original: str, *removals: Removal, withheld: tuple[Withheld, ...] = ()) -> Result:
    """A result that proves itself."""
    text = without(original, ((piece.start, piece.end) for piece in removals))
    made = Result(original, text, removals, withheld, ("a.example",))
    made.verify()
    return made


def rule(name: str, kind: Kind | None = Kind.NAV, line: int = 12) -> Rule:
    """A rule of the pack a.example."""
    matcher = Matcher(Form.EXACT, PLACE, (name,))
    return Rule("a.example", name, kind, f"why {name}", Line(matcher), PLACE._replace(line=line))


PACK = Pack("a.example", Layer.SITE, PLACE._replace(line=1), (rule("menu"), rule("more", Kind.RELATED, 20)))
RULESET = RuleSet((PACK,))


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A small document of which anything may have gone, lines whole or in part."""
    lines = draw(
        st.lists(st.sampled_from(["a", "b", "", "long line", "a\r", "\\ No", "-x", "+y"]), max_size=12)
    )
    original = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    edges = {0, len(original), *(place + 1 for place, char in enumerate(original) if char == "\n")}
    chosen = draw(st.sets(st.sampled_from(sorted(edges)) | st.integers(0, len(original)), max_size=8))
    ordered = sorted(chosen)
    return result(original, *(removal(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False)))


# Lines


@given(results())
def test_the_stories_of_all_lines_are_the_document(made: Result) -> None:
    stories = list(printer.line_stories(made))
    assert "".join(story.line for story in stories) == made.original
    assert "".join(story.left for story in stories) == made.text
    assert all(story.line.index("\n") == len(story.line) - 1 for story in stories[:-1])
    assert all(without(s.line, ((a, b) for a, b, _ in s.pieces)) == s.left for s in stories)


# Diff


def apply(diff: str, original: str) -> str:
    """Patch a text; every line of the diff that is not an addition must stand where it says."""
    old = re.findall(r"[^\n]*\n|[^\n]+", original)
    new: list[str] = []
    position = 0
    rows = re.findall(r"[^\n]*\n", diff.replace("\n\\ No newline at end of file\n", "\0\n"))
    for row in rows[2:]:
        line = row[1:].replace("\0\n", "")
        if row.startswith("@@"):
            header = re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n", row)
            assert header
            start = int(header[1]) - (header[2] != "0")
            new += old[position:start]
            position = start
            assert int(header[3]) - (header[4] != "0") == len(new)
        elif row[0] == "+":
            new.append(line)
        else:
            assert old[position] == line
            position += 1
            new += [line] if row[0] == " " else []
    return "".join(new + old[position:])


@given(results())
def test_a_diff_makes_the_text_of_the_original(made: Result) -> None:
    assert apply(printer.diff(made, "a.txt"), made.original) == made.text


def test_a_diff_shows_three_lines_around_each_change() -> None:
    numbers = [f"{number}\n" for number in range(1, 21)]
    places = [sum(map(len, numbers[:line])) for line in range(21)]
    made = result("".join(numbers), removal(places[4], places[5]), removal(places[16], places[17]))
    assert printer.diff(made, "a.txt") == (
        "--- a.txt\toriginal\n+++ a.txt\tcleaned\n"
        "@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n"
        "@@ -14,7 +13,6 @@\n 14\n 15\n 16\n-17\n 18\n 19\n 20\n"
    )


@pytest.mark.parametrize(("apart", "hunk_count"), [(5, 1), (6, 1), (7, 2)])
def test_changes_that_share_their_context_share_a_hunk(apart: int, hunk_count: int) -> None:
    second = 2 * (apart + 2)
    made = result("x\n" * 30, removal(2, 4), removal(second, second + 2))
    assert printer.diff(made, "a.txt").count("@@ -") == hunk_count


def test_a_diff_of_nothing_is_empty() -> None:
    assert printer.diff(result("a\n"), "a.txt") == ""


def test_a_diff_without_the_last_line_feed() -> None:
    assert printer.diff(result("a\nb", removal(1, 3)), "x").splitlines()[2:] == [
        "@@ -1,2 +1 @@",
        "-a",
        "-b",
        "\\ No newline at end of file",
        "+a",
        "\\ No newline at end of file",
    ]


def test_a_diff_is_exact_in_a_pipe_and_harmless_on_a_terminal() -> None:
    made = result("\x1b[2Jgone\r\nkept\x07\n", removal(0, 10))
    assert "-\x1b[2Jgone\r\n kept\x07\n" in printer.diff(made, "x", PLAIN)
    assert "-\\x1b[2Jgone\\r\n kept\\x07\n" in printer.diff(made, "x", COLOURLESS)
    assert "\x1b[31m-\\x1b[2Jgone\\r\x1b[0m\n kept\\x07\n" in printer.diff(made, "x", COLOURED)


# Audit


def test_an_audit_record_says_all_that_is_known() -> None:
    claim = Withheld("a.example/more", "related", 5, 10, Reason.MAX_PROSE, "300 of 200", PLACE)
    made = result("menu\nbody\n", removal(0, 5), withheld=(claim,))
    line = printer.audit_record(made, "a.txt", "a.example")
    assert line == (
        b'{"doc": "a.txt", "site": "a.example", "removals": [{"start": 0, "end": 5, '
        b'"rule": "a.example/menu", "kind": "nav", "at": "packs/a.example.yaml:12"}], '
        b'"withheld": [{"start": 5, "end": 10, '
        b'"rule": "a.example/more", "kind": "related", "at": "packs/a.example.yaml:12", '
        b'"reason": "max_prose", "detail": "300 of 200"}]}\n'
    )


def test_an_audit_record_with_the_text_is_json_whatever_the_text_is() -> None:
    made = result("é\udcff\ud800\x00\n", removal(0, 5))
    line = printer.audit_record(made, 7, None, file="rows.jsonl", with_text=True)
    assert "é".encode() in line
    record = json.loads(line)
    assert (record["doc"], record["file"], record["site"]) == (7, "rows.jsonl", None)
    assert record["removals"][0]["text"] == "é\udcff\ud800\x00\n"


# Counts


@given(results())
def test_a_tally_counts_each_line_and_character_once(made: Result) -> None:
    tally = Tally()
    tally.add(made)
    total = re.search(r"^total +(\d+) +(\d+) +(\d+)$", tally.render(), re.MULTILINE)
    assert total
    gone_count = sum(story.is_gone for story in printer.line_stories(made))
    assert [int(number) for number in total.groups()] == [
        len(made.removals),
        gone_count,
        len(made.original) - len(made.text),
    ]


def test_a_tally_is_sorted_and_aligned() -> None:
    tally = Tally()
    first = result("menu\nbody, more\nad\n", removal(0, 5), removal(9, 15, "a.example/z", Kind.CODE))
    second = result("one\n\n", removal(0, 5, "a.example/b", Kind.NAV))
    tally.add(first)
    other = Tally()
    other.add(second)
    tally.include(other)
    tally.add(result("same\n"))
    assert tally.render() == (
        "kind and rule     removals  lines  characters\n"
        "code                     1      0           6\n"
        "  a.example/z            1      0           6\n"
        "nav                      2      3          10\n"
        "  a.example/b            1      2           5\n"
        "  a.example/menu         1      1           5\n"
        "total                    3      3          16\n"
        "3 documents, 2 changed; 0 claims withheld\n"
    )


# Explain


def test_a_document_is_explained_line_by_line() -> None:
    original = "menu\n\nbody, more, stays\n"
    claim = Withheld("a.example/more", "related", 6, 23, Reason.KEEP, "a.example/safe", PLACE)
    more = removal(10, 16, "a.example/more", Kind.RELATED)
    made = result(original, removal(0, 6), more, withheld=(claim,))
    assert printer.explain(made, RULESET, [Choice(PACK, "host is a.example")]) == (
        "nav      a.example/menu - menu\n"
        "nav      a.example/menu -\n"
        "related  a.example/more ~ body[-, more-], stays\n"
        "\n"
        "Rules\n"
        "a.example/menu  nav      1x  packs/a.example.yaml:12  why menu\n"
        "a.example/more  related  1x  packs/a.example.yaml:20  why more\n"
        "\n"
        "Withheld\n"
        "line 3  a.example/more  packs/a.example.yaml:12  a keep rule protects a line of it: a.example/safe\n"
        "\n"
        "Packs\n"
        "1  a.example  host is a.example  packs/a.example.yaml:1\n"
    )


def test_a_document_that_lost_nothing_says_so() -> None:
    assert printer.explain(result("a\n"), RULESET, []) == (
        "   a\n\nRules\nnothing was removed\n\nPacks\nnone serves this document\n"
    )


def test_colour_is_on_what_went_alone() -> None:
    made = result("menu\nbody\n", removal(0, 5))
    shown = printer.explain(made, RULESET, [], COLOURED).splitlines()
    assert shown[0] == "\x1b[36mnav      a.example/menu\x1b[0m \x1b[31m- menu\x1b[0m"
    assert shown[1] == "                          body"


def test_a_line_that_lost_its_line_feed_alone_is_shown_as_kept() -> None:
    shown = printer.explain(result("kept\ngone", removal(4, 9)), RULESET, []).splitlines()
    assert shown[:2] == ["                          kept", "nav      a.example/menu - gone"]


def test_a_document_cannot_write_to_the_terminal() -> None:
    shown = printer.explain(result("\x1b]0;x\x07 \x9b \u202e \udc80 \ud83d a\tb\r\n"), RULESET, [])
    assert "\\x1b]0;x\\x07 \\x9b \\u202e \\udc80 \\ud83d a\tb\\r\n" in shown


def test_claims_of_no_rule_are_the_documents() -> None:
    claim = Withheld("", "", 0, 2, Reason.TOO_LONG, "9 characters", Location(""))
    shown = printer.explain(result("a\n", withheld=(claim,)), RULESET, [])
    assert "line 1  the document" in shown
    assert "the document is over the limit, so it is unchanged: 9 characters\n" in shown


# Packs and rules


def test_packs_are_listed_with_what_they_serve() -> None:
    kit = Pack("kit.x", Layer.KIT, PLACE, (), only_used=True, extractors=("wet",))
    site = Pack("a.example", Layer.SITE, PLACE, PACK.rules, title="A", sites=("a.example", "!b.a.example"))
    assert printer.pack_lines(RuleSet((kit, site))) == [
        "pack       rules  title  serves",
        "kit.x          0         packs that use it; from wet",
        "a.example      2  A      a.example, !b.a.example",
    ]


SOURCE = """\
format: 1
pack: a.example   # a comment

# above the rules
rules:
  # about the menu
  - id: menu
    kind: nav
    line: {exact: Menu}

    examples:
      - |
        - Menu

        = Menus

  # about the next one
  - id: more
    kind: related
    line:
      exact:
      - More

other: 1
""".splitlines()


@pytest.mark.parametrize(
    ("line", "first", "last"), [(7, "  - id: menu", "        = Menus"), (18, "  - id: more", "      - More")]
)
def test_a_rule_is_shown_as_it_is_written(line: int, first: str, last: str) -> None:
    shown = printer.rule_source(SOURCE, rule("menu", line=line))
    assert (shown[0], shown[-1]) == (first, last)
    assert shown == SOURCE[line - 1 : line - 1 + len(shown)]


def test_rules_that_are_not_indented_are_told_apart() -> None:
    source = ["rules:", "- id: menu", "  kind: nav", "- id: more"]
    assert printer.rule_source(source, rule("menu", line=2)) == source[1:3]
    assert printer.rule_source(source, rule("more", line=4)) == source[3:]


def test_a_packs_head_ends_where_its_rules_begin() -> None:
    assert printer.pack_source(SOURCE) == SOURCE[:4]
    assert printer.pack_source(["format: 1", ""]) == ["format: 1"]


def test_a_packs_rules_are_listed_with_their_kinds() -> None:
    pack = Pack("a.example", Layer.SITE, PLACE, (rule("menu"), rule("safe", None)))
    assert printer.rule_lines(pack) == ["menu  nav   why menu", "safe  keep  why safe"]
