"""What must not grow faster than the input: more rules, longer documents, longer lines, hostile lines."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cleaner
from cleaner.compiler import Test
from cleaner.patterns import parse
from cleaner.pumping import SLOW_SECONDS, pumped_lines
from cleaner.rules import REGEX_MAX_CHARS, Form, Inline, Matcher, RuleSet, matchers_of, walk
from tests.benchmarks.setups import Setup, clean_all, milliseconds
from tests.benchmarks.tables import Row, at_most
from tests.benchmarks.texts import solid_lines
from tests.benchmarks.timing import Contender, interleave, one_core

LINEAR = at_most(2.2)
MEGABYTE = 1_000_000
DOCUMENT_CHARS = 16 * MEGABYTE
QUICK_SHARE = 16
"""A quick run takes a sixteenth of each size."""

EMPTY_LINES = 10_000_000
RULE_COUNTS = (1_000, 10_000)
RULES_A_PACK = 500


def documents(setup: Setup) -> list[Row]:
    """One document of many pages, and of twice as many."""
    chars = _sized(setup, DOCUMENT_CHARS)
    return [_doubled(setup, f"a document of {_size(chars)}", setup.sized("wet", chars), chars)]


def long_lines(setup: Setup) -> list[Row]:
    """The same without a line feed."""
    chars = _sized(setup, DOCUMENT_CHARS)
    text = setup.sized("resiliparse", chars).replace("\n", " ")
    return [_doubled(setup, f"one line of {_size(chars)}", text, chars)]


def empty_lines(setup: Setup) -> list[Row]:
    """Nothing but line feeds."""
    lines = _sized(setup, EMPTY_LINES)
    return [_doubled(setup, f"{lines:,} empty lines", "\n" * lines, lines)]


def _sized(setup: Setup, size: int) -> int:
    return size // QUICK_SHARE if setup.is_quick else size


def _size(chars: int) -> str:
    return f"{chars / MEGABYTE:g} M characters"


def _doubled(setup: Setup, what: str, text: str, length: int) -> Row:
    """A text against its first half."""
    contenders: dict[str, Contender] = {
        "half": partial(clean_all, [text[: length // 2]], setup.program, "wet"),
        "whole": partial(clean_all, [text], setup.program, "wet"),
    }
    with one_core():
        timings = interleave(contenders, setup.rounds)
    whole, half = timings["whole"], timings["half"]
    return Row(
        f"{what} against half of it",
        milliseconds(whole.median),
        milliseconds(half.median),
        whole.median / half.median,
        LINEAR,
        f"by processor time {whole.cpu_median / half.cpu_median:.3g}x",
        {"our_seconds": whole.seconds, "seconds": half.seconds},
    )


def rule_counts(setup: Setup) -> list[Row]:
    """10,000 rules against 1,000, all of them serving every page, on the same text."""
    pages = setup.sources["wet"].pages
    programs = {count: _generated(setup, count, pages) for count in RULE_COUNTS}
    contenders: dict[str, Contender] = {
        str(count): partial(clean_all, pages, program, "wet") for count, program in programs.items()
    }
    with one_core():
        timings = interleave(contenders, setup.rounds)
    few, many = (timings[str(count)] for count in RULE_COUNTS)
    return [
        Row(
            "10,000 rules against 1,000 rules",
            milliseconds(many.median),
            milliseconds(few.median),
            many.median / few.median,
            at_most(1.2),
            "generated rules over words of the text, all of which serve; compiling not counted",
            {"our_seconds": many.seconds, "seconds": few.seconds},
        )
    ]


def _generated(setup: Setup, count: int, pages: Sequence[str]) -> cleaner.Program:
    setup.tell(f"making {count:,} rules")
    folder = setup.work / f"rules{count}"
    write_packs(folder, count, pages)
    return cleaner.compile_rules(cleaner.load(folder, shipped=False))


def write_packs(folder: Path, count: int, pages: Sequence[str], seed: int = 1) -> None:
    """So many rules in packs that serve every page, made of two to five words of the text's short lines.

    So they begin and end as the text's lines do, and an index cannot tell them from those by a rare letter;
    hardly any of them matches.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted({word for line in solid_lines(pages) for word in line.split() if word.isalpha()})
    chance = random.Random(seed)
    rules = [_rule(chance, number, words) for number in range(count)]
    for start in range(0, count, RULES_A_PACK):
        name = f"made-{start // RULES_A_PACK}"
        text = "".join(rules[start : start + RULES_A_PACK])
        (folder / f"{name}.yaml").write_text(f"format: 1\npack: {name}\nrules:\n{text}", encoding="utf-8")


