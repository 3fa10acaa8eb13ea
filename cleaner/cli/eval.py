"""`cleaner eval`: how good the rules are on pages whose body is known, with floors for a build to hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from cleaner.cli.files import (
    EXIT_DONE,
    EXIT_WANTING,
    Failure,
    complain,
    print_lines,
    read_pages,
)
from cleaner.cli.options import load_rules, rules_option

if TYPE_CHECKING:
    from cleaner.evaluator import Score
    from cleaner.pages import Page

TOP_LINES = 20
"""Lines that the tables of lost and missed lines show; `--top` shows more."""


@click.command("eval")
@click.argument("gold", metavar="GOLD.jsonl")
@rules_option
@click.option("--no-site-packs", is_flag=True, help="Use general packs only.")
@click.option("--blind", is_flag=True, help="Tell no page's site, and measure how many are recognised.")
@click.option("--only", multiple=True, metavar="FIELD=VALUE", help="Only rows with this value. Repeatable.")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["extractor", "language", "site", "kind"]),
    help="A table for each. Repeatable.  [default: extractor, kind]",
)
@click.option(
    "--top",
    default=TOP_LINES,
    show_default=True,
    metavar="N",
    type=click.IntRange(0),
    help="Lines of lost body and of missed furniture to show.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--min-f1", type=float, metavar="SHARE", help="Exit 1 if F1 is below this.")
@click.option("--min-retention", type=float, metavar="SHARE", help="Exit 1 if retention of body is below.")
@click.option("--min-removal", type=float, metavar="SHARE", help="Exit 1 if removal of furniture is below.")
def eval_command(
    gold: str, rules: tuple[str, ...], no_site_packs: bool, blind: bool, only: tuple[str, ...],
    by: tuple[str, ...], top: int, as_json: bool,
    min_f1: float | None, min_retention: float | None, min_removal: float | None,
) -> int:  # fmt: skip
    """Clean pages whose body is known, and say how much of it is left, and of the furniture.

    GOLD is JSON Lines (also gzipped, or `-`): `text`, `body`, and if known `id`, `url`, `site`,
    `language`, `extractor` and `lines`, the labels of the text's lines. Floors hold for each extractor.
    """
    from cleaner.compiler import compile_rules
    from cleaner.evaluator import recognition, score
    from cleaner.scorecard import recognition_lines, score_lines, score_record

    program = compile_rules(load_rules(rules), site_packs=not no_site_packs)
    scores = [score(page, program, is_blind=blind) for page in _selected(gold, only)]
    if not scores:
        raise Failure(f"no rows to judge in {gold}")
    recognised = recognition(scores, program) if blind else None
    if as_json:
        import json

        print_lines([json.dumps(score_record(scores, recognised), ensure_ascii=False, indent=1)])
    else:
        print_lines(list(score_lines(scores, by or ("extractor", "kind"), top)))
        print_lines(list(recognition_lines(recognised)) if recognised else [])
    missed = list(_below(scores, {"f1": min_f1, "retention": min_retention, "removal": min_removal}))
    for message in missed:
        complain(message)
    return EXIT_WANTING if missed else EXIT_DONE


def _selected(gold: str, only: Sequence[str]) -> Iterator[Page]:
    """The rows that all of FIELD=VALUE let through."""
    wanted = [_condition(text) for text in only]
    for page in read_pages(gold, ("text", "body")):
        if all(getattr(page, field) == value for field, value in wanted):
            yield page


def _condition(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    known = ("id", "site", "language", "extractor")
    if not equals or field not in known:
        raise click.UsageError(f"--only takes FIELD=VALUE, FIELD one of {', '.join(known)}: not {text!r}")
    return field, value


def _below(scores: Sequence[Score], floors: dict[str, float | None]) -> Iterator[str]:
    from cleaner.evaluator import figures, grouped

    for extractor, group in grouped(scores, "extractor").items():
        found = figures(group)
        for name, floor in floors.items():
            value = getattr(found, name)
            if floor is not None and value < floor:
                yield f"{extractor}: {name} {value:.5f} is below {floor}"
