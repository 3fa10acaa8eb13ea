"""Whole articles, written for these tests in the shape of real ones, with a verdict on every line."""

from __future__ import annotations

from pathlib import Path

import pytest

import cleaner
from cleaner import Program
from cleaner.segments import view

HERE = Path(__file__).parent
CASES = [
    ("harbour", {}),
    ("harbour", {"site": "dw.com"}),
    ("harbour", {"url": "https://www.dw.com/en/harbour-pilots/a-1"}),
    ("quay", {}),
    ("quay", {"site": "news.sky.com"}),
    ("quay", {"url": "https://news.sky.com/story/harbour-pilots-1"}),
]


def verdicts(name: str) -> dict[int, tuple[str, str]]:
    """(keep or remove, kind) by line number from 1."""
    rows = (line.split("\t") for line in (HERE / f"{name}.tsv").read_text().splitlines())
    return {int(number): (verdict, *kind, "")[:2] for number, verdict, *kind in rows}  # type: ignore[misc]


def owners(result: cleaner.Result) -> dict[int, cleaner.Removal]:
    """The removal of each non-blank line that is gone as a whole, by line number from 1."""
    found = {}
    start = 0
    for number, line in enumerate(result.original.split("\n"), 1):
        end = start + len(line)
        for removal in result.removals:
            if removal.start <= start and end <= removal.end and view(line):
                found[number] = removal
        start = end + 1
    return found


@pytest.mark.parametrize(("name", "scope"), CASES, ids=lambda value: str(value))
def test_every_line_goes_or_stays_as_labelled(name: str, scope: dict[str, str], shipped: Program) -> None:
    text = (HERE / f"{name}.txt").read_text()
    result = cleaner.clean(text, shipped, **scope)
    result.verify()
    wanted = verdicts(name)
    solid = {number: line for number, line in enumerate(text.split("\n"), 1) if view(line)}
    assert solid.keys() == wanted.keys()
    gone = {number: removal.kind for number, removal in owners(result).items()}
    assert gone == {number: kind for number, (verdict, kind) in wanted.items() if verdict == "remove"}
    kept = [line for number, line in solid.items() if number not in gone]
    assert [line for line in result.text.split("\n") if view(line)] == kept
    assert cleaner.clean(result.text, shipped, **scope).text == result.text


def test_the_site_is_recognised_by_its_own_lines(shipped: Program) -> None:
    text = (HERE / "harbour.txt").read_text()
    assert "dw.com" in cleaner.clean(text, shipped).packs
    assert "dw.com" not in cleaner.clean(text, shipped, site="example.org").packs
    assert "dw.com" not in cleaner.clean(text.replace("Skip to more DW sites", "Skip"), shipped).packs


def test_a_line_leads_to_its_rule(shipped: Program) -> None:
    """What a reader of the record wants: the file and line of the YAML that took a line."""
    text = (HERE / "harbour.txt").read_text()
    removal = owners(cleaner.clean(text, shipped))[34]
    rule = shipped.ruleset.rule(removal.rule)
    source = Path(removal.location.path).read_text().split("\n")
    assert f"id: {rule.id}" in source[removal.location.line - 1]
    assert any("02:41" in example.before for example in rule.examples)
