"""Lines, views and classes: what counts as the same line, and what counts as prose."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.segments import (
    CLASS_MEANINGS,
    CLASSES,
    FOLDED_MARKER_STARTS,
    FOLDS,
    PROSE_MIN_CHARS,
    UNSPACED_PROSE_MIN_CHARS,
    bare_start,
    fold_case,
    fold_views,
    has_odd_case,
    is_prose,
    split,
    trace,
    view,
    views,
    with_white_space,
)
from cleaner.spans import Span, union, without

TEXTS = st.text(
    alphabet=st.sampled_from(" \t\r\n\x00ab.AB1-•»’“\u00a0\u00ad\u200b\u3000Ａß\u0130ﬁς港。"), max_size=40
)
LINES = TEXTS.map(lambda text: text.replace("\n", " "))


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("Read\u00a0more", "Read more"),
        ("Read \u202f more ", "Read more"),
        ("\ufeffRe\u00adad\u200b more\u200d", "Read more"),
        ("„Mehr“ ‚dazu‘", "\"Mehr\" 'dazu'"),
        ("«Lire»", '"Lire"'),
        ("ＲＥＡＤ　１２：３０", "READ 12:30"),
        ("ﾆｭｰｽ", "ニュース"),
        ("Share\r", "Share"),
        ("a\x00b", "ab"),
        ("\u200b \u00ad", ""),
    ],
)
def test_view(line: str, seen: str) -> None:
    assert view(line) == seen


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("  • Share", ("• Share", "Share")),
        ("•Share", ("•Share", "Share")),
        ("12. Share", ("12. Share", "Share")),
        ("(3) Share", ("(3) Share", "Share")),
        ("» Mehr", ('" Mehr', "Mehr")),
        ("- Share", ("- Share", "Share")),
        ("-5 degrees", ("-5 degrees",)),
        ("1.5 million", ("1.5 million",)),
        ("2018. Share", ("2018. Share",)),
        ("•", ("•",)),
        ("1. 2. Share", ("1. 2. Share", "2. Share")),
    ],
)
def test_one_list_marker_comes_off(line: str, seen: tuple[str, ...]) -> None:
    assert views(line) == seen


@given(LINES)
def test_a_view_is_its_own_view(line: str) -> None:
    assert view(view(line)) == view(line)


@given(LINES)
def test_a_trace_is_the_view_and_leads_back(line: str) -> None:
    start = bare_start(line)
    for at in {0, start}:
        seen, origins = trace(line, at)
        assert seen == view(line[at:])
        assert len(origins) == len(seen) + 1
        assert all(
            FOLDS.get(ord(line[place]), line[place]) == char
            for char, place in zip(seen, origins, strict=False)
        )


@given(TEXTS)
def test_folding_a_text_is_folding_its_lines(text: str) -> None:
    assert [line.strip() for line in fold_views(text).split("\n")] == [
        view(line) for line in text.split("\n")
    ]


@given(st.text(max_size=30))
def test_lower_case_is_folded_case_where_no_letter_is_odd(text: str) -> None:
    if not has_odd_case(text):
        assert text.lower() == fold_case(text)


@given(st.text(max_size=30))
def test_folding_case_keeps_the_length_and_holds(text: str) -> None:
    folded = fold_case(text)
    assert len(folded) == len(text)
    assert fold_case(folded) == folded
    assert fold_case(text.swapcase().swapcase()) == fold_case(text) or len(text.swapcase()) != len(text)


@given(LINES)
def test_what_bears_a_marker_begins_like_one(line: str) -> None:
    if bare_start(line):
        assert view(line)[:1] in FOLDED_MARKER_STARTS or not view(line)


@given(st.text(max_size=30))
def test_split_loses_nothing(text: str) -> None:
    lines = split(text)
    assert "\n".join(lines) + "\n" * text.endswith("\n") == text


SENTENCE = "The harbour stays closed until the divers have come back from the wreck, she said"


def test_prose_begins_at_its_threshold() -> None:
    line = "x" * (PROSE_MIN_CHARS - 2) + "a."
    assert len(line) == PROSE_MIN_CHARS
    assert is_prose(line)
    assert not is_prose(line[1:])
    assert is_prose("x" + line)


def test_dense_scripts_count_more() -> None:
    assert is_prose("港" * 31 + "。")  # 32 * 2.5 = 80
    assert not is_prose("港" * 30 + "。")


def test_scripts_without_full_stops_need_length_alone() -> None:
    assert is_prose("ก" * UNSPACED_PROSE_MIN_CHARS)
    assert not is_prose("ก" * (UNSPACED_PROSE_MIN_CHARS - 1))


@pytest.mark.parametrize(
    "line",
    [
        SENTENCE + ".",
        SENTENCE + '."',
        SENTENCE + "…",
        SENTENCE + "! And then",
        "\u0627\u0644\u0645\u064a\u0646\u0627\u0621 " * 12 + "\u061f",
        "\u092c\u0902\u0926\u0930\u0917\u093e\u0939 " * 12 + "\u0964",
        "항구는 잠수부가 돌아올 때까지 닫혀 있을 것이라고 그녀는 말했다. 배 열두 척이 기다린다.",
    ],
)
def test_prose(line: str) -> None:
    assert is_prose(view(line))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Read more.",
        SENTENCE,
        "Home News Sport Weather Travel Culture Opinion Video Podcasts Newsletters Jobs Shop Games",
        "Am 3. Mai und am 14. Juni und am 5. August und am 7. September und am 9. Oktober und so fort",
        "v1.2.3 v1.2.4 v1.2.5 v1.2.6 v1.2.7 v1.2.8 v1.2.9 v1.3.0 v1.3.1 v1.3.2 v1.3.3 v1.3.4 v1.3.5",
    ],
)
def test_not_prose(line: str) -> None:
    assert not is_prose(view(line))


CLASS_CASES = {
    "any": (["x"], [""]),
    "prose": ([SENTENCE + "."], ["x"]),
    "bullet": (["•", "-", "*"], ["• x", "--"]),
    "symbols": (["***", "| |", "—"], ["a", "* 1", ""]),
    "number": (["12", "1,234", "4.5K", "30%", "-3"], ["12 Uhr", "a1", "1-2"]),
    "time": (["05:07", "1:02:33", "7.30 pm", "10:40 Uhr", "18:30 UTC"], ["5", "at 05:07", "10:4"]),
    "date": (["2018-04-27", "27.04.2018", "27.04.2018 10:30", "2018年4月27日"], ["April 27", "27"]),
    "url": (["https://a.com/b?c", "www.a.com", "a.com/b"], ["a.com", "see https://a.com"]),
    "email": (["desk@a.com", "E-Mail: desk@a.com"], ["desk at a.com", "@desk"]),
    "handle": (["@desk"], ["@", "desk", "@a b"]),
    "hashtags": (["#vote", "#vote #budget"], ["vote #budget", "# vote"]),
}


@pytest.mark.parametrize("name", CLASS_CASES)
def test_classes(name: str) -> None:
    yes, no = CLASS_CASES[name]
    assert [line for line in yes if not CLASSES[name](line)] == []
    assert [line for line in no if CLASSES[name](line)] == []


def test_every_class_is_explained_and_tested() -> None:
    assert CLASSES.keys() == CLASS_MEANINGS.keys() == CLASS_CASES.keys()


@given(LINES, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_white_space_goes_only_with_what_it_stood_beside(line: str, pairs: list[tuple[int, int]]) -> None:
    spans = union((min(a, len(line)), min(b, len(line))) for a, b in pairs)
    widened = with_white_space(line, spans)
    assert len(widened) == len(spans)
    gone = without(line, spans)
    left = without(line, widened)
    assert [char for char in left if not char.isspace()] == [char for char in gone if not char.isspace()]
    assert all(
        wide.start <= span.start and span.end <= wide.end for wide, span in zip(widened, spans, strict=True)
    )
    assert all(first.end <= second.start for first, second in pairwise(widened))


def test_indentation_stays() -> None:
    assert with_white_space("  Watch: He won", [Span(2, 8)]) == [Span(2, 9)]
