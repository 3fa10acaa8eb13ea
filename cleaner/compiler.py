"""From a rule set to a program: tests that run, and an index that says which of them are worth running.

A program is frozen and shared by all documents. It makes a *stack* for each combination of packs
that serve together, and each stack has an index from literals to rules. The index only proposes:
it may name a rule for a line that the rule does not match, never the reverse; the rule's own matcher
decides. So a line costs a few look-ups, however many rules there are.

The only module that imports `regex`. Nothing here knows what is done with a line that matches.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property, partial, reduce
from operator import or_
from typing import Any, NamedTuple, TypeAlias, cast

import regex

from cleaner import cache
from cleaner.errors import Problem, RuleCompileError
from cleaner.index import NO_BOUND, Index, JoinedIndex, Keys
from cleaner.readings import Steps
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
    Operation,
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
"""Lines that the stacks of a program remember, counted once for each test that is remembered apart; some
ten megabytes. Beyond that they start afresh."""

MAX_REMEMBERED_CHARS = 200
"""Characters of a line that is remembered. Longer ones are articles' own, and do not come twice."""

KEPT_PART_RULES = 100
"""Rules from which an index is kept: those of a language, or of all, that serve pages of many sites."""

MAX_KEPT_PATTERNS = 6_000
"""Compiled patterns that are kept for other processes, some kilobyte each: all of the shipped packs, and as
many again."""

MAX_STACKS = 1_024
"""Stacks that a program holds ready, some 30 kilobytes each. Beyond that the oldest are made anew."""

MAX_PARTS = 64
"""Indexes over the rules of some packs that a program holds ready; one of several languages takes two
megabytes, so fewer of them."""

ViewTest: TypeAlias = Callable[[str], bool]
Finder: TypeAlias = Callable[[str], Iterable[Span]]


class Test:
    """A compiled matcher: whether a line's views pass."""

    __slots__ = ("children", "high", "low", "passes", "unless")

    def __init__(self, matcher: Matcher) -> None:
        self.low = matcher.min_chars
        default = REGEX_MAX_CHARS if matcher.form is Form.REGEX else NO_BOUND
        self.high = default if matcher.max_chars is None else matcher.max_chars
        self.unless = Test(matcher.unless) if matcher.unless is not None else None
        self.children = tuple(map(Test, matcher.any_of))
        self.passes = _leaf_test(matcher)

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


def _leaf_test(matcher: Matcher) -> ViewTest:
    """The test of a form. One of the form `any_of` asks its children."""
    match matcher.form:
        case Form.ANY_OF:
            return bool
        case Form.CLASS:
            return _class_test(matcher.values)
        case Form.REGEX:
            return LazyPattern(_facts(matcher), matcher).matches
    texts = _texts(matcher)
    if matcher.ignore_case:
        test = _text_test(matcher.form, frozenset(map(fold_case, texts)))
        return lambda seen: test(fold_case(seen))
    return _text_test(matcher.form, texts)


def keys_of(matcher: Matcher) -> Keys:
    """What must show on a line for a matcher's test to be worth asking."""
    bound = matcher.max_chars or NO_BOUND
    match matcher.form:
        case Form.ANY_OF:
            keys = reduce(or_, map(keys_of, matcher.any_of), Keys(max_chars=0))
        case Form.CLASS:
            keys = Keys(is_open=True)
        case Form.REGEX:
            keys = reduce(or_, map(_regex_keys, _facts(matcher)))
            bound = matcher.max_chars or REGEX_MAX_CHARS
        case _:
            keys = _text_keys(matcher.form, frozenset(map(fold_case, _texts(matcher))))
    return replace(keys, max_chars=min(keys.max_chars, bound))


def _texts(matcher: Matcher) -> frozenset[str]:
    return frozenset(map(_TRIMS[matcher.form], matcher.values))


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
    return matcher.facts or tuple(map(_facts_of, matcher.values))


