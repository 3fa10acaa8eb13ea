"""From a rule set to a program: tests that run, and an index that says which of them are worth running.

A program is frozen and shared by all documents. It makes a *stack* for each combination of packs
that serve together, and each stack has an index from literals to rules. The index only proposes:
it may name a rule for a line that the rule does not match, never the reverse; the rule's own matcher
decides. So a line costs a few look-ups, however many rules there are.

The only module that imports `regex`. Nothing here knows what is done with a line that matches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property, partial, reduce
from operator import or_
from typing import Any, TypeAlias

import regex

from cleaner import cache
from cleaner.errors import Problem, RuleCompileError
from cleaner.facts import facts_of
from cleaner.index import NO_BOUND, Index, JoinedIndex, Keys
from cleaner.rules import (
    REGEX_MAX_CHARS,
    Block,
    Cut,
    Form,
    Inline,
    Keep,
    Kind,
    Line,
    Matcher,
    Pack,
    PatternFacts,
    Rule,
    RuleSet,
    Sequence,
    matchers_of,
)
from cleaner.segments import CLASSES, bare_start, fold, fold_case, trace, view, views
from cleaner.spans import Span, union
from cleaner.stacks import Scope, choose, packs_of_host

REGEX_TIMEOUT_SECONDS = 1.0
"""CPU time that one pattern may take on one line; of the whole process, as `regex` counts it. A last
guard: patterns are kept from growing steep by their syntax and by `max_chars`."""

STEEP_DEGREE = 3
"""Repeats in a row from which a pattern gets the timeout: with two, 2,000 characters cost some ten
milliseconds at worst; with three, minutes. The timeout itself costs 3 microseconds a match."""

MAX_REMEMBERED_LINES = 65_536
"""Lines that the stacks of a program remember; some ten megabytes. Beyond that they start afresh."""

MAX_REMEMBERED_CHARS = 200
"""Characters of a line that is remembered. Longer ones are articles' own, and do not come twice."""

KEPT_PART_RULES = 600
"""Rules from which an index is kept: that of all languages, which a page without a site needs."""

MAX_STACKS = 1_024
"""Stacks that a program holds ready, some 30 kilobytes each. Beyond that the oldest are made anew."""

MAX_PARTS = 64
"""Indexes over the rules of some packs that a program holds ready; one of several languages takes two
megabytes, so fewer of them."""

ViewTest: TypeAlias = Callable[[str], bool]
Finder: TypeAlias = Callable[[str], Iterable[Span]]


class Test:
    """A compiled matcher: whether a line's views pass, and which keys tell that they may."""

    __slots__ = ("children", "high", "keys", "low", "passes", "unless")

    def __init__(self, matcher: Matcher) -> None:
        self.low = matcher.min_chars
        default = REGEX_MAX_CHARS if matcher.form is Form.REGEX else NO_BOUND
        self.high = default if matcher.max_chars is None else matcher.max_chars
        self.unless = Test(matcher.unless) if matcher.unless is not None else None
        self.children = tuple(map(Test, matcher.any_of))
        self.passes, own_keys = _leaf(matcher)
        keys: Keys = reduce(or_, (child.keys for child in self.children), own_keys)
        self.keys: Keys = replace(keys, max_chars=min(keys.max_chars, self.high))

    def matches(self, views: tuple[str, ...]) -> bool:
        """Whether one of a line's views is within the bounds and passes, and `unless` holds for none."""
        for seen in views:
            if self.low <= len(seen) <= self.high and self._passes(seen, views):
                return self.unless is None or not self.unless.matches(views)
        return False

    def _passes(self, seen: str, views: tuple[str, ...]) -> bool:
        if not self.children:
            return self.passes(seen)
        return any(child.holds(seen, views) for child in self.children)

    def holds(self, seen: str, views: tuple[str, ...]) -> bool:
        """The same for this one of the views; `unless` speaks of them all."""
        if not (self.low <= len(seen) <= self.high and self._passes(seen, views)):
            return False
        return self.unless is None or not self.unless.matches(views)


def _leaf(matcher: Matcher) -> tuple[ViewTest, Keys]:
    """The test of a form, and its keys. A matcher of the form `any_of` has those of its children."""
    match matcher.form:
        case Form.ANY_OF:
            return bool, Keys(max_chars=0)
        case Form.CLASS:
            return _class_test(matcher.values), Keys(is_open=True)
        case Form.REGEX:
            return _regex_test(matcher)
    texts = frozenset(map(_TRIMS[matcher.form], matcher.values))
    folded = frozenset(map(fold_case, texts))
    test = _text_test(matcher.form, folded if matcher.ignore_case else texts)
    if matcher.ignore_case:
        return (lambda seen: test(fold_case(seen))), _text_keys(matcher.form, folded)
    return test, _text_keys(matcher.form, folded)


