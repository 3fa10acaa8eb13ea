"""Rows of the report, their verdicts, and the report as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
HEADINGS = ("what", "ours", "other", "ratio", "target", "verdict")


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio (or a size) has to reach: at least the bound, or at most."""

    bound: float
    is_floor: bool
    unit: str = "x"

    def is_met_by(self, value: float) -> bool:
        """Whether the value, unrounded, is on the right side; the bound itself is."""
        return value >= self.bound if self.is_floor else value <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.is_floor else '<='} {self.bound:g}{self.unit}"


def at_least(bound: float, unit: str = "x") -> Target:
    """A floor."""
    return Target(bound, True, unit)


def at_most(bound: float, unit: str = "x") -> Target:
    """A ceiling."""
    return Target(bound, False, unit)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `value` is what the target judges; None if it could not be measured, and `note` says
    why. `measures` holds the numbers behind it."""

    what: str
    ours: str = ""
    other: str = ""
    value: float | None = None
    target: Target | None = None
    note: str = ""
    measures: Mapping[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """`met`, `not met`, `not measured`, or nothing where there is no target.

        >>> Row("a", value=1.99, target=at_least(2)).verdict, Row("b", target=at_least(2)).verdict
        ('not met', 'not measured')
        """
        if self.value is None:
            return "not measured"
        if self.target is None:
            return ""
        return "met" if self.target.is_met_by(self.value) else "not met"

    def cells(self) -> tuple[str, ...]:
        """What is printed, in the order of the headings."""
        unit = self.target.unit if self.target else "x"
        value = "-" if self.value is None else f"{_shown(self.value, self.target)}{unit}"
        return self.what, self.ours, self.other, value, str(self.target or ""), self.verdict


def _shown(value: float, target: Target | None) -> str:
    """A number with enough digits that it does not look met when it is not."""
    digits = 3
    while target and digits < 9 and target.is_met_by(float(f"{value:.{digits}g}")) != target.is_met_by(value):
        digits += 1
    return f"{value:.{digits}g}"


def render(rows: Sequence[Row]) -> str:
    """The table, its columns as wide as they must be, and a note below each row that has one."""
    cells = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(HEADINGS, widths), "  ".join("-" * width for width in widths)]
    for row in rows:
        lines.append(_line(row.cells(), widths))
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def write(what: str, facts: Mapping[str, object], text: str, rows: Sequence[Row], day: date) -> list[Path]:
    """Put the report under `results/`, dated, as text and as JSON; the files that were written."""
    RESULTS.mkdir(exist_ok=True)
    report = {"facts": facts, "rows": [{**asdict(row), "verdict": row.verdict} for row in rows]}
    contents = {
        RESULTS / f"{day.isoformat()}-{what}.txt": text,
        RESULTS / f"{day.isoformat()}-{what}.json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
    }
    for path, content in contents.items():
        path.write_text(content, encoding="utf-8")
    return list(contents)