def _facts_of(pattern: str) -> PatternFacts:
    from cleaner.facts import facts_of  # what came through the loader has its facts

    return facts_of(pattern)


class _Patterns:
    """The compiled patterns of earlier processes: to compile one costs a hundred times what it costs to read
    it back. They are `regex`'s own pickles, which its other versions need not understand."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], bytes] | None = None
        self._new: dict[tuple[str, int], regex.Pattern[str]] = {}

    def compiled(self, source: str, flags: int) -> regex.Pattern[str]:
        """The pattern. Raises regex.error."""
        kept = self._kept().get((source, flags))
        if kept is not None:
            return cast("regex.Pattern[str]", pickle.loads(kept))
        made = regex.compile(source, flags)
        if len(self._new) < MAX_KEPT_PATTERNS:
            self._new[source, flags] = made
        return made

    def keep(self) -> None:
        """Keep what this process has compiled, and as many of the known ones as there is room for."""
        if not self._new:
            return
        fresh = {key: pickle.dumps(pattern) for key, pattern in self._new.items()}
        room = MAX_KEPT_PATTERNS - len(fresh)
        kept = {**dict(list(self._kept().items())[-room:] if room else ()), **fresh}
        cache.keep(regex.__version__, cache.PATTERNS, kept)
        self._known, self._new = kept, {}

    def _kept(self) -> dict[tuple[str, int], bytes]:
        if self._known is None:
            entry = cache.recall(regex.__version__, cache.PATTERNS)
            self._known = {} if entry is None else entry.head
        return self._known


_PATTERNS = _Patterns()


def keep_patterns() -> None:
    """Keep the patterns that this process had to compile, for the next one; at its end, since they are kept
    all at once. Changes no result."""
    _PATTERNS.keep()


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
                self._compiled = _PATTERNS.compiled(self._source, flags)
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

    __slots__ = ("children", "finders", "high", "low", "unless")

    def __init__(self, matcher: Matcher, at: str) -> None:
        self.low = matcher.min_chars
        default = REGEX_MAX_CHARS if matcher.form is Form.REGEX else NO_BOUND
        self.high = default if matcher.max_chars is None else matcher.max_chars
        self.unless = Test(matcher.unless) if matcher.unless is not None else None
        self.children = tuple(SpanTest(child, at) for child in matcher.any_of)
        self.finders = tuple(_finder(matcher, value, at) for value in matcher.values)

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


def _finder(matcher: Matcher, value: str, at: str) -> Finder:
    if matcher.form is Form.EXACT:
        text = fold(value)
        literal = _LITERAL_FINDERS[at]
        if matcher.ignore_case:
            wanted = fold_case(text)
            return lambda seen: literal(wanted, fold_case(seen))
        return partial(literal, text)
    pattern = LazyPattern([_facts_at(matcher, value)], matcher, end=r"\Z" if at == "end" else "")
    return partial(_REGEX_FINDERS[at], pattern)


def _facts_at(matcher: Matcher, value: str) -> PatternFacts:
    return matcher.facts[matcher.values.index(value)] if matcher.facts else _facts_of(value)


def span_keys_of(matcher: Matcher, at: str) -> Keys:
    """What must show on a line for an inline matcher's spans to be worth looking for."""
    keys = (_value_keys(matcher, value, at) for value in matcher.values)
    return reduce(or_, (*keys, *(span_keys_of(child, at) for child in matcher.any_of)), Keys(max_chars=0))


def _value_keys(matcher: Matcher, value: str, at: str) -> Keys:
    if matcher.form is not Form.EXACT:
        return _regex_keys(_facts_at(matcher, value), at)
    folded = frozenset([fold_case(fold(value))])
    return {"start": Keys(heads=folded), "end": Keys(tails=folded)}.get(at, Keys(inner=folded))


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


