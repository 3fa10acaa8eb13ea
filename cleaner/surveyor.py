"""What each rule does on a body of texts, and what it costs there.

A rule's time is what its own tests take when the engine asks them: on the lines that the index proposes
and, in a sequence, on their neighbours. Deleting the rule would save that, and its share of the index, which
all rules pay together. The watch around each call costs a fifth of a microsecond and is part of the
figure, so small figures are upper bounds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, cast

from cleaner.compiler import CompiledRule, Member, Program, SpanTest, Test
from cleaner.engine import clean
from cleaner.pages import Page
from cleaner.rules import Kind, Pack, Rule, RuleSet

if TYPE_CHECKING:
    from cleaner.spans import Span

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Tally:
    """One rule's counts. `first` and `last` are the dates of the oldest and newest page it acted on."""

    hit_count: int = 0
    char_count: int = 0
    page_count: int = 0
    first: str = ""
    last: str = ""


@dataclass(slots=True)
class Survey:
    """Counts by rule, seconds by rule, and how many texts there were."""

    page_count: int = 0
    char_count: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    served: Counter[str] = field(default_factory=Counter)
    """By pack, the pages that it served."""

    has_dates: bool = False
    """Whether any page told its date."""

    def only(self, packs: Collection[str]) -> Survey:
        """The same of these packs' rules alone."""
        return replace(
            self,
            tallies={name: tally for name, tally in self.tallies.items() if name.rpartition("/")[0] in packs},
            seconds={name: time for name, time in self.seconds.items() if name.rpartition("/")[0] in packs},
        )

    def idle(self, ruleset: RuleSet) -> list[Rule]:
        """Rules that removed nothing though their pack served some page; `keep` rules never do."""
        return [
            rule for rule in ruleset if rule.kind and rule.name not in self.tallies and self.served[rule.pack]
        ]


def survey(pages: Iterable[Page], ruleset: RuleSet) -> Survey:
    """Clean the pages and count."""
    found = Survey()
    program = _Watched(ruleset, found.seconds)
    for page in pages:
        language, extractor = page.language or None, page.extractor or None
        result = clean(page.text, program, site=page.host, language=language, extractor=extractor)
        found.page_count += 1
        found.has_dates = found.has_dates or _DATE.match(page.date) is not None
        found.char_count += len(page.text)
        found.served.update(result.packs)
        for removal in result.removals:
            tally = found.tallies.setdefault(removal.rule, Tally())
            tally.hit_count += 1
            tally.char_count += removal.end - removal.start
        for rule in {removal.rule for removal in result.removals}:
            _see(found.tallies[rule], page.date)
    return found


def _see(tally: Tally, date: str) -> None:
    tally.page_count += 1
    match = _DATE.match(date)
    if match:
        tally.first = min(filter(None, (tally.first, match[0])))
        tally.last = max(tally.last, match[0])


class _Watch:
    """A compiled test and the time that it takes."""

    def __init__(self, test: Test | SpanTest, name: str, seconds: dict[str, float]) -> None:
        self.test = test
        self.name = name
        self.seconds = seconds

    def matches(self, views: tuple[str, ...]) -> bool:
        start = perf_counter()
        verdict = cast(Test, self.test).matches(views)
        self.seconds[self.name] = self.seconds.get(self.name, 0.0) + perf_counter() - start
        return verdict

    def spans(self, line: str) -> list[Span]:
        start = perf_counter()
        found = cast(SpanTest, self.test).spans(line)
        self.seconds[self.name] = self.seconds.get(self.name, 0.0) + perf_counter() - start
        return found


class _Watched(Program):
    """A program whose rules' tests are watched."""

    def __init__(self, ruleset: RuleSet, seconds: dict[str, float]) -> None:
        super().__init__(ruleset, frozenset(Kind), True)
        self.seconds = seconds

    def _compiled(self, member: Member, pack: Pack) -> CompiledRule:
        made = super()._compiled(member, pack)
        if not any(isinstance(test, _Watch) for test in (*made.tests, made.span_test)):
            watches = (_Watch(test, member.name, self.seconds) for test in made.tests)
            made.tests = cast(tuple[Test, ...], tuple(watches))
            if made.span_test is not None:
                made.span_test = cast(SpanTest, _Watch(made.span_test, member.name, self.seconds))
        return made
