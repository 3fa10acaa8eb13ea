"""The evaluator's figures as a table for people, and as one JSON object for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from cleaner.evaluator import Fate, Figures, Recognition, Score, figures, grouped, kind_shares
from cleaner.printer import align, visible

SHOWN_CHARS = 90
"""Characters of a line that a table shows."""

_HEAD = ("pages", "raw F1", "P", "R", "F1", "retention", "removal", "lost/M", "lossy", "exact")


def score_lines(scores: Sequence[Score], by: Sequence[str], top: int) -> Iterator[str]:
    """The tables: figures by group, furniture by kind, who lost body, what furniture is left. `top`: how
    many lines of each of the last two."""
    for name in by:
        if name != "kind":
            yield from _figure_table(scores, name)
    if "kind" in by:
        yield from _kind_table(scores)
    yield from _section("Body lost, by rule", _blame_rows(scores, top))
    yield from _section("Furniture left, the longest lines", _missed_rows(scores, top))
    if any(score.is_guessed for score in scores):
        yield "~ from labels that were guessed by comparing lines with the body"


def _section(title: str, rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield title
        yield from (f"  {line}" for line in align(rows, right=[0]))
        yield ""


def _figure_table(scores: Sequence[Score], by: str) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [(by, *_HEAD)]
    rows += [(name, *_cells(figures(group))) for name, group in grouped(scores, by).items()]
    if len(rows) > 2:
        rows.append(("all", *_cells(figures(scores))))
    yield from align(rows, right=range(1, len(_HEAD) + 1))
    yield ""


def _cells(of: Figures) -> tuple[str, ...]:
    mark = "~" if of.is_guessed else ""
    return (
        str(of.page_count),
        *(f"{share:.4f}" for share in (of.raw_f1, of.precision, of.recall, of.f1)),
        f"{mark}{of.retention:.5f}",
        f"{mark}{of.removal:.4f}",
        f"{mark}{of.lost_per_million:,.0f}",
        f"{mark}{of.lossy_count}",
        str(of.exact_count),
    )


def _kind_table(scores: Sequence[Score]) -> Iterator[str]:
    rows = [("kind", "characters", "removed")]
    shares = [(kind, count, gone) for kind, (count, gone) in kind_shares(scores).items() if count]
    rows += [(kind, f"{count:,}", f"{gone / count:.4f}") for kind, count, gone in shares]
    yield from align(rows, right=[1, 2])
    yield ""


def _blame_rows(scores: Iterable[Score], top: int) -> list[tuple[str, ...]]:
    """Each rule with the body characters that it took, and its longest lines."""
    chars: Counter[str] = Counter()
    lines: dict[str, list[tuple[Score, Fate]]] = {}
    for score in scores:
        for fate in score.lost:
            chars[fate.rule] += len(fate.text)
            lines.setdefault(fate.rule, []).append((score, fate))
    rows: list[tuple[str, ...]] = []
    for rule, count in sorted(chars.items(), key=lambda pair: (-pair[1], pair[0])):
        rows.append((f"{count:,}", rule, ""))
        rows += [("", f"  {_place(*pair)}", _shown(pair[1].text)) for pair in _longest(lines[rule], top)]
    return rows


def _missed_rows(scores: Iterable[Score], top: int) -> list[tuple[str, ...]]:
    missed = [(score, fate) for score in scores for fate in score.missed]
    return [
        (f"{len(fate.text):,}", _place(score, fate), fate.label.kind, _shown(fate.text))
        for score, fate in _longest(missed, top)
    ]


def _longest(pairs: Iterable[tuple[Score, Fate]], top: int) -> list[tuple[Score, Fate]]:
    def order(pair: tuple[Score, Fate]) -> tuple[int, str, int]:
        score, fate = pair
        return -len(fate.text), score.page.where, fate.label.number

    return sorted(pairs, key=order)[:top]


def _place(score: Score, fate: Fate) -> str:
    name = score.page.id or score.page.where
    extractor = f" {score.page.extractor}" if score.page.extractor else ""
    return f"{name}{extractor}:{fate.label.number}"


def _shown(text: str) -> str:
    return visible(text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 3] + "...")


def recognition_lines(of: Recognition) -> Iterator[str]:
    """How many sites were told by their lines, and who was taken for another."""
    share = of.right_count / max(1, of.page_count)
    yield f"recognised {of.right_count} of {of.page_count} pages whose site has known_by lines ({share:.4f})"
    yield f"another site's pack came in on {len(of.wrong)} pages"
    yield from (f"  {where}: {pack}" for where, pack in of.wrong)


def score_record(scores: Sequence[Score], recognised: Recognition | None) -> dict[str, object]:
    """Everything, for programs: figures by group, furniture by kind, lost and missed lines."""
    by = {
        f"by_{name}": {key: asdict(figures(group)) for key, group in grouped(scores, name).items()}
        for name in ("extractor", "language", "site")
    }
    kinds = {
        kind: {"characters": count, "removed": gone} for kind, (count, gone) in kind_shares(scores).items()
    }
    record: dict[str, object] = {"all": asdict(figures(scores)), **by, "kinds": kinds}
    record["lost"] = [_fate_record(score, fate) for score in scores for fate in score.lost]
    record["missed"] = [_fate_record(score, fate) for score in scores for fate in score.missed]
    if recognised is not None:
        record["recognition"] = asdict(recognised)
    return record


def _fate_record(score: Score, fate: Fate) -> dict[str, object]:
    page, label = score.page, fate.label
    place = {"id": page.id, "extractor": page.extractor, "line": label.number, "kind": label.kind}
    return {**place, "rule": fate.rule, "text": fate.text}
