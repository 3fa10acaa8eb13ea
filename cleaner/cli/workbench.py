"""`cleaner rules test`, `check`, ...: what a rule author does all day.

FILEs are loaded beside the shipped packs, as `--rules` would; one that is a shipped pack is not loaded
twice. Exit codes: 0 all is well; 1 something was found; 2 it could not be judged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from cleaner.cli.files import (
    EXIT_DONE,
    EXIT_TROUBLE,
    EXIT_WANTING,
    Failure,
    naming,
    print_lines,
    print_text,
    read_pages,
)
from cleaner.cli.options import load_rules, rules_option, together
from cleaner.errors import RuleLoadError

if TYPE_CHECKING:
    from cleaner.errors import Problem
    from cleaner.pages import Page
    from cleaner.rules import Pack, RuleSet

_chosen = together(
    click.argument("wanted", nargs=-1, metavar="[PACK|FILE]..."),
    click.option("--no-shipped", is_flag=True, help="The FILEs are the whole rule set."),
)


def choose_packs(wanted: Sequence[str], no_shipped: bool) -> tuple[RuleSet, list[Pack]]:
    """The rule set, and the packs of it that were named: by their names, their files or a folder of files.

    None named: all. Raises Failure for a name that no pack has.
    """
    paths = [name for name in wanted if _is_path(name)]
    ruleset = load_rules(
        [path for path in paths if no_shipped or not _is_shipped(path)], shipped=not no_shipped
    )
    if not wanted:
        return ruleset, list(ruleset.packs)
    places = [os.path.realpath(path) for path in paths]
    names = {_known(name, ruleset) for name in wanted if not _is_path(name)}
    chosen = [pack for pack in ruleset.packs if pack.name in names or _is_below(pack.location.path, places)]
    return ruleset, chosen


def _is_path(name: str) -> bool:
    return os.sep in name or name.endswith((".yaml", ".yml")) or os.path.exists(name)


def _is_shipped(path: str) -> bool:
    from cleaner.loader import shipped_folder

    return _is_below(path, [os.path.realpath(shipped_folder())])


def _is_below(path: str, places: Sequence[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == place or real.startswith(place + os.sep) for place in places)


def _known(name: str, ruleset: RuleSet) -> str:
    if name in ruleset.by_name:
        return name
    from cleaner.structure import nearest

    hint = nearest(name, ruleset.by_name) or "; see `cleaner rules list`, or give a file's path"
    raise Failure(f"there is no pack {name!r}{hint}")


# cleaner rules test


@click.command("test")
@_chosen
def test_command(wanted: tuple[str, ...], no_shipped: bool) -> int:
    """Try every example of the rules: alone, in its full stack, twice, and with the rules shuffled.

    All packs if none is named. A failure shows the document with margins: what was wanted of each
    line, what became of it, and which rule acted.
    """
    from cleaner.examples import judge_examples
    from cleaner.reports import verdict_lines

    ruleset, packs = choose_packs(wanted, no_shipped)
    example_count = finding_count = todo_count = 0
    for verdict in judge_examples(ruleset, packs):
        example_count += 1
        todo_count += verdict.example.todo
        if verdict.is_finding:
            finding_count += 1
            print_lines([*verdict_lines(verdict), ""])
    counts = [counted(example_count, "example"), f"{finding_count} to look at"]
    rule_count = sum(len(pack.rules) for pack in packs)
    print_lines([f"{counted(rule_count, 'rule')}, {', '.join(counts)}; {todo_count} still to do"])
    return EXIT_WANTING if finding_count else EXIT_DONE


def counted(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


# cleaner rules check


@click.command("check")
@_chosen
@click.option("--on", metavar="FILE", help="JSON Lines with bodies: report rules that fire on them, too.")
@click.option("--body-field", metavar="NAME", help="Its field with the body.  [default: body, else text]")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="How to print the problems.  [default: text]",
)
@click.option("--strict", is_flag=True, help="Exit 1 for warnings, too.")
def check_command(
    wanted: tuple[str, ...],
    no_shipped: bool,
    on: str | None,
    body_field: str | None,
    style: str,
    strict: bool,
) -> int:
    """Look for what is wrong with rules that load: each problem with its place, a code, and the way out.

    All packs if none is named. With --on the decisive check: no rule may take a line that is known
    to be body. A rule accepts a finding with `accept: [{check: NAME, why: ...}]`.
    """
    from cleaner.checker import check_on_body, check_rules
    from cleaner.reports import problem_lines

    if body_field and not on:
        raise click.UsageError("--body-field needs --on")
    try:
        ruleset, packs = choose_packs(wanted, no_shipped)
    except RuleLoadError as error:
        print_lines(list(problem_lines(error.problems, style)))
        return EXIT_TROUBLE
    found = check_rules(ruleset, packs)
    if on:
        found += check_on_body(ruleset, _bodies(on, body_field), [pack.name for pack in packs])
    print_lines(list(problem_lines(found, style)))
    if style == "text":
        print_lines([_summary(packs, found)])
    is_wanting = any(strict or problem.severity == "error" for problem in found)
    return EXIT_WANTING if is_wanting else EXIT_DONE


def _bodies(path: str, body_field: str | None) -> Iterator[tuple[str, str | None, str | None]]:
    """(body, address, extractor) of each row; where no field is named the body, or else the text.

    Raises Failure if no row has any: nothing was judged then, and silence would say that all is well.
    """
    is_judged = False
    for page in read_pages(path, [body_field] if body_field else (), body_field or "body"):
        body = page.body or page.text
        is_judged = is_judged or bool(body)
        yield body, page.url or page.site or None, page.extractor or None
    if not is_judged:
        raise Failure(f"{path}: no row has a body (field {body_field or 'body, or else text'})")


def _summary(packs: Sequence[Pack], found: Sequence[Problem]) -> str:
    error_count = sum(problem.severity == "error" for problem in found)
    checked = f"{counted(len(packs), 'pack')}, {counted(sum(len(pack.rules) for pack in packs), 'rule')}"
    return f"{checked}: {counted(error_count, 'error')}, {counted(len(found) - error_count, 'warning')}"


# cleaner rules new


@click.command("new")
@click.argument("site")
@click.argument("samples", nargs=-1, metavar="[SAMPLE]...")
@click.option(
    "--lang", metavar="TAG", help="The site's language; without one it is guessed from the samples."
)
@click.option("--output", metavar="FILE", help="Write the pack here, if nothing is there yet.")
@rules_option
def new_command(
    site: str, samples: tuple[str, ...], lang: str | None, output: str | None, rules: tuple[str, ...]
) -> int:
    """Write a pack file for SITE to start from.

    It teaches the language on one screen. SAMPLEs are texts of the site's pages (plain text, or JSON
    Lines): lines of theirs that look like furniture become commented candidates. Three or more show best
    what the template prints and what the article says.
    """
    from cleaner.compiler import compile_rules
    from cleaner.drafter import draft, pack_name

    program = compile_rules(load_rules(rules))
    name = f"{pack_name(site, program)}.yaml"
    if output is not None and os.path.basename(output) != name:
        raise Failure(f"--output {output}: a pack's file has the pack's name, {name}")
    texts = [page.text for sample in samples for page in read_pages(sample, ("text",))]
    made = draft(site, texts, program, language=lang)
    if output is None:
        print_text(made)
        return EXIT_DONE
    with naming("write", output, Failure), open(output, "x", encoding="utf-8", newline="\n") as stream:
        stream.write(made)
    return EXIT_DONE


# cleaner rules diff


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option(
    "--on",
    "texts",
    multiple=True,
    required=True,
    metavar="TEXTS",
    help="Texts to compare on: JSON Lines or plain text. Repeatable.",
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print the changes; json is JSON Lines.  [default: text]",
)
def diff_command(old: str, new: str, texts: tuple[str, ...], style: str) -> int:  # fmt: skip
    """Show which lines come out differently under two versions of the rules, and by which rule.

    OLD and NEW are folders of packs, or files, each a whole rule set: the shipped packs are not added.
    Exit 0 if nothing differs, 1 if something does.
    """
    from cleaner.comparer import compare
    from cleaner.compiler import compile_rules
    from cleaner.reports import change_lines, change_record

    programs = [compile_rules(load_rules([path], shipped=False)) for path in (old, new)]
    changes = list(compare(_texts(texts), *programs))
    if style == "json":
        import json

        print_lines([json.dumps(change_record(change), ensure_ascii=False) for change in changes])
    else:
        print_lines(list(change_lines(changes)))
    return EXIT_WANTING if changes else EXIT_DONE


def _texts(paths: Sequence[str]) -> Iterator[Page]:
    for path in paths:
        yield from read_pages(path, ("text",))


# cleaner rules stats


@click.command("stats")
@_chosen
@click.option(
    "--on",
    "texts",
    multiple=True,
    required=True,
    metavar="TEXTS",
    help="Texts to count on: JSON Lines or plain text. Repeatable.",
)
@click.option("--seen", is_flag=True, help="Print `seen:` dates to write, from the rows' field date.")
def stats_command(
    wanted: tuple[str, ...], no_shipped: bool, texts: tuple[str, ...], seen: bool
) -> int:  # fmt: skip
    """Count what each rule removes on texts, and what it costs; name the rules that never remove anything.

    The time is that of a rule's own tests on the lines that the index proposes to it.
    """
    from cleaner.reports import seen_lines, survey_lines
    from cleaner.surveyor import survey

    ruleset, packs = choose_packs(wanted, no_shipped)
    found = survey(_texts(texts), ruleset).only([pack.name for pack in packs])
    shown = type(ruleset)(tuple(packs))
    if seen and not found.has_dates:
        raise Failure("no row has a date (field date, as 2026-03-14), so there is none to write")
    print_lines(list(seen_lines(found, shown) if seen else survey_lines(found, shown)))
    return EXIT_DONE


# cleaner rules schema


@click.command("schema")
def schema_command() -> int:
    """Print the JSON Schema of a pack, for editors: it completes, explains and checks keys as you type.

    Name it on the first line of a pack:  # yaml-language-server: $schema=pack.schema.json
    """
    from cleaner.schema import render

    print_text(render())
    return EXIT_DONE