_TRIMS: dict[Form, Callable[[str], str]] = {
    Form.EXACT: view,
    Form.PREFIX: lambda text: fold(text).lstrip(),
    Form.SUFFIX: lambda text: fold(text).rstrip(),
    Form.CONTAINS: fold,
}
"""Text as it is looked for in a view: without the white space that a view never has at that end."""


def _text_test(form: Form, texts: frozenset[str]) -> ViewTest:
    ordered = tuple(sorted(texts))
    match form:
        case Form.EXACT:
            return texts.__contains__
        case Form.PREFIX:
            return lambda seen: seen.startswith(ordered)
        case Form.SUFFIX:
            return lambda seen: seen.endswith(ordered)
    return lambda seen: any(text in seen for text in ordered)


def _text_keys(form: Form, folded: frozenset[str]) -> Keys:
    match form:
        case Form.EXACT:
            return Keys(exact=folded)
        case Form.PREFIX:
            return Keys(heads=folded)
        case Form.SUFFIX:
            return Keys(tails=folded)
    return Keys(inner=folded)


def _class_test(names: tuple[str, ...]) -> ViewTest:
    tests = tuple(CLASSES[name] for name in names)
    return tests[0] if len(tests) == 1 else lambda seen: any(test(seen) for test in tests)


def _facts(matcher: Matcher) -> tuple[PatternFacts, ...]:
    return matcher.facts or tuple(map(facts_of, matcher.values))


def _regex_test(matcher: Matcher) -> tuple[ViewTest, Keys]:
    facts = _facts(matcher)
    return LazyPattern(facts, matcher).matches, reduce(or_, map(_regex_keys, facts))


class LazyPattern:
    """The alternatives of a matcher as one pattern, compiled when it is first wanted: of thousands of
    rules a page asks some dozens."""

    __slots__ = ("_compiled", "_matcher", "_source", "timeout")

    def __init__(self, facts: Iterable[PatternFacts], matcher: Matcher, end: str = "") -> None:
        facts = tuple(facts)
        self._source = "|".join(f"(?:{each.source}){end}" for each in facts)
        self._matcher = matcher
        self._compiled: regex.Pattern[str] | None = None
        allowed = STEEP_DEGREE - ((matcher.max_chars or 0) > REGEX_MAX_CHARS)
        is_steep = any(each.is_nested or each.degree >= allowed for each in facts)
        self.timeout = REGEX_TIMEOUT_SECONDS if is_steep else None

    def matches(self, seen: str) -> bool:
        """Whether a view matches as a whole. Raises TimeoutError."""
        pattern = self._compiled or self.compiled()
        if self.timeout is None:
            return pattern.fullmatch(seen) is not None
        return pattern.fullmatch(seen, timeout=self.timeout) is not None

    def compiled(self) -> regex.Pattern[str]:
        """The pattern. Raises RuleCompileError if the regex engine refuses what the loader let pass."""
        if self._compiled is None:
            flags = regex.VERSION0 | (regex.IGNORECASE if self._matcher.ignore_case else 0)
            try:
                self._compiled = regex.compile(self._source, flags)
            except regex.error as error:
                message = f"the regex engine refuses this pattern: {error}"
                raise RuleCompileError([Problem("E303", message, self._matcher.location)]) from None
        return self._compiled


def _regex_keys(facts: PatternFacts, at: str = "whole") -> Keys:
    """The cheapest of a pattern's heads, tails and inner literals.

    Heads hold where the match begins the line, tails where it ends it: of an inline pattern only one
    of them may, or none.
    """
    inner = frozenset(facts.inner)
    bound = NO_BOUND if facts.max_chars is None or at != "whole" else facts.max_chars
    candidates = [Keys(inner=inner)]
    if at in ("whole", "start"):
        candidates.append(Keys(heads=frozenset(facts.heads), also=dict.fromkeys(facts.heads, inner)))
    if at in ("whole", "end"):
        candidates.append(Keys(tails=frozenset(facts.tails), also=dict.fromkeys(facts.tails, inner)))
    usable = [keys for keys in candidates if keys.heads or keys.tails or keys.inner]
    return replace(min(usable, key=lambda keys: keys.cost, default=Keys(is_open=True)), max_chars=bound)


