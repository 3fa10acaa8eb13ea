"""What the workbench found, as text for people, and as records for editors, code hosts and programs.

As the printer does for one document, this does for rules: it is given values and gives back strings, the
same to the byte for the same values. It judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from cleaner.checker import CODES
from cleaner.comparer import Change, count_changes
from cleaner.errors import Problem
from cleaner.examples import Trial, Verdict
from cleaner.printer import LineStory, align, line_stories, place, visible
from cleaner.results import REASON_MEANINGS, Withheld
from cleaner.rules import RuleSet
from cleaner.segments import view
from cleaner.surveyor import Survey

SLOWEST_COUNT = 10
"""Rules that the list of the slowest shows."""

# Examples


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """What is wrong with one example: its document with margins, once for each way in which it differs.

    The first margin is what the example wants of a line, the second what became of it; `!` stands before
    a line where they differ, and below a line the rules that took of it, with their places.
    """
    head = f"{place(verdict.example.location)}: {verdict.rule.name}"
    if not verdict.failed:
        yield f"{head}: passes in every way, so it is no longer to do: delete 'todo: true'"
        return
    alike: dict[tuple[str, str, str], list[Trial]] = {}
    for trial in filter(_is_news, verdict.failed):
        alike.setdefault((trial.result.original, trial.result.text, trial.wanted), []).append(trial)
    for trials in alike.values():
        yield f"{head}: fails ({'; '.join(trial.way for trial in trials)})"
        yield "    wanted is"
        yield from _margins(trials[0])


def _is_news(trial: Trial) -> bool:
    """Not so for a second run that changed nothing: it failed because the first did."""
    return trial.result.is_changed or not trial.way.endswith("twice")


def _margins(trial: Trial) -> Iterator[str]:
    for story, (mark, wanted) in zip(line_stories(trial.result), _wants(trial), strict=True):
        became = "-" if story.is_gone else "~" if story.is_touched else "="
        line = story.line.removesuffix("\n")
        if not view(line):
            yield ""
            continue
        differs = view(story.left.removesuffix("\n")) != view(wanted)
        yield f"  {'!' if differs else ' '} {mark:^6} {became}  {visible(line)}"
        if differs and mark == "~":
            yield f"{'':13}wanted: {visible(wanted)}"
        if became == "~":
            yield f"{'':13}left: {visible(story.left.rstrip())}"
        yield from _owners(story)
    for claim in trial.result.withheld:
        yield f"{'':13}withheld: {_withheld(claim)}"


def _wants(trial: Trial) -> Iterator[tuple[str, str]]:
    """For each line of a trial's document the mark that it wants, and what is to be left of the line.

    A second run has no marks of its own: of what it is given it wants what the first was to leave.
    """
    example = trial.example
    lines = trial.result.original.removesuffix("\n").split("\n") if trial.result.original else []
    if trial.is_bystander:
        yield from (("=", line) for line in lines)
        return
    after = example.after.removesuffix("\n").split("\n")
    if trial.result.original != example.before:
        left = Counter(map(view, after))
        for line in lines:
            is_wanted = left[view(line)] > 0
            left[view(line)] -= is_wanted
            yield ("=", line) if is_wanted else ("-", "")
        return
    rest = iter(after)
    for mark in example.marks:
        yield mark, "" if mark == "-" else next(rest, "")


def _owners(story: LineStory) -> Iterator[str]:
    for removal in dict.fromkeys(removal for _, _, removal in story.pieces):
        yield f"{'':13}by {removal.rule} ({removal.kind}), {place(removal.location)}"


def _withheld(claim: Withheld) -> str:
    detail = f": {claim.detail}" if claim.detail else ""
    return f"{claim.rule}, {place(claim.location)}: {REASON_MEANINGS[claim.reason]}{visible(detail)}"


# Problems


_NAMES = {code: name for name, code in CODES.items()}


def problem_lines(problems: Iterable[Problem], style: str = "text") -> Iterator[str]:
    """Problems in one of three styles: `text` (as compilers write them), `json` (one list) or `github`
    (commands that a code host shows beside the lines)."""
    match style:
        case "json":
            yield from _problem_json(problems)
        case "github":
            yield from map(_annotation, problems)
        case _:
            yield from map(_problem_text, problems)


def _problem_text(problem: Problem) -> str:
    ending = f" [{problem.rule}]" if problem.rule else ""
    return visible(f"{problem.location}: {problem.severity} {problem.code} {problem.message}{ending}")


def _problem_json(problems: Iterable[Problem]) -> Iterator[str]:
    import json

    records = [
        {
            "path": problem.location.path,
            "line": problem.location.line,
            "column": problem.location.column,
            "severity": problem.severity,
            "code": problem.code,
            "name": _NAMES.get(problem.code, ""),
            "message": problem.message.removeprefix(f"{_NAMES.get(problem.code)}: "),
            "rule": problem.rule,
        }
        for problem in problems
    ]
    yield json.dumps(records, ensure_ascii=False, indent=1)


def _annotation(problem: Problem) -> str:
    """A workflow command, in which `%`, line ends and the marks between properties are written as codes.

    >>> from cleaner.errors import Location
    >>> _annotation(Problem("C101", "no-example: show one", Location("a,b.yaml", 3, 5), "b/x"))
    '::error file=a%2Cb.yaml,line=3,col=5,title=C101 b/x::no-example: show one'
    """
    path, line, column = problem.location
    properties = {
        "file": path,
        "line": str(line),
        "col": str(column),
        "title": f"{problem.code} {problem.rule}",
    }
    shown = ",".join(
        f"{key}={_escaped(value.strip(), ':,')}" for key, value in properties.items() if value != "0"
    )
    level = "error" if problem.severity == "error" else "warning"
    return f"::{level} {shown}::{_escaped(problem.message)}"


def _escaped(text: str, more: str = "") -> str:
    return "".join(f"%{ord(char):02X}" if char in "%\r\n" + more else char for char in text)


# Two rule sets compared


def change_lines(changes: Iterable[Change]) -> Iterator[str]:
    """The changes text by text: `-` a line that goes now, `+` one that stays now, `~` one that differs, each
    with its number and the rules whose doing it is; then the counts by rule."""
    found = list(changes)
    for where, of_one in groupby(found, key=lambda change: change.where):
        yield f"{visible(where)}:"
        for change in of_one:
            mark = {"goes": "-", "stays": "+"}.get(change.word, "~")
            yield f"  {mark} {change.number:>4}  {visible(change.line)}  [{', '.join(change.rules)}]"
            if change.word == "differs":
                yield f"{'':10}left before: {visible(change.old)}"
                yield f"{'':10}left now:    {visible(change.new)}"
        yield ""
    words = ("goes", "stays", "differs", "characters")
    rows: list[tuple[str, ...]] = [("rule", *words)]
    for rule, counts in count_changes(found).items():
        rows.append((rule, *(f"{counts[word]:,}" for word in words)))
    yield from align(rows, right=[1, 2, 3, 4]) if found else ["no line comes out differently"]


def change_record(change: Change) -> dict[str, object]:
    """One change for programs."""
    return {
        "where": change.where,
        "line": change.number,
        "change": change.word,
        "rules": list(change.rules),
        "text": change.line,
        "old": change.old,
        "new": change.new,
    }


# What rules do on texts


def survey_lines(found: Survey, ruleset: RuleSet) -> Iterator[str]:
    """A table of what each rule removed, most characters first; the slowest rules; rules that never acted."""
    rows: list[tuple[str, ...]] = [("rule", "hits", "characters", "texts", "ms")]
    ordered = sorted(found.tallies.items(), key=lambda pair: (-pair[1].char_count, pair[0]))
    for name, tally in ordered:
        counts = (f"{count:,}" for count in (tally.hit_count, tally.char_count, tally.page_count))
        rows.append((name, *counts, _milliseconds(found, name)))
    yield from align(rows, right=[1, 2, 3, 4])
    yield f"{found.page_count:,} texts, {found.char_count:,} characters"
    slowest = sorted(found.seconds, key=lambda name: (-found.seconds[name], name))[:SLOWEST_COUNT]
    if slowest:
        yield from ("", "Slowest")
        yield from align([(f"  {name}", _milliseconds(found, name)) for name in slowest], right=[1])
    idle = found.idle(ruleset)
    if idle:
        yield from ("", f"Never removed anything, though their packs served: {len(idle)}")
        yield from align([(f"  {rule.name}", place(rule.location)) for rule in idle])


def _milliseconds(found: Survey, name: str) -> str:
    return f"{found.seconds.get(name, 0.0) * 1000:.1f}"


def seen_lines(found: Survey, ruleset: RuleSet) -> Iterator[str]:
    """For each rule whose `seen` dates the texts widen, the line to write, and where."""
    for rule in ruleset:
        tally = found.tallies.get(rule.name)
        if tally is None or not tally.first:
            continue
        first = min(filter(None, (rule.seen[0], tally.first)))
        last = max(rule.seen[1], tally.last)
        if (first, last) != rule.seen:
            yield f"{place(rule.location)}: {rule.name}: seen: {{first: {first}, last: {last}}}"