class Member(NamedTuple):
    """What a stack has to know of a rule before a line calls for it: its full name, its place in its pack,
    and the tests that the index looks out for on every line.

    The others are asked only near a line that was found. A sequence is found by the required step with
    the best keys, a block by both its ends.
    """

    name: str
    pack: str
    place: int
    stage: Stage
    proposed: tuple[int, ...]


def _member(rule: Rule, place: int) -> Member:
    return Member(rule.name, rule.pack, place, _stage(rule), _proposed(rule.operation))


def _proposed(operation: Operation) -> tuple[int, ...]:
    match operation:
        case Sequence(steps):
            required = [number for number, step in enumerate(steps) if step.min_count]
            return (min(required, key=lambda number: keys_of(steps[number].drop).cost),)
        case Block():
            return (0, 1)
    return (0,)


def _keys(operation: Operation, number: int) -> Keys:
    """What must show on a line for the test `number` (for inline: the span) to be asked."""
    if isinstance(operation, Inline):
        return span_keys_of(operation.matcher, operation.at)
    return keys_of(matchers_of(operation)[number])


class CompiledRule:
    """One rule, ready to run. The rule itself and its tests, in the order of its operation's matchers,
    are made when they are first wanted."""

    def __init__(self, member: Member, pack: Pack) -> None:
        self.name = member.name
        self.pack = member.pack
        self.stage = member.stage
        self.proposed = member.proposed
        self._read = partial(pack.rules.__getitem__, member.place)

    @cached_property
    def rule(self) -> Rule:
        """The rule as its author wrote it."""
        return self._read()

    @cached_property
    def kind(self) -> str:
        """What its removals say that it removes; empty if it removes nothing."""
        return str(self.rule.kind or "")

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """The tests of lines; none of an inline rule."""
        return () if self.stage is Stage.INLINE else tuple(map(Test, matchers_of(self.rule.operation)))

    @cached_property
    def steps(self) -> Steps:
        """How the steps of a sequence follow each other; none of any other rule."""
        operation = self.rule.operation
        steps = operation.steps if isinstance(operation, Sequence) else ()
        return Steps([(step.min_count, step.max_count) for step in steps])

    @cached_property
    def span_test(self) -> SpanTest | None:
        """The test of an inline rule."""
        operation = self.rule.operation
        return SpanTest(operation.matcher, operation.at) if isinstance(operation, Inline) else None


class ProposedSpan:
    """Stands for the test of an inline rule while lines are looked at: its spans are looked for later."""

    __slots__ = ()

    def matches(self, views: tuple[str, ...]) -> bool:
        """Always."""
        return True


PROPOSED_SPAN = ProposedSpan()


class Memory:
    """Counts the lines that all stacks of a program remember, and empties their tables when there are
    too many."""

    def __init__(self) -> None:
        self._tables: list[dict[str, Any]] = []
        self._line_count = 0

    def make_room(self, table: dict[str, Any], line_count: int) -> None:
        """Make room for some more lines in a table."""
        if self._line_count + line_count > MAX_REMEMBERED_LINES:
            for each in self._tables:
                each.clear()
            self._tables.clear()
            self._line_count = 0
        if not table:
            self._tables.append(table)
        self._line_count += line_count


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

    verdicts: dict[tuple[int, int], dict[str, bool]] = field(default_factory=dict, repr=False, compare=False)
    """What tests said of lines to which the index had not led them, by (place of the rule, number of its
    test): steps of sequences, and tests for which there is no index."""

    tests: list[Test | ProposedSpan | None] = field(default_factory=list, repr=False, compare=False)
    """The test that each of the index's numbers stands for, once it was wanted."""

    def __post_init__(self) -> None:
        self.tests.extend([None] * len(self.slots))

    def remember(self, passed: dict[str, tuple[int, ...]]) -> None:
        """Keep what was found of lines, of those that may well come again."""
        short = {line: numbers for line, numbers in passed.items() if len(line) <= MAX_REMEMBERED_CHARS}
        if len(short) <= MAX_REMEMBERED_LINES:
            self.memory.make_room(self.remembered, len(short))
            self.remembered.update(short)

    def find_test(self, number: int) -> Test | ProposedSpan:
        """The test that a number of the index stands for."""
        place, test = self.slots[number]
        rule = self.rules[place]
        found = PROPOSED_SPAN if rule.stage is Stage.INLINE else rule.tests[test]
        self.tests[number] = found
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """Some packs' rules that serve, by pack, and an index over them; `slots` are (name of the rule, number
    of its test)."""

    members: dict[str, tuple[Member, ...]]
    index: Index
    slots: tuple[tuple[str, int], ...]