class SpanTest:
    """A compiled inline matcher: which spans of a line's view go.

    Each alternative marks its leftmost matches that do not overlap; together they are the matcher's.
    Bounds and `unless` speak of the whole line, as everywhere.
    """

    __slots__ = ("children", "finders", "high", "keys", "low", "unless")

    def __init__(self, matcher: Matcher, at: str) -> None:
        self.low = matcher.min_chars
        default = REGEX_MAX_CHARS if matcher.form is Form.REGEX else NO_BOUND
        self.high = default if matcher.max_chars is None else matcher.max_chars
        self.unless = Test(matcher.unless) if matcher.unless is not None else None
        self.children = tuple(SpanTest(child, at) for child in matcher.any_of)
        self.finders: tuple[Finder, ...] = ()
        self.keys = Keys(max_chars=0)
        for value in matcher.values:
            finder, keys = _finder(matcher, value, at)
            self.finders += (finder,)
            self.keys |= keys
        for child in self.children:
            self.keys |= child.keys

    def spans(self, line: str) -> list[Span]:
        """Spans of the line as it is, sorted and disjoint."""
        seen = views(line)
        found = []
        for number, start in enumerate((0, bare_start(line))[: len(seen)]):
            in_view = list(self.find(seen[number], seen))
            if in_view:
                _, origins = trace(line, start)
                found += [(origins[first], origins[last - 1] + 1) for first, last in in_view]
        return union(found)

    def find(self, seen: str, views: tuple[str, ...]) -> Iterator[Span]:
        """Spans of one of the line's views."""
        if not self.low <= len(seen) <= self.high:
            return
        if self.unless is not None and self.unless.matches(views):
            return
        for finder in self.finders:
            yield from finder(seen)
        for child in self.children:
            yield from child.find(seen, views)


def _finder(matcher: Matcher, value: str, at: str) -> tuple[Finder, Keys]:
    if matcher.form is Form.EXACT:
        text = fold(value)
        folded = frozenset([fold_case(text)])
        keys = {"start": Keys(heads=folded), "end": Keys(tails=folded)}.get(at, Keys(inner=folded))
        literal = _LITERAL_FINDERS[at]
        if matcher.ignore_case:
            wanted = fold_case(text)
            return (lambda seen: literal(wanted, fold_case(seen))), keys
        return partial(literal, text), keys
    facts = facts_of(value) if not matcher.facts else matcher.facts[matcher.values.index(value)]
    pattern = LazyPattern([facts], matcher, end=r"\Z" if at == "end" else "")
    return partial(_REGEX_FINDERS[at], pattern), _regex_keys(facts, at)


def _literal_anywhere(text: str, seen: str) -> Iterator[Span]:
    at = seen.find(text)
    while at >= 0:
        yield Span(at, at + len(text))
        at = seen.find(text, at + len(text))


def _literal_start(text: str, seen: str) -> Iterator[Span]:
    if seen.startswith(text):
        yield Span(0, len(text))


def _literal_end(text: str, seen: str) -> Iterator[Span]:
    if seen.endswith(text):
        yield Span(len(seen) - len(text), len(seen))


def _regex_anywhere(pattern: LazyPattern, seen: str) -> Iterator[Span]:
    for match in pattern.compiled().finditer(seen, timeout=pattern.timeout):
        yield Span(*match.span())


def _regex_start(pattern: LazyPattern, seen: str) -> Iterator[Span]:
    match = pattern.compiled().match(seen, timeout=pattern.timeout)
    if match:
        yield Span(*match.span())


def _regex_end(pattern: LazyPattern, seen: str) -> Iterator[Span]:
    match = pattern.compiled().search(seen, timeout=pattern.timeout)
    if match:
        yield Span(*match.span())


_LITERAL_FINDERS = {"start": _literal_start, "end": _literal_end, "anywhere": _literal_anywhere}
_REGEX_FINDERS = {"start": _regex_start, "end": _regex_end, "anywhere": _regex_anywhere}


class Stage(Enum):
    """When a rule has its turn."""

    KEEP = "keep"
    INLINE = "inline"
    LINE = "line"
    """A `line` rule without a zone: it needs nothing but the line."""
    SHAPE = "shape"
    """Sequences, blocks and zoned lines: they look at the lines around, again until nothing changes."""
    CUT = "cut"


