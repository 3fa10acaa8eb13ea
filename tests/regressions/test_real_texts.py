"""Real pages, where they are at hand: nothing breaks on them, and the seed articles come out as labelled.

The texts belong to their publishers and are no part of this project. Where they are not there,
these tests have nothing to run on; the articles under tests/golden stand in for them.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cleaner
from cleaner import Program
from cleaner.segments import view

SHARED = Path(__file__).parents[3] / "shared"
PRODUCT_KINDS = {
    "kicker": "nav", "credit": "caption", "bio": "byline", "newsletter": "promo", "contact": "promo",
    "paywall": "notice", "cookie": "notice", "ui": "notice", "disclaimer": "notice", "embed": "media",
    "widget": "media", "podcast": "media", "agency": "footer", "sources": "footer", "topics": "related",
    "shortcode": "code", "date": "byline", "poll": "media",
}  # fmt: skip

needs_corpus = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not at hand")
needs_seeds = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the seed articles are not at hand")


@cache
def pages() -> list[dict[str, Any]]:
    with gzip.open(SHARED / "corpus" / "pages.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def gone_lines(result: cleaner.Result) -> dict[int, str]:
    """The kind of each non-blank line of which anything went, by number from 1."""
    found = {}
    start = 0
    for number, line in enumerate(result.original.split("\n"), 1):
        end = start + len(line)
        kinds = [r.kind for r in result.removals if r.start < end and r.end > start]
        if kinds and view(line):
            found[number] = kinds[0]
        start = end + 1
    return found


@needs_corpus
@pytest.mark.parametrize("extractor", ["resiliparse", "wet", "trafilatura"])
@pytest.mark.parametrize("is_told", [True, False], ids=["url", "no url"])
def test_real_pages_are_sound(extractor: str, is_told: bool, shipped: Program) -> None:
    rows = [row for row in pages() if row["extractor"] == extractor]
    assert len(rows) == 137
    removal_count = 0
    for row in rows:
        scope = {"url": row["url"] if is_told else None, "extractor": extractor}
        result = cleaner.clean(row["text"], shipped, **scope)
        result.verify()
        assert cleaner.clean(result.text, shipped, **scope).text == result.text, row["id"]
        removal_count += len(result.removals)
    assert removal_count >= 10


# Body lines that a rule may take: (rule, page, line). The label is wrong, or the line is a second copy
# of the headline in a box of teasers, and the article's own stays.
WAIVERS = {
    ("kit.funke/rubric-link", "waz.de", 56): "a link to the section, labelled body",
    ("golem.de/front-page", "golem.de", 35): "the headline again, in the list of the front page",
}


@needs_corpus
def test_no_rule_fires_on_body(shipped: Program) -> None:
    fired = {}
    body_chars = 0
    for row in (row for row in pages() if row["extractor"] == "resiliparse"):
        lines = row["text"].split("\n")
        body = {number for number, verdict, _ in row["lines"] if verdict == "keep"}
        body_chars += sum(len(lines[number - 1]) for number in body)
        for url in (row["url"], None):
            result = cleaner.clean(row["text"], shipped, url=url, extractor="resiliparse")
            for number, rule in whole_lines(result).items():
                if number in body:
                    fired[rule, row["site"], number] = lines[number - 1]
    assert body_chars > 500_000
    assert {key: line for key, line in fired.items() if key not in WAIVERS} == {}
    assert WAIVERS.keys() <= fired.keys()


def whole_lines(result: cleaner.Result) -> dict[int, str]:
    """The rule of each non-blank line that is gone as a whole, by number from 1."""
    found = {}
    start = 0
    for number, line in enumerate(result.original.split("\n"), 1):
        end = start + len(line)
        for removal in result.removals:
            if view(line) and removal.start <= start and end <= removal.end:
                found[number] = removal.rule
        start = end + 1
    return found


@needs_seeds
@pytest.mark.parametrize("name", ["dw", "sky"])
@pytest.mark.parametrize("how", ["told nothing", "site", "url"])
def test_the_seed_articles(name: str, how: str, shipped: Program) -> None:
    site = {"dw": "dw.com", "sky": "news.sky.com"}[name]
    scope = {"told nothing": {}, "site": {"site": site}, "url": {"url": f"https://www.{site}/a-1"}}[how]
    text = (SHARED / "seeds" / f"{name}.txt").read_text()
    rows = [line.split("\t") for line in (SHARED / "seeds" / "labels.tsv").read_text().splitlines()[1:]]
    labels = {int(number): label.split() for file, number, label in rows if file == f"{name}.txt"}
    result = cleaner.clean(text, shipped, **scope)
    result.verify()
    wanted = {n: PRODUCT_KINDS.get(label[1], label[1]) for n, label in labels.items() if label[0] == "remove"}
    assert gone_lines(result) == wanted
    kept = [line for n, line in enumerate(text.split("\n"), 1) if n in labels and n not in wanted]
    assert [line for line in result.text.split("\n") if view(line)] == kept