def _make_part(packs: Iterable[Pack], kinds: Collection[str], disabled: Collection[str]) -> Part:
    members: dict[str, tuple[Member, ...]] = {}
    slots: list[tuple[str, int]] = []
    keys: list[Keys] = []
    for pack in packs:
        served = [
            (place, rule)
            for place, rule in enumerate(pack.rules)
            if rule.name not in disabled and (rule.kind is None or rule.kind in kinds)
        ]
        members[pack.name] = tuple(_member(rule, place) for place, rule in served)
        for member, (_, rule) in zip(members[pack.name], served, strict=True):
            slots += ((member.name, number) for number in member.proposed)
            keys += (_keys(rule.operation, number) for number in member.proposed)
    return Part(members, Index(keys), tuple(slots))


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
        self._parts: dict[tuple[object, ...], Part] = {}
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
        parts = [
            self._part(tuple(pack for pack in packs if pack.is_general is wanted), disabled)
            for wanted in (True, False)
        ]
        members = {pack: served for part in parts for pack, served in part.members.items()}
        rules = tuple(self._compiled(member, pack) for pack in packs for member in members[pack.name])
        places = {rule.name: place for place, rule in enumerate(rules)}
        slots = [(places[name], number) for part in parts for name, number in part.slots]
        slots = [self._slots.setdefault(slot, slot) for slot in slots]  # the same in hundreds of stacks
        index = JoinedIndex(part.index for part in parts)
        inline = [place for place, rule in enumerate(rules) if rule.stage is Stage.INLINE]
        groups = [
            tuple(place for place in inline if rules[place].pack not in added),
            *(tuple(place for place in inline if rules[place].pack == name) for name in added),
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

    def _part(self, packs: tuple[Pack, ...], disabled: Collection[str]) -> Part:
        """Some packs' rules, indexed. Those of all sites serve many hosts, and are kept for later."""
        names = {pack.name for pack in packs}
        key = (*sorted(names), *sorted(name for name in disabled if name.rpartition("/")[0] in names))
        found = self._parts.get(key)
        if found is None:
            _make_room(self._parts, MAX_PARTS)
            is_large = sum(len(pack.rules) for pack in packs) > KEPT_PART_RULES
            found = (self._kept_part if is_large else self._new_part)(packs, disabled)
            self._parts[key] = found
        return found

    def _new_part(self, packs: tuple[Pack, ...], disabled: Collection[str]) -> Part:
        return _make_part(packs, self.kinds, disabled)

    def _kept_part(self, packs: tuple[Pack, ...], disabled: Collection[str]) -> Part:
        if not self.ruleset.digest:
            return self._new_part(packs, disabled)
        made_from = (self.ruleset.digest, [pack.name for pack in packs], sorted(self.kinds), sorted(disabled))
        entry = cache.recall(made_from, cache.INDEX)
        if entry is not None:
            return cast(Part, entry.head)
        part = self._new_part(packs, disabled)
        cache.keep(made_from, cache.INDEX, part)
        return part

    @cached_property
    def _known(self) -> dict[str, str]:
        return {view(line): pack.name for pack in self.ruleset.packs for line in pack.known_by}

    def _compiled(self, member: Member, pack: Pack) -> CompiledRule:
        found = self._rules.get(member.name)
        if found is None:
            found = self._rules[member.name] = CompiledRule(member, pack)
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