def _stage(rule: Rule) -> Stage:
    match rule.operation:
        case Keep():
            return Stage.KEEP
        case Inline():
            return Stage.INLINE
        case Cut():
            return Stage.CUT
        case Line() if rule.zone is None:
            return Stage.LINE
    return Stage.SHAPE


class CompiledRule:
    """One rule, ready to run: its tests in the order of its operation's matchers, made when first wanted.

    The index looks out for some of them on every line; the others are asked only near a line that was
    found. A sequence is found by the required step with the best
    keys, a block by both its ends.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.stage = _stage(rule)

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """The tests of lines; none of an inline rule."""
        return () if self.stage is Stage.INLINE else tuple(map(Test, matchers_of(self.rule.operation)))

    @cached_property
    def span_test(self) -> SpanTest | None:
        """The test of an inline rule."""
        operation = self.rule.operation
        return SpanTest(operation.matcher, operation.at) if isinstance(operation, Inline) else None

    @property
    def proposed(self) -> tuple[int, ...]:
        """The places of the tests that the index looks out for."""
        match self.rule.operation:
            case Sequence(steps):
                required = [number for number, step in enumerate(steps) if step.min_count]
                return (min(required, key=lambda number: self.tests[number].keys.cost),)
            case Block():
                return (0, 1)
        return (0,)

    def keys(self, number: int) -> Keys:
        """What must show on a line for the test `number` (for inline: the span) to be asked."""
        return self.span_test.keys if self.span_test is not None else self.tests[number].keys


class Memory:
    """Counts the lines that all stacks of a program remember, and empties their tables when there are
    too many."""

    def __init__(self) -> None:
        self._tables: list[dict[str, tuple[int, ...]]] = []
        self._line_count = 0

    def make_room(self, table: dict[str, tuple[int, ...]]) -> None:
        """Make room for one more line in a table."""
        if self._line_count >= MAX_REMEMBERED_LINES:
            for each in self._tables:
                each.clear()
            self._tables.clear()
            self._line_count = 0
        if not table:
            self._tables.append(table)
        self._line_count += 1


@dataclass(frozen=True, slots=True)
class Stack:
    """The rules that serve one sort of document, in order, and the index over them.

    `slots[n]` is what the index's number n stands for: (place of the rule, number of its test).
    `groups` are the places of inline rules: those of all packs that serve unconditionally, then pack
    by pack those that recognition added. A pack that a second run may not recognise must not hold
    back another's spans. `known` maps the lines that tell a site to the pack that they call in.
    `open_slots` are those that the index cannot look out for.
    """

    packs: tuple[str, ...]
    rules: tuple[CompiledRule, ...]
    slots: tuple[tuple[int, int], ...]
    index: JoinedIndex
    groups: tuple[tuple[int, ...], ...]
    known: dict[str, str]
    open_slots: frozenset[tuple[int, int]]

    memory: Memory = field(repr=False, compare=False)
    remembered: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)
    """Lines that were looked at, and the numbers that passed. A line says the same in every document:
    what most pages of a site print is looked at once."""

    def remember(self, line: str, passed: tuple[int, ...]) -> None:
        """Keep what was found of a line, if it may well come again."""
        if len(line) <= MAX_REMEMBERED_CHARS:
            self.memory.make_room(self.remembered)
            self.remembered[line] = passed


@dataclass(frozen=True, slots=True)
class Part:
    """An index over some rules of a stack; `slots` are (name of the rule, number of its test)."""

    index: Index
    slots: tuple[tuple[str, int], ...]


def _part_of(rules: list[CompiledRule]) -> Part:
    index = Index(rule.keys(number) for rule in rules for number in rule.proposed)
    return Part(index, tuple((rule.rule.name, number) for rule in rules for number in rule.proposed))


def _make_room(table: dict[Any, Any], most: int) -> None:
    """Drop the oldest entry of a full table."""
    if len(table) >= most:
        table.pop(next(iter(table)), None)


class Program:
    """A rule set made ready for documents. Immutable for its users: stacks and rules are compiled
    when they are first wanted and kept, which changes no result. Pickles as its rule set."""

    def __init__(self, ruleset: RuleSet, kinds: frozenset[str], site_packs: bool) -> None:
        self.ruleset = ruleset
        self.kinds = kinds
        self.site_packs = site_packs
        self._rules: dict[str, CompiledRule] = {}
        self._stacks: dict[tuple[object, ...], Stack] = {}
        self._parts: dict[tuple[str, ...], Part] = {}
        self._slots: dict[tuple[int, int], tuple[int, int]] = {}
        self._memory = Memory()

    def __reduce__(self) -> tuple[object, ...]:
        return Program, (self.ruleset, self.kinds, self.site_packs)

    def stack(self, scope: Scope, recognised: frozenset[str] = frozenset()) -> Stack:
        """The stack for documents of this scope, in which these packs were recognised."""
        hosted = None if scope.host is None else tuple(packs_of_host(self.ruleset, scope.host))
        key = (hosted, scope.language, scope.extractor, recognised)  # of millions of hosts few have packs
        found = self._stacks.get(key)
        if found is None:
            _make_room(self._stacks, MAX_STACKS)
            found = self._stacks[key] = self._make_stack(scope, recognised)
        return found

    def _make_stack(self, scope: Scope, recognised: frozenset[str]) -> Stack:
        given = self._chosen(scope)
        packs = self._chosen(scope, recognised) if recognised else given
        added = sorted({pack.name for pack in packs} - {pack.name for pack in given})
        return self._assemble(packs, added, scope.host is None and self.site_packs)

    def _chosen(self, scope: Scope, recognised: frozenset[str] = frozenset()) -> tuple[Pack, ...]:
        choices = choose(self.ruleset, scope, recognised, site_packs=self.site_packs)
        return tuple(choice.pack for choice in choices)

    def _assemble(self, packs: tuple[Pack, ...], added: list[str], guesses: bool) -> Stack:
        disabled = {name for pack in packs for name in pack.disable}
        served = [
            rule
            for pack in packs
            for rule in pack.rules
            if rule.name not in disabled and (rule.kind is None or rule.kind in self.kinds)
        ]
        rules = tuple(map(self._compiled, served))
        places = {rule.name: place for place, rule in enumerate(served)}
        general = {pack.name for pack in packs if pack.is_general}
        parts = [
            self._part([rule for rule in rules if (rule.rule.pack in general) is wanted])
            for wanted in (True, False)
        ]
        slots = [(places[name], number) for part in parts for name, number in part.slots]
        slots = [self._slots.setdefault(slot, slot) for slot in slots]  # the same in hundreds of stacks
        index = JoinedIndex(part.index for part in parts)
        inline = [place for place, rule in enumerate(rules) if rule.stage is Stage.INLINE]
        groups = [
            tuple(place for place in inline if rules[place].rule.pack not in added),
            *(tuple(place for place in inline if rules[place].rule.pack == name) for name in added),
        ]
        return Stack(
            tuple(pack.name for pack in packs),
            rules,
            tuple(slots),
            index,
            tuple(filter(None, groups)),
            self._known if guesses else {},
            frozenset(slots[number] for number in index.open),
            self._memory,
        )

    def _part(self, rules: list[CompiledRule]) -> Part:
        """The index of some rules. Those of all sites serve many hosts, and are kept for other processes."""
        names = tuple(rule.rule.name for rule in rules)
        found = self._parts.get(names)
        if found is None:
            _make_room(self._parts, MAX_PARTS)
            found = self._kept_part(rules) if len(rules) > KEPT_PART_RULES else _part_of(rules)
            self._parts[names] = found
        return found

    def _kept_part(self, rules: list[CompiledRule]) -> Part:
        if not self.ruleset.digest:
            return _part_of(rules)
        key = cache.digest([self.ruleset.digest.encode(), *(rule.rule.name.encode() for rule in rules)])
        part = cache.recall(key, cache.INDEX)
        if not isinstance(part, Part):
            part = _part_of(rules)
            cache.keep(key, part, cache.INDEX)
        return part

    @cached_property
    def _known(self) -> dict[str, str]:
        return {view(line): pack.name for pack in self.ruleset.packs for line in pack.known_by}

    def _compiled(self, rule: Rule) -> CompiledRule:
        found = self._rules.get(rule.name)
        if found is None:
            found = self._rules[rule.name] = CompiledRule(rule)
        return found


def compile_rules(
    ruleset: RuleSet, *, kinds: Collection[str] = tuple(Kind), site_packs: bool = True
) -> Program:
    """A program that runs the rules of these kinds (`keep` rules always run).

    `site_packs=False` leaves out all packs that name sites, and recognises none. Raises
    ValueError for an unknown kind.
    """
    unknown = sorted(set(kinds) - set(Kind))
    if unknown:
        raise ValueError(f"unknown kind {unknown[0]!r}; known: {', '.join(Kind)}")
    return Program(ruleset, frozenset(kinds), site_packs)
