"""The benchmark's text, its rivals' patterns and its table. No clock decides a test here."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

import cleaner
from cleaner.segments import is_prose, view
from tests.benchmarks import rivals, tables, texts
from tests.benchmarks.processes import Stream, memory_rows
from tests.benchmarks.scaling import write_packs
from tests.benchmarks.tables import Row, at_least, at_most, render
from tests.benchmarks.timing import interleave

FURNITURE = ("Read more", "Foto: Reuters", "Share this")


@pytest.mark.parametrize("extractor", texts.EXTRACTORS)
def test_the_same_seed_makes_the_same_pages(extractor: str) -> None:
    pages = texts.invent(extractor, FURNITURE, 8)
    assert pages == texts.invent(extractor, FURNITURE, 8)
    assert pages != texts.invent(extractor, FURNITURE, 8, seed=2)
    assert len(set(pages)) == 8


@pytest.mark.parametrize(("extractor", "least", "most"), [("wet", 0.01, 0.25), ("resiliparse", 0.35, 0.95)])
def test_invented_pages_have_the_shape_of_their_sort(extractor: str, least: float, most: float) -> None:
    for page in texts.invent(extractor, FURNITURE, 12):
        lines = [line for line in page.split("\n") if line]
        prose = [line for line in lines if is_prose(view(line))]
        assert least < len(prose) / len(lines) < most
        assert page.endswith("\n")


def test_invented_pages_hold_furniture_that_the_rules_remove(shipped: cleaner.Program) -> None:
    furniture = texts.furniture_of(shipped.ruleset)
    assert len(furniture) > 1_000
    pages = texts.invent("wet", furniture, 4)
    assert all(cleaner.clean(page, shipped, extractor="wet").removals for page in pages)


def test_no_page_comes_twice_and_short_lines_come_back() -> None:
    pages = ("Read more\n" + "A long sentence that nobody has written before. " * 2, "b" * 80)
    found = list(islice(texts.distinct(pages), 6))
    assert found[:2] == list(pages)
    assert len(set(found)) == 6
    assert all(page.startswith("Read more\n") for page in found[::2])


def test_pages_are_taken_until_the_size_is_reached() -> None:
    assert texts.at_least(["äää", "bbb", "ccc"], 8) == ["äää", "bbb"]
    assert texts.at_least(["aaa"], 0) == []


def test_a_corpus_gives_the_pages_of_each_extractor(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl.gz"
    rows = [{"extractor": "wet", "text": "one"}, {"extractor": "resiliparse", "text": "two"}]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    sources = texts.find_sources(cleaner.RuleSet(), path)
    assert (sources["wet"].pages, sources["resiliparse"].pages) == (("one",), ("two",))


def test_without_a_corpus_pages_are_invented(tmp_path: Path) -> None:
    sources = texts.find_sources(cleaner.RuleSet(), tmp_path / "none.gz")
    assert {source.origin for source in sources.values()} == {"invented"}


def test_the_patterns_are_the_same_whatever_the_order_of_packs(shipped: cleaner.Program) -> None:
    packs = shipped.ruleset.packs
    labels = rivals.labels_of(shipped.ruleset)
    assert len(set(labels)) == rivals.PATTERN_COUNT
    assert labels == rivals.labels_of(cleaner.RuleSet(packs[::-1]))


@pytest.mark.parametrize("text", ["Read more (2)", "a.b*c", "[x] {1} ^$|\\", "C++?", "50 % #1 - &~"])
def test_a_label_s_pattern_finds_the_label_alone(text: str) -> None:
    whole, start = (re.compile(rivals.Label(text, is_whole).pattern()) for is_whole in (True, False))
    assert whole.match(text) and whole.match(f" \t{text} ") and start.match(f"{text} and more")
    assert not whole.match(f"{text} and more") and not start.match(f"See {text}")


@pytest.mark.parametrize("make", [rivals.re2_set, rivals.hyperscan_scan])
def test_every_rival_that_is_there_leaves_the_same_lines(make) -> None:  # type: ignore[no-untyped-def]
    labels = (rivals.Label("read more", True), rivals.Label("Photo:", False))
    pages = ["Read more\nBody.\n  photo: a\nBody: read more\n\nREAD MORE"]
    run = make(labels, pages)
    left = rivals.loop(labels, pages, "re")()
    assert left == rivals.loop(labels, pages, "regex")() == ["Body.\nBody: read more\n"]
    if run is not None:
        [found] = run()
        text = found.decode() if isinstance(found, bytes) else found
        assert text.rstrip("\n") == "Body.\nBody: read more"


def test_generated_packs_load_and_hold_so_many_rules(tmp_path: Path) -> None:
    write_packs(tmp_path, 700, texts.invent("wet", FURNITURE, 4))
    ruleset = cleaner.load(tmp_path, shipped=False)
    assert sum(1 for _ in ruleset) == 700
    assert len({type(rule.operation) for rule in ruleset}) == 4


def test_contenders_take_turns() -> None:
    turns: list[str] = []
    timings = interleave({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, 2)
    assert turns == ["a", "b"] * 3
    assert all(len(timing.seconds) == len(timing.cpu_seconds) == 2 for timing in timings.values())


@pytest.mark.parametrize(
    ("value", "target", "verdict", "shown"),
    [
        (2.0, at_least(2), "met", "2x"),
        (1.9999, at_least(2), "not met", "1.9999x"),
        (2.2001, at_most(2.2), "not met", "2.2001x"),
        (2.2, at_most(2.2), "met", "2.2x"),
        (0.00263, at_least(300), "not met", "0.00263x"),
        (None, at_least(2), "not measured", "-"),
        (3.14159, None, "", "3.14x"),
        (149.99, at_most(150, " MB"), "met", "150 MB"),
    ],
)
def test_a_row_is_judged_unrounded(
    value: float | None, target: tables.Target, verdict: str, shown: str
) -> None:
    row = Row("a", value=value, target=target)
    assert row.verdict == verdict
    assert row.cells()[3] == shown


@pytest.mark.parametrize(
    ("sent", "early", "peak", "verdicts"),
    [
        (100, 100, 105, ["met", "met"]),
        (100, 100, 160, ["not met", "not met"]),
        (50, 100, 105, ["not measured", "not measured"]),
        (50, 100, 160, ["not met", "not met"]),
        (5, 0, 105, ["not measured", "not measured"]),
        (100, 0, 0, ["not measured"]),
    ],
)
def test_a_stream_that_ended_early_proves_no_flat_memory(
    sent: int, early: int, peak: int, verdicts: list[str]
) -> None:
    stream = Stream(sent * 1_000_000, early * 1_000_000, peak * 1_000_000, 1.0)
    assert [row.verdict for row in memory_rows(stream, 100_000_000)] == verdicts


def test_the_table_s_columns_stand_below_each_other() -> None:
    rows = [
        Row("a", "10 MB/s", "5 MB/s", 2.0, at_least(2), "with a note"),
        Row("longer", target=at_most(1.5)),
    ]
    assert render(rows) == (
        "what    ours     other   ratio  target   verdict\n"
        "------  -------  ------  -----  -------  ------------\n"
        "a       10 MB/s  5 MB/s  2x     >= 2x    met\n"
        "    with a note\n"
        "longer                   -      <= 1.5x  not measured\n"
    )


def test_a_report_is_put_on_file_as_text_and_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "RESULTS", tmp_path / "results")
    rows = [Row("a", value=1.0, target=at_least(2), measures={"seconds": (1.0, 2.0)})]
    text, data = tables.write("try", {"rules": 3}, render(rows), rows, date(2026, 1, 2))
    assert (text.name, data.name) == ("2026-01-02-try.txt", "2026-01-02-try.json")
    assert text.read_text() == render(rows)
    report = json.loads(data.read_text())
    assert report["facts"] == {"rules": 3}
    assert report["rows"][0]["verdict"] == "not met"
    assert report["rows"][0]["measures"] == {"seconds": [1.0, 2.0]}
