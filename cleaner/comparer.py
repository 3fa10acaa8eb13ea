"""Two rule sets on the same texts: which lines come out differently, and by whose doing.

For the review of a change to a pack: what a rule says may look harmless, what it does shows here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cleaner.compiler import Program
from cleaner.engine import clean
from cleaner.pages import Page
from cleaner.printer import LineStory, line_stories
from cleaner.segments import view


@dataclass(frozen=True, slots=True)
class Change:
    """A line that two rule sets leave differently: what is left of it (nothing, if it goes), and the rules
    that took of it, under the old and the new rules."""

    where: str
    number: int
    line: str
    old: str
    new: str
    old_rules: tuple[str, ...]
    new_rules: tuple[str, ...]

    @property
    def word(self) -> str:
        """`goes` (it stayed), `stays` (it went) or `differs` (another span goes)."""
        if self.old and not self.new:
            return "goes"
        return "stays" if self.new and not self.old else "differs"

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that made the difference: those that take it now, else those that took it."""
        return self.new_rules if self.word == "goes" else self.old_rules or self.new_rules


def compare(pages: Iterable[Page], old: Program, new: Program) -> Iterator[Change]:
    """Every line of every page that comes out differently, in order. Blank lines are not compared."""
    for page in pages:
        stories = zip(_stories(page, old), _stories(page, new), strict=True)
        for number, (before, after) in enumerate(stories, 1):
            if view(_left(before)) != view(_left(after)):
                yield Change(
                    page.where,
                    number,
                    before.line.removesuffix("\n"),
                    _left(before),
                    _left(after),
                    _owners(before),
                    _owners(after),
                )


def _stories(page: Page, program: Program) -> Iterator[LineStory]:
    language, extractor = page.language or None, page.extractor or None
    result = clean(page.text, program, site=page.host, language=language, extractor=extractor)
    result.verify()
    return line_stories(result)


def _left(story: LineStory) -> str:
    return story.left.removesuffix("\n")


def _owners(story: LineStory) -> tuple[str, ...]:
    return tuple(dict.fromkeys(removal.rule for _, _, removal in story.pieces))


def count_changes(changes: Iterable[Change]) -> dict[str, Counter[str]]:
    """By rule: lines that go, stay and differ, and their characters. A line of two rules counts for both."""
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        for rule in change.rules:
            of_rule = counts.setdefault(rule, Counter())
            of_rule[change.word] += 1
            of_rule["characters"] += abs(len(change.old) - len(change.new))
    return dict(sorted(counts.items()))