def _rule(chance: random.Random, number: int, words: Sequence[str]) -> str:
    """One rule. Forms and operations come about as often as in the packs that are shipped."""

    def label() -> str:
        return " ".join(chance.choices(words, k=chance.randint(2, 5)))

    literal, other = label(), label()
    operation = chance.choices(
        (
            f"line: {{exact: ['{literal}', '{other}'], ignore_case: true}}",
            f"line: {{prefix: '{literal}', max_chars: 120}}",
            f"line: {{regex: '{literal}(?: \\d{{1,4}})? .{{1,60}}'}}",
            f"line: {{suffix: '{literal}'}}",
            f"sequence: [{{drop: {{exact: '{literal}'}}}}, {{drop: {{max_chars: 80, prefix: '{other}'}}}}]",
            f"block: {{from: {{exact: '{literal}'}}, to: {{exact: '{other}'}}, max_lines: 12}}",
            f"cut: {{from: {{exact: '{literal}'}}, max_prose: 400}}",
        ),
        weights=(45, 16, 20, 2, 6, 2, 9),
    )[0]
    example = f"    examples:\n      - |\n        - {literal} 12 {other}\n        = {other} {literal}.\n"
    return (
        f"  - id: rule-{number}\n    kind: nav\n    why: made for a measurement\n    {operation}\n{example}"
    )


@dataclass(frozen=True, slots=True)
class Pumped:
    """A regex at its worst: on which line, and how long it took."""

    rule: str
    line_chars: int
    seconds: float


def hostile_lines(setup: Setup) -> list[Row]:
    """Every regex of the rules on lines that are made to slow it, as long as it ever sees one.

    A quick run takes every sixteenth regex.
    """
    matchers = sorted(regexes(setup.ruleset).items(), key=lambda pair: pair[1])
    chosen = matchers[:: QUICK_SHARE if setup.is_quick else 1]
    with one_core():
        found = [worst for matcher, rule in chosen for worst in _worst(matcher, rule)]
    worst = max(found, key=lambda pumped: pumped.seconds)
    slow = sorted({pumped.rule for pumped in found if pumped.seconds >= SLOW_SECONDS})
    bound = at_most(SLOW_SECONDS * 1000, " ms")
    return [
        Row(
            f"the worst line of {len(found):,} regex matchers",
            milliseconds(worst.seconds),
            "",
            worst.seconds * 1000,
            bound,
            f"{worst.rule}, {worst.line_chars:,} characters; over the bound: {', '.join(slow) or 'none'}",
            {"slowest": _ranking(found)},
        )
    ]


def regexes(ruleset: RuleSet) -> Mapping[Matcher, str]:
    """Each regex matcher of a rule set, `unless` too, with the name of the first rule that has it."""
    found: dict[Matcher, str] = {}
    for rule in ruleset:
        if not isinstance(rule.operation, Inline):
            for matcher in walk(matchers_of(rule.operation)):
                if matcher.form is Form.REGEX:
                    found.setdefault(matcher, rule.name)
    return found


def _worst(matcher: Matcher, rule: str) -> Iterator[Pumped]:
    """The slowest of a regex's pumped lines, timed once more; nothing if it has no long repeat."""
    test = Test(matcher)
    cap = REGEX_MAX_CHARS if matcher.max_chars is None else matcher.max_chars
    lines = {line[:cap] for value in matcher.values for line in pumped_lines(parse(value), cap)}
    timed = [(_seconds(test, line), line) for line in sorted(lines)]
    if timed:
        _, line = max(timed)
        yield Pumped(rule, len(line), min(_seconds(test, line) for _ in range(2)))


def _seconds(test: Test, line: str) -> float:
    start = time.process_time()
    with suppress(TimeoutError):  # it took as long as it was allowed to
        test.passes(line)
    return time.process_time() - start


def _ranking(found: Sequence[Pumped], wanted: int = 10) -> list[tuple[str, int, float]]:
    ranked = sorted(found, key=lambda pumped: -pumped.seconds)[:wanted]
    return [(pumped.rule, pumped.line_chars, pumped.seconds) for pumped in ranked]
