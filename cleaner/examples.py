"""A rule's examples as trials: each runs alone, in its full stack, and twice.

Alone shows that the rule does what its author says; in the stack, that no other rule undoes or
overdoes it; twice, that the result is settled. `todo` examples are tried like all others: whoever
asks decides what it means when one of them passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cleaner.compiler import Program, compile_rules
from cleaner.engine import clean
from cleaner.results import Result
from cleaner.rules import Example, Keep, Layer, Pack, Rule, RuleSet
from cleaner.segments import view

_CALLER = "try-only-used"


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of one example. `way` is `alone`, `stack`, `alone, twice` or `stack, twice`."""

    rule: Rule
    example: Example
    way: str
    result: Result

    @property
    def wanted(self) -> str:
        """The text that the example says must be left."""
        is_keep = isinstance(self.rule.operation, Keep)
        return self.example.before if is_keep and self.way.startswith("alone") else self.example.after

    @property
    def has_passed(self) -> bool:
        """Whether exactly the lines that the example says are left. Blank lines are the engine's
        affair: an author should not have to work out which of them go with a removal."""
        return _solid(self.result.text) == _solid(self.wanted)


def try_examples(ruleset: RuleSet, packs: Iterable[Pack] | None = None) -> Iterator[Trial]:
    """Every trial of every example of these packs (all of the rule set if not given), in order."""
    for pack in ruleset.packs if packs is None else packs:
        stack = _caller_of(ruleset, pack)
        program = compile_rules(stack)
        for rule in pack.rules:
            alone = compile_rules(RuleSet((_bare(pack, rule),)))
            for example in rule.examples:
                yield from _try(rule, example, "alone", pack, alone)
                yield from _try(rule, example, "stack", pack, program)


def _try(rule: Rule, example: Example, way: str, pack: Pack, program: Program) -> Iterator[Trial]:
    once = run(example.before, pack, program)
    yield Trial(rule, example, way, once)
    yield Trial(rule, example, f"{way}, twice", run(once.text, pack, program))


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


def _caller_of(ruleset: RuleSet, pack: Pack) -> RuleSet:
    """The rule set; for a pack that serves only where it is used, with a pack that uses it."""
    if not pack.only_used:
        return ruleset
    caller = Pack(_CALLER, Layer.SITE, pack.location, (), sites=(f"{_CALLER}.test",), uses=(pack.name,))
    return RuleSet((*ruleset.packs, caller))
