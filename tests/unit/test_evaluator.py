"""Figures on small pages, and the same figures as the script that comes with the gold corpus."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

import cleaner
from cleaner.evaluator import (
    figures,
    grouped,
    kind_shares,
    line_owners,
    overlap,
    recognition,
    score,
)
from cleaner.pages import Page, parse_page

GOLD_FOLDER = Path(cleaner.__file__).parents[2] / "shared" / "corpus"
SAMPLE_EVERY = 9
"""One page of so many is compared: the figures are averages, and a difference on one page shows."""

PACK = """\
format: 1
pack: pier.example
sites: [pier.example]
languages: [en]
known_by: [The Pier on your telephone, Members of The Pier]
rules:
  - id: share
    kind: share
    why: the buttons
    line: {exact: [Share, Print]}
    examples: [{text: "- Share\\n= Share it"}]
  - id: label
    kind: code
    why: what a screen reader says
    inline: {exact: " (opens a window)", at: end}
    examples: [{text: "~ It (opens a window)\\n> It\\n= It"}]
"""

SENTENCE = "The divers left the wreck at noon, and the harbour opened again for the ferries to the islands."


@pytest.fixture
def program(tmp_path: Path) -> cleaner.Program:
    path = tmp_path / "pier.example.yaml"
    path.write_text(PACK)
    return cleaner.compile_rules(cleaner.load(path, shipped=False))


def page(text: str, body: str, **known: object) -> Page:
    row = {"text": text, "body": body, "url": "https://pier.example/1", "extractor": "x", **known}
    return parse_page(json.dumps(row).encode(), "gold:1", ["text", "body"])


LABELLED = page(
    f"Share\n\n{SENTENCE}\nShare\nPrint\nRead on (opens a window)\nOwner: A. Reed\n",
    f"{SENTENCE}\nShare\nRead on (opens a window)\n",
    lines=[
        [1, "remove", "share"],
        [3, "keep", ""],
        [4, "keep", ""],
        [5, "remove", "share"],
        [6, "keep", ""],
        [7, "remove", "credit"],
    ],
)


def test_overlap_counts_shingles_of_four_words() -> None:
    assert overlap("a b c d e", "a b c d") == (1, 0, 1)
    assert overlap("a b", "a b") == (1, 0, 0)
    assert overlap("a b c", "") == (0, 0, 1)
    assert overlap("\u6e2f\u306f\u958b", "\u6e2f\u306f\u958b\u304f") == (0, 1, 1)


def test_shares_without_text_are_none() -> None:
    nothing = overlap("", "")
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, 0.0)


def test_lost_body_and_missed_furniture_are_named_with_the_rule(program: cleaner.Program) -> None:
    found = score(LABELLED, program)
    assert [(fate.label.number, fate.rule) for fate in found.lost] == [
        (4, "pier.example/share"),
        (6, "pier.example/label"),
    ]
    assert [(fate.label.number, fate.text) for fate in found.missed] == [(7, "Owner: A. Reed")]
    assert found.rules == {"pier.example/share": len("Share") + len("Print")}
    assert found.language == "en"


def test_figures_are_shares_of_characters(program: cleaner.Program) -> None:
    found = figures([score(LABELLED, program)])
    body = len(SENTENCE) + len("Share") + len("Read on (opens a window)")
    lost = len("Share") + len("Read on (opens a window)")
    assert found.retention == pytest.approx(1 - lost / body)
    assert found.lost_per_million == pytest.approx(lost / body * 1e6)
    assert found.removal == pytest.approx(10 / (10 + len("Owner: A. Reed")))
    assert (found.page_count, found.lossy_count, found.exact_count, found.is_guessed) == (1, 1, 0, False)


def test_a_removed_twin_of_a_body_line_is_no_loss(program: cleaner.Program) -> None:
    """Lines are found again by what they say, body first."""
    twin = page(
        f"Home\n{SENTENCE}\nHome\n", f"{SENTENCE}\nHome\n", lines=[[1, "remove", "nav"], [3, "keep", ""]]
    )
    assert score(twin, program).lost == ()


def test_labels_are_guessed_where_there_are_none(program: cleaner.Program) -> None:
    text = f"Share\n{SENTENCE}\n{SENTENCE[:40]}\n{SENTENCE[:39]}\n"
    found = score(page(text, SENTENCE), program)
    assert found.is_guessed
    assert [(fate.label.number, fate.label.what) for fate in found.fates] == [
        (2, "keep"),
        (3, "keep"),
        (1, "remove"),
        (4, "remove"),
    ]
    assert kind_shares([found]) == {}


def test_an_exact_page(program: cleaner.Program) -> None:
    assert score(page(f"Share\n{SENTENCE}\n", SENTENCE), program).is_exact


def test_kinds_and_groups(program: cleaner.Program) -> None:
    scores = [score(LABELLED, program), score(page("Share\n", "", site="pier", extractor="a"), program)]
    assert kind_shares(scores) == {"credit": (14, 0), "share": (10, 10)}
    assert list(grouped(scores, "extractor")) == ["a", "x"]
    assert list(grouped(scores, "site")) == ["pier", "pier.example"]


def test_recognition_of_a_page_whose_site_is_not_told(program: cleaner.Program) -> None:
    known = f"Members of The Pier\nShare\n{SENTENCE}\nThe Pier on your telephone\n"
    scores = [
        score(page(known, SENTENCE), program, is_blind=True),
        score(page(f"Share\n{SENTENCE}\n", SENTENCE), program, is_blind=True),
        score(page(known, SENTENCE, url="https://elsewhere.example/"), program, is_blind=True),
    ]
    found = recognition(scores, program)
    assert (found.page_count, found.right_count) == (2, 1)
    assert found.wrong == (("gold:1", "pier.example"),)


def test_owners_of_lines_by_number() -> None:
    result = cleaner.Result(
        "a\n\nbc\nd",
        "c\nd",
        tuple(
            cleaner.Removal(rule, "ad", start, end, None)  # type: ignore[arg-type]
            for rule, start, end in (("p/one", 0, 3), ("p/two", 3, 4))
        ),
    )
    result.verify()
    assert line_owners(result) == {1: "p/one", 3: "p/two"}


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    """The script that the gold corpus comes with, where it is there."""
    path = GOLD_FOLDER / "score.py"
    if not path.is_file():
        pytest.skip("no gold corpus beside this checkout")
    spec = importlib.util.spec_from_file_location("gold_score", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_figures_equal_those_of_the_corpus_script(scorer: ModuleType, shipped: cleaner.Program) -> None:
    with gzip.open(GOLD_FOLDER / "pages.jsonl.gz") as stream:
        rows = [json.loads(line) for line in stream]
    by_extractor: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_extractor.setdefault(row["extractor"], []).append(row)
    for extractor, group in by_extractor.items():
        chosen = group[::SAMPLE_EVERY]
        pages = [parse_page(json.dumps(row).encode(), "gold") for row in chosen]
        found = figures([score(each, shipped) for each in pages])
        texts = [cleaner.clean(p.text, shipped, url=p.url, extractor=p.extractor).text for p in pages]
        precision, recall, f1 = scorer.prf([(p.body, text) for p, text in zip(pages, texts, strict=True)])
        assert (found.precision, found.recall, found.f1) == pytest.approx((precision, recall, f1)), extractor
        assert found.raw_f1 == pytest.approx(scorer.prf([(p.body, p.text) for p in pages])[2])
        survival = [
            scorer.line_survival(p.text, text, row.get("lines") or scorer.guessed_lines(p.text, p.body))
            for p, text, row in zip(pages, texts, chosen, strict=True)
        ]
        kept, body, removed, furniture = (sum(each[place] for each in survival) for place in range(4))
        assert found.retention == pytest.approx(kept / max(1, body)), extractor
        assert found.removal == pytest.approx(removed / max(1, furniture)), extractor
        assert found.lossy_count == sum(bool(each[4]) for each in survival)
