"""A rule's examples as trials: each runs alone, in its full stack, twice, and with the rules shuffled.

Alone shows that the rule does what its author says; in the stack, that no other rule undoes or
overdoes it; twice, that the result is settled; shuffled, that no order of rules is part of it. `todo`
examples are tried like all others: whoever asks decides what it means when one of them passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from cleaner.compiler import Program, compile_rules
from cleaner.engine import clean
from cleaner.results import Result
from cleaner.rules import Example, Keep, Layer, Pack, Rule, RuleSet
from cleaner.segments import view

WAYS = ("alone", "alone, twice", "stack", "stack, twice", "shuffled")
"""How each example is tried, in this order."""

SHUFFLE_SEED = 1
"""One order for all, so that a failure comes back on the next run."""

_CALLER = "try-only-used"


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of one example, in one of the WAYS."""

    rule: Rule
    example: Example
    way: str
    result: Result

    @property
    def wanted(self) -> str:
        """The text that the example says must be left."""
        return self.example.before if self.is_bystander else self.example.after

    @property
    def is_bystander(self) -> bool:
        """Whether nothing may go: alone, a `keep` rule has nothing to keep a line from."""
        return isinstance(self.rule.operation, Keep) and self.way.startswith("alone")

    @property
    def has_passed(self) -> bool:
        """Whether exactly the lines that the example says are left. Blank lines are the engine's
        affair: an author should not have to work out which of them go with a removal."""
        return _solid(self.result.text) == _solid(self.wanted)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All trials of one example."""

    rule: Rule
    example: Example
    trials: tuple[Trial, ...]

    @property
    def failed(self) -> tuple[Trial, ...]:
        """The trials that did not leave what the example says."""
        return tuple(trial for trial in self.trials if not trial.has_passed)

    @property
    def is_finding(self) -> bool:
        """Whether its author must look: it fails, or it is marked `todo` and fails no longer."""
        return bool(self.failed) != self.example.todo


def judge_examples(ruleset: RuleSet, packs: Iterable[Pack] | None = None) -> Iterator[Verdict]:
    """A verdict on every example of these packs (all of the rule set if not given), in order."""
    for _, of_one in groupby(try_examples(ruleset, packs), key=lambda trial: id(trial.example)):
        trials = tuple(of_one)
        yield Verdict(trials[0].rule, trials[0].example, trials)


def try_examples(ruleset: RuleSet, packs: Iterable[Pack] | None = None) -> Iterator[Trial]:
    """Every trial of every example of these packs (all of the rule set if not given), in order."""
    stack, mixed = compile_rules(ruleset), compile_rules(shuffled(ruleset))
    for pack in ruleset.packs if packs is None else packs:
        called = caller_of(ruleset, pack)
        if called is ruleset:
            yield from _try_pack(pack, stack, mixed)
        else:
            yield from _try_pack(pack, compile_rules(called), compile_rules(shuffled(called)))


def _try_pack(pack: Pack, stack: Program, mixed: Program) -> Iterator[Trial]:
    for rule in pack.rules:
        alone = compile_rules(RuleSet((_bare(pack, rule),)))
        for example in rule.examples:
            yield from _try_twice(rule, example, "alone", pack, alone)
            yield from _try_twice(rule, example, "stack", pack, stack)
            yield Trial(rule, example, "shuffled", run(example.before, pack, mixed))


def _try_twice(rule: Rule, example: Example, way: str, pack: Pack, program: Program) -> Iterator[Trial]:
    once = run(example.before, pack, program)
    yield Trial(rule, example, way, once)
    yield Trial(rule, example, f"{way}, twice", run(once.text, pack, program))


def shuffled(ruleset: RuleSet, seed: int = SHUFFLE_SEED) -> RuleSet:
    """The same packs and rules in another order, the same for the same seed."""
    random = Random(seed)
    packs = [replace(pack, rules=tuple(random.sample(pack.rules, len(pack.rules)))) for pack in ruleset.packs]
    return RuleSet(tuple(random.sample(packs, len(packs))))


def run(text: str, pack: Pack, program: Program) -> Result:
    """A text cleaned as a page that this pack serves would be; the result is verified."""
    host = next((site.removeprefix("=") for site in pack.sites if not site.startswith("!")), None)
    if pack.only_used and host is None:
        host = f"{_CALLER}.test"
    result = clean(
        text,
        program,
        site=host,
        language=pack.languages[0] if pack.languages and host is None else None,
        extractor=pack.extractors[0] if pack.extractors else None,
    )
    result.verify()
    return result


def _solid(text: str) -> list[str]:
    return [line for line in text.split("\n") if view(line)]


def _bare(pack: Pack, rule: Rule) -> Pack:
    """The pack with one rule and without what speaks of other packs."""
    return replace(pack, rules=(rule,), uses=(), disable=(), known_by=(), only_used=False)


def caller_of(ruleset: RuleSet, pack: Pack) -> RuleSet:
    """The rule set; for a pack that serves only where it is used, with a pack that uses it."""
    if not pack.only_used:
        return ruleset
    caller = Pack(_CALLER, Layer.SITE, pack.location, (), sites=(f"{_CALLER}.test",), uses=(pack.name,))
    return RuleSet((*ruleset.packs, caller))
