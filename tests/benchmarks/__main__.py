"""`python -m tests.benchmarks`: measure, print the table, and put it on file if asked to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

import click

import cleaner
from tests.benchmarks import machines, processes, scaling, tables, texts, throughput
from tests.benchmarks.setups import Setup

Measurement: TypeAlias = Callable[[Setup], list[tables.Row]]

MEASUREMENTS: dict[str, Measurement] = {
    "wet": throughput.whole_pages,
    "article": throughput.articles,
    "floors": throughput.floors,
    "page": throughput.one_page,
    "start-up": processes.start_up,
    "process": processes.whole_process,
    "jobs": processes.two_jobs,
    "rules": scaling.rule_counts,
    "memory": processes.memory,
    "document": scaling.documents,
    "line": scaling.long_lines,
    "empty-lines": scaling.empty_lines,
    "regexes": scaling.hostile_lines,
}


@click.command()
@click.option(
    "--only", "names", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="Only this; repeatable."
)
@click.option("--quick", "is_quick", is_flag=True, help="Smaller texts and fewer rounds.")
@click.option(
    "--out", "what", metavar="WHAT", help="Put the report under results/, with today's date and this name."
)
@click.option(
    "--corpus", type=click.Path(path_type=Path), default=texts.CORPUS, help="JSON Lines of pages, gzipped."
)
def main(names: Collection[str], is_quick: bool, what: str | None, corpus: Path) -> None:
    """Measure the cleaner against what a user would take instead."""
    with tempfile.TemporaryDirectory(prefix="cleaner-bench-") as folder:
        os.environ["CLEANER_CACHE"] = str(
            Path(folder) / "cache"
        )  # warm after the first load, and nobody else's
        ruleset = _load()
        sources = texts.find_sources(ruleset, corpus)
        day = date.today()
        facts = machines.facts(ruleset, sources, day) | {"run": "quick" if is_quick else "full"}
        setup = Setup(ruleset, sources, Path(folder), is_quick, _tell)
        rows = _measure(setup, names or MEASUREMENTS)
    text = _report(facts, rows)
    click.echo(text, nl=False)
    for path in tables.write(what, facts, text, rows, day) if what else ():
        _tell(f"wrote {path}")


def _load() -> cleaner.RuleSet:
    try:
        return cleaner.load()
    except cleaner.RuleError as error:
        raise click.ClickException(str(error)) from None


def _measure(setup: Setup, names: Collection[str]) -> list[tables.Row]:
    """The rows of the wanted measurements, in the table's order. One that fails is a row that says so."""
    rows: list[tables.Row] = []
    for name, measure in MEASUREMENTS.items():
        if name in names:
            _tell(f"measuring: {name}")
            found = _rows(setup, name, measure)
            _tell(tables.render(found))  # an interrupted run has shown what it knows
            rows += found
    return rows


def _rows(setup: Setup, name: str, measure: Measurement) -> list[tables.Row]:
    try:
        return measure(setup)
    except (RuntimeError, OSError) as error:
        return [tables.Row(name, note=f"failed: {error}")]


def _report(facts: Mapping[str, object], rows: list[tables.Row]) -> str:
    known = "".join(f"{name}: {fact}\n" for name, fact in facts.items())
    return f"{known}\n{tables.render(rows)}"


def _tell(message: str) -> None:
    click.echo(message, err=True)


if __name__ == "__main__":
    main()
