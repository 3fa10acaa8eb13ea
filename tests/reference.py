"""What a rule set means, told as slowly and as plainly as it can be told.

The fast engine must equal this one in every text, owner and reason. Nothing here is clever: each
stage looks at the whole page again, each rule at each line, and nothing is remembered but what the
semantics themselves remember. Where this file and the engine disagree, the semantics decide which
of the two is wrong; this file only makes them readable.

It shares no code with the compiler or the engine. What a line looks like to a matcher (`views`,
`fold`, `CLASSES`), how a pattern is parsed and which packs serve a page are taken as given; they
have tests of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, takewhile

import regex

from cleaner.patterns import parse, to_regex
from cleaner.results import Reason
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
    Rule,
    RuleSet,
    Sequence,
    matchers_of,
)
from cleaner.segments import CLASSES, fold, fold_case, is_prose
from cleaner.segments import view as see
from cleaner.segments import views as see_all
from cleaner.stacks import Choice, Scope, choose


@dataclass(frozen=True)
class Outcome:
    """What became of a page: the text left, the owner of each code point that went, and the claims
    that were not carried out, as (rule, reason)."""

    text: str
    owners: dict[int, str]
    withheld: frozenset[tuple[str, Reason]]
    packs: tuple[str, ...]


def runs(owners: dict[int, str]) -> list[tuple[int, int, str]]:
    """Code points with owners as the longest runs of one owner.

    >>> runs({3: "b", 0: "a", 1: "a", 2: "b"})
    [(0, 2, 'a'), (2, 4, 'b')]
    """
    found: list[tuple[int, int, str]] = []
    for place in sorted(owners):
        if found and found[-1][1:] == (place, owners[place]):
            found[-1] = (found[-1][0], place + 1, owners[place])
        else:
            found.append((place, place + 1, owners[place]))
    return found


def reference_clean(
    text: str,
    ruleset: RuleSet,
    scope: Scope | None = None,
    *,
    kinds: Collection[str] = tuple(Kind),
    site_packs: bool = True,
) -> Outcome:
    """The outcome for one page. `scope` without a host lets `known_by` lines call packs in."""
    scope = scope or Scope()
    given = _names(choose(ruleset, scope, (), site_packs=site_packs))
    recognised = _recognise(text, ruleset, scope, kinds) if scope.host is None and site_packs else set()
    packs = [choice.pack for choice in choose(ruleset, scope, recognised, site_packs=site_packs)]
    page = Page(text, Stack(packs, given, kinds))
    page.run()
    names = tuple(pack.name for pack in packs)
    if page.had_prose() and not page.prose_left():
        lost = {(rule, Reason.NO_PROSE_LEFT) for rule in page.all_owners().values()}
        return Outcome(text, {}, frozenset(page.withheld | lost), names)
    owners = page.all_owners()
    left = "".join(char for place, char in enumerate(text) if place not in owners)
    return Outcome(left, owners, frozenset(page.withheld), names)


def _names(choices: Iterable[Choice]) -> set[str]:
    return {choice.pack.name for choice in choices}


def _recognise(text: str, ruleset: RuleSet, scope: Scope, kinds: Collection[str]) -> set[str]:
    """Names of the packs of which two `known_by` lines stand on the page as it came, then also of
    those of which they stand there as inline with the packs so far left it, until none is added."""
    given = _names(choose(ruleset, scope, ()))
    recognised = _known_packs(Page(text, Stack([], given, kinds)).lines, ruleset)
    while True:
        packs = [choice.pack for choice in choose(ruleset, scope, recognised)]
        page = Page(text, Stack(packs, given, kinds))
        page.run_keep()
        page.run_inline()
        found = _known_packs([*page.lines, *page.now], ruleset)
        if found <= recognised:
            return recognised
        recognised |= found


def _known_packs(lines: list[str], ruleset: RuleSet) -> set[str]:
    standing = {seen for line in lines for seen in views(line)}
    return {
        pack.name
        for pack in ruleset.packs
        if pack.known_by and len({view(line) for line in pack.known_by} & standing) >= 2
    }


# ---------------------------------------------------------------------------------------------
# A stack: the rules that serve one page, in order


class Stack:
    """The rules of the serving packs, in order, less those that a serving pack disables and those
    of kinds that stay. `groups` are inline's: all packs that were given, then one pack each of those
    that recognition added, by name, so that a pack which a second run may not recognise cannot
    hold back the spans of the others."""

    def __init__(self, packs: list[Pack], given: set[str], kinds: Collection[str]) -> None:
        disabled = {name for pack in packs for name in pack.disable}
        self.rules = [
            rule
            for pack in packs
            for rule in pack.rules
            if rule.name not in disabled and (rule.kind is None or rule.kind in kinds)
        ]
        added = sorted(pack.name for pack in packs if pack.name not in given)
        inline = self.of(Inline)
        self.groups = [
            [rule for rule in inline if rule.pack in given],
            *([rule for rule in inline if rule.pack == name] for name in added),
        ]

    def of(self, *operations: type) -> list[Rule]:
        return [rule for rule in self.rules if isinstance(rule.operation, operations)]


# ---------------------------------------------------------------------------------------------
# Matchers

view = lru_cache(maxsize=10_000)(see)
views = lru_cache(maxsize=10_000)(see_all)


# The body's core -------------------------------------------------------------------------------


_DENSE = "\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_STOPS = ".!?\u2026\u3002\u061f\u06d4\u0964\u0965\u1362\u104b\u17d4\u0589"


@lru_cache(maxsize=4096)
def weigh(seen: str) -> float:
    """What a line is worth for the body: prose its length up to 300 (a dense character counts 2.5),
    nothing a sentence of 30 that is no list item, and -60 any other line."""
    length = len(seen) + 1.5 * len(regex.findall(f"[{_DENSE}]", seen))
    if is_prose(seen):
        return min(length, 300)
    ends = regex.search(f"[{_STOPS}]['\")\\]\u300d\u300f\u3011]*$", seen)
    return 0 if ends and length >= 30 and see_all(seen) == (seen,) else -60


@lru_cache(maxsize=4096)
def core_of(weights: tuple[float, ...]) -> tuple[int, ...]:
    """The places from the first segment of enough weight to the last.

    By the definition: in a scoring segment every beginning and every ending sums up to more than zero, and
    a maximal one lies in no longer one. Enough is 0.3 of the heaviest one, or 600.
    """
    everywhere = range(len(weights))
    scoring = [(a, z) for a in everywhere for z in _ends(weights, a) if _has_good_endings(weights[a : z + 1])]
    sums = {
        (a, z): sum(weights[a : z + 1])
        for a, z in scoring
        if not any(b <= a and z <= y and (b, y) != (a, z) for b, y in scoring)
    }
    enough = min(0.3 * max(sums.values(), default=0), 600)
    heavy = sorted(segment for segment, weight in sums.items() if weight >= enough)
    return tuple(range(heavy[0][0], heavy[-1][1] + 1)) if heavy else ()


def _ends(weights: tuple[float, ...], start: int) -> Iterator[int]:
    """Places up to which every beginning from `start` is worth more than nothing."""
    total: float = 0
    for place in range(start, len(weights)):
        total += weights[place]
        if total <= 0:
            return
        yield place


def _has_good_endings(weights: tuple[float, ...]) -> bool:
    total: float = 0
    for weight in reversed(weights):
        total += weight
        if total <= 0:
            return False
    return True


def matches(matcher: Matcher, line: str) -> bool:
    """Whether a line matches: in one of its views the form holds and the length is within bounds,
    and in none of them `unless` does. Blank lines match nothing."""
    seen = views(line)
    return bool(seen[0]) and any(_holds(matcher, one, seen, False) for one in seen)


def _holds(matcher: Matcher, one: str, seen: tuple[str, ...], folded: bool) -> bool:
    """Whether a matcher holds for one view; `folded`: a matcher above ignores case."""
    folded = folded or matcher.ignore_case
    if not _fits(matcher, one):
        return False
    if matcher.unless is not None and any(_holds(matcher.unless, other, seen, False) for other in seen):
        return False
    if matcher.form is Form.ANY_OF:
        return any(_holds(child, one, seen, folded) for child in matcher.any_of)
    if matcher.form is Form.CLASS:
        return any(CLASSES[name](one) for name in matcher.values)
    if matcher.form is Form.REGEX:
        return any(_pattern(source, folded).fullmatch(one) for source in matcher.values)
    text = fold_case(one) if folded else one
    return any(
        _text_holds(matcher.form, _wanted(matcher.form, value, folded), text) for value in matcher.values
    )


def _fits(matcher: Matcher, one: str) -> bool:
    longest = matcher.max_chars
    if longest is None:
        longest = REGEX_MAX_CHARS if matcher.form is Form.REGEX else len(one)
    return matcher.min_chars <= len(one) <= longest


def _text_holds(form: Form, wanted: str, text: str) -> bool:
    match form:
        case Form.EXACT:
            return text == wanted
        case Form.PREFIX:
            return text.startswith(wanted)
        case Form.SUFFIX:
            return text.endswith(wanted)
        case _:
            return wanted in text


@lru_cache(maxsize=100_000)
def _wanted(form: Form, value: str, folded: bool) -> str:
    """A text form's value as it is looked for: white space that a view never has at that end goes."""
    wanted = view(value) if form is Form.EXACT else fold(value)
    if form is Form.PREFIX:
        wanted = wanted.lstrip()
    if form is Form.SUFFIX:
        wanted = wanted.rstrip()
    return fold_case(wanted) if folded else wanted


@lru_cache(maxsize=1_000)
def _pattern(source: str, folded: bool) -> regex.Pattern[str]:
    return regex.compile(to_regex(parse(source), fold), regex.IGNORECASE if folded else 0)


# ---------------------------------------------------------------------------------------------
# The page


@dataclass
class Memory:
    """What a rule remembers from pass to pass: the lines that served it, the prose it has taken."""

    used: set[int] = field(default_factory=set)
    prose: int = 0


class Page:
    """One page and what has been marked on it so far. Lines are known by their index."""

    def __init__(self, text: str, stack: Stack) -> None:
        self.text = text
        self.stack = stack
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.now = list(self.lines)  # as inline leaves them
        self.solid = [n for n, line in enumerate(self.lines) if view(line)]
        self.kept: set[int] = set()
        self.span_owners: dict[int, str] = {}  # code point: rule
        self.gone: dict[int, str] = {}  # line: rule
        self.memories = {rule.name: Memory() for rule in stack.rules}
        self.withheld: set[tuple[str, Reason]] = set()

    def run(self) -> None:
        """All stages, in order."""
        self.run_keep()
        self.run_inline()
        self.kept |= self.protected()
        self.run_lines()
        shapes = self.stack.of(Sequence, Block, Line)
        late = [rule for rule in shapes if rule.zone is not None and rule.zone.of == "body"]
        early = [rule for rule in shapes if rule not in late]
        while True:
            claims: set[tuple[str, Reason]] = set()
            changed = False
            while self.run_pass(early, claims):
                changed = True
                claims.clear()
            changed |= self.run_pass(self.stack.of(Cut), claims)
            if not changed and not self.run_pass(late, claims):
                self.withheld |= claims
                return

    # keep, inline, line ------------------------------------------------------------------------

    def protected(self) -> set[int]:
        """Lines, as they now are, that a keep rule matches."""
        rules = self.stack.of(Keep)
        return {
            n for n in self.solid for rule in rules if matches(matchers_of(rule.operation)[0], self.now[n])
        }

    def run_keep(self) -> None:
        self.kept |= self.protected()

    def run_inline(self) -> None:
        for n in self.solid:
            if n not in self.kept:
                places = self.run_inline_on(n)
                start = self.start_of(n)
                self.now[n] = "".join(self.text[start + place] for place in places)

    def run_inline_on(self, n: int) -> list[int]:
        """The places of a line that inline leaves of it: every group marks its union, group after
        group, again until nothing goes."""
        line = self.lines[n]
        places = list(range(len(line)))
        while True:
            before = list(places)
            stuck: set[tuple[str, Reason]] = set()
            for rules in self.stack.groups:
                places = self.run_group(rules, n, places, stuck)
            if places == before:
                self.withheld |= stuck
                return places

    def run_group(
        self, rules: list[Rule], n: int, places: list[int], stuck: set[tuple[str, Reason]]
    ) -> list[int]:
        """What one group leaves of a line, of which `places` are still there."""
        line = self.lines[n]
        while True:
            rest = "".join(line[place] for place in places)
            marks = [(rule, span) for rule in rules for span in inline_spans(rule.operation, rest)]
            owners: dict[int, str] = {}
            for rule, (start, end) in marks:
                for place in range(start, end):
                    owners.setdefault(place, rule.name)
            if not owners:
                return places
            widened = _with_white_space(rest, owners)
            left = [place for place in range(len(rest)) if place not in widened]
            if not view("".join(rest[place] for place in left)):
                stuck |= {(rule.name, Reason.WHOLE_LINE) for rule, _ in marks}
                return places
            for place, owner in widened.items():
                self.span_owners[self.start_of(n) + places[place]] = owner
            places = [places[place] for place in left]

    def run_lines(self) -> None:
        for rule in self.stack.of(Line):
            if rule.zone is None:
                for n in self.solid:
                    if matches(matchers_of(rule.operation)[0], self.now[n]):
                        self.mark(rule, [n])

    def mark(self, rule: Rule, lines: Iterable[int]) -> None:
        """Mark lines for a rule: the first to mark a line owns it; a keep withholds them all."""
        wanted = list(lines)
        if self.kept.intersection(wanted):
            self.withheld.add((rule.name, Reason.KEEP))
            return
        for n in wanted:
            self.gone.setdefault(n, rule.name)

    # sequence, block, zoned line, cut ----------------------------------------------------------

    def run_pass(self, rules: list[Rule], claims: set[tuple[str, Reason]]) -> bool:
        """One pass: every rule looks at the page as it stood before the pass. True if any line
        went or any line was used for the first time."""
        taken: list[tuple[Rule, set[int]]] = []
        for rule in rules:
            for lines, reason in self.claims_of(rule):
                if reason is None:
                    taken.append((rule, lines))
                else:
                    claims.add((rule.name, reason))
        before = set(self.gone)
        changed = False
        for rule, lines in taken:
            memory = self.memories[rule.name]
            memory.prose += sum(len(view(self.now[n])) for n in lines if n not in before and self.is_prose(n))
            changed |= not lines <= memory.used
            memory.used |= lines
        for rule, lines in taken:
            for n in lines:
                self.gone.setdefault(n, rule.name)
        return changed or set(self.gone) != before

    def claims_of(self, rule: Rule) -> Iterator[tuple[set[int], Reason | None]]:
        """The sets of lines that a rule would remove now, each with the reason why it may not."""
        match rule.operation:
            case Sequence():
                yield from self.sequence_claims(rule, rule.operation)
            case Block():
                yield from self.block_claims(rule, rule.operation)
            case Cut():
                yield from self.cut_claims(rule, rule.operation)
            case Line(matcher) if rule.zone is not None:
                for n in self.fresh(rule, matcher):
                    if n not in self.gone:
                        yield {n}, Reason.KEEP if n in self.kept else None

    def fresh(self, rule: Rule, matcher: Matcher) -> list[int]:
        """Lines in the rule's zone that match and have not served the rule yet, removed or not."""
        used = self.memories[rule.name].used
        zone = self.zone_of(rule)
        return [n for n in self.solid if n not in used and n in zone and matches(matcher, self.now[n])]

    def survivors(self) -> list[int]:
        return [n for n in self.solid if n not in self.gone]

    def is_prose(self, n: int) -> bool:
        return is_prose(view(self.now[n]))

    def zone_of(self, rule: Rule) -> range:
        """The lines in which a rule may act; without surviving prose none, if it has a zone."""
        everywhere = range(len(self.lines))
        if rule.zone is None:
            return everywhere
        survivors = self.survivors()
        if rule.zone.of == "body":
            core = core_of(tuple(weigh(view(self.now[n])) for n in survivors))
            prose = [survivors[place] for place in core]
        else:
            prose = [n for n in survivors if self.is_prose(n)]
        if not prose:
            return range(0)
        if rule.zone.side == "head":
            border = [n for n in reversed(survivors) if n < prose[0]]
            edges = [prose[0], *border]
            return everywhere[: edges[rule.zone.spared]] if rule.zone.spared < len(edges) else range(0)
        border = [n for n in survivors if n > prose[-1]]
        edges = [prose[-1], *border]
        return everywhere[edges[rule.zone.spared] + 1 :] if rule.zone.spared < len(edges) else range(0)

    # sequence

    def sequence_claims(self, rule: Rule, operation: Sequence) -> Iterator[tuple[set[int], Reason | None]]:
        """All readings without a kept line as one claim, those with one as another."""
        free = self.lines_read(rule, operation, set(self.solid) - self.kept)
        if free:
            yield free, None
        if self.lines_read(rule, operation, set(self.solid)) & self.kept:
            yield set(), Reason.KEEP

    def lines_read(self, rule: Rule, operation: Sequence, usable: set[int]) -> set[int]:
        """The lines that stand in some reading of the steps.

        A reading is a path through places (line, step, how often the step has served), from a first
        place to a last one. A line is read if its place lies on any such path.
        """
        steps = operation.steps
        fresh = [set(self.fresh(rule, step.drop)) & usable for step in steps]

        def optional(start: int, end: int) -> bool:
            return all(step.min_count == 0 for step in steps[start:end])

        def entries(line: int, after: int) -> Iterator[tuple[int, int, int]]:
            """Places where `line` is the first of some step after step `after`."""
            for number in range(after + 1, len(steps)):
                if optional(after + 1, number) and line in fresh[number]:
                    yield line, number, 1

        def onward(place: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
            line, number, count = place
            for other in self.next_lines(line, operation.touching):
                if count < steps[number].max_count and other in fresh[number]:
                    yield other, number, count + 1
                if count >= steps[number].min_count:
                    yield from entries(other, number)

        reached = {place for line in self.solid for place in entries(line, -1)}
        paths: dict[tuple[int, int, int], set[tuple[int, int, int]]] = {}
        waiting = list(reached)
        while waiting:
            place = waiting.pop()
            if place not in paths:
                paths[place] = set(onward(place))
                waiting.extend(paths[place])
        good = {
            (line, number, count)
            for line, number, count in paths
            if count >= steps[number].min_count and optional(number + 1, len(steps))
        }
        while True:
            more = {place for place, following in paths.items() if following & good} - good
            if not more:
                return {line for line, _, _ in good}
            good |= more

    def next_lines(self, line: int, touching: bool) -> Iterator[int]:
        """Lines that may follow `line` in a reading: the next one, and beyond it as long as all
        between were removed. Blank lines are not seen, unless the two must touch."""
        for other in self.solid:
            if other <= line:
                continue
            if not (touching and (self.blanks_below(line) or self.blanks_above(other))):
                yield other
            if other not in self.gone:
                return

    def blanks_below(self, line: int) -> int:
        count = 0
        for text in self.lines[line + 1 :]:
            if view(text):
                break
            count += 1
        return count

    def blanks_above(self, line: int) -> int:
        count = 0
        for text in reversed(self.lines[:line]):
            if view(text):
                break
            count += 1
        return count

    # block

    def block_claims(self, rule: Rule, operation: Block) -> Iterator[tuple[set[int], Reason | None]]:
        lasts = self.fresh(rule, operation.last)
        for first in self.fresh(rule, operation.first):
            last = next((n for n in lasts if n > first), None)
            if last is None:
                continue
            lines = {n for n in self.solid if first <= n <= last}
            if lines & self.kept:
                yield lines, Reason.KEEP
            elif len(lines - set(self.gone)) > operation.max_lines:
                yield lines, Reason.MAX_LINES
            else:
                yield lines, None

    # cut

    def cut_claims(self, rule: Rule, operation: Cut) -> Iterator[tuple[set[int], Reason | None]]:
        """The landmark nearest to where reading starts, of all lines and of the survivors; the larger
        range is tried first and the smaller only if that may not go."""
        landmarks = self.fresh(rule, operation.landmark)
        if not operation.to_end:
            landmarks.reverse()
        alive = [n for n in landmarks if n not in self.gone]
        for landmark in dict.fromkeys(landmarks[:1] + alive[:1]):
            lines = {n for n in self.solid if (n >= landmark if operation.to_end else n <= landmark)}
            prose = sum(len(view(self.now[n])) for n in lines - set(self.gone) if self.is_prose(n))
            if lines & self.kept:
                yield lines, Reason.KEEP
            elif self.memories[rule.name].prose + prose > operation.max_prose:
                yield lines, Reason.MAX_PROSE
            else:
                yield lines, None
                return

    # what is left ------------------------------------------------------------------------------

    def had_prose(self) -> bool:
        return any(is_prose(view(line)) for line in self.lines)

    def prose_left(self) -> bool:
        return any(self.is_prose(n) for n in self.survivors())

    def start_of(self, n: int) -> int:
        return sum(len(line) + 1 for line in self.lines[:n])

    def all_owners(self) -> dict[int, str]:
        """The owner of every code point that goes: inline's first, then the removed lines with their
        line feeds, then the blank lines beside them."""
        owners = dict(self.span_owners)
        for n, rule in {**self.gone, **self.blank_owners()}.items():
            end = min(self.start_of(n) + len(self.lines[n]) + 1, len(self.text))
            for place in range(self.start_of(n), end):
                owners.setdefault(place, rule)
        self.own_last_line_feed(owners)
        return owners

    def own_last_line_feed(self, owners: dict[int, str]) -> None:
        """A text without a line feed at its end keeps none: if its last line goes, so does the line
        feed before it, with the first line removed below it."""
        survivors = self.survivors()
        last_goes = len(self.lines) - 1 in {**self.gone, **self.blank_owners()}
        if survivors and last_goes and not self.text.endswith("\n"):
            last = survivors[-1]
            owners[self.start_of(last) + len(self.lines[last])] = self.gone[
                min(n for n in self.gone if n > last)
            ]

    def blank_owners(self) -> dict[int, str]:
        """Blank lines that go, each owned by the nearest removed line above it in its gap, else by
        the nearest below."""
        owners: dict[int, str] = {}
        fences = [-1, *self.survivors(), len(self.lines)]
        for upper, lower in pairwise(fences):
            gap = range(upper + 1, lower)
            removed = [n for n in gap if n in self.gone]
            if not removed:
                continue
            staying = self.blanks_that_stay(upper, lower, removed)
            for n in gap:
                if n not in self.gone and n not in staying:
                    above = [m for m in removed if m < n]
                    owners[n] = self.gone[above[-1] if above else removed[0]]
        return owners

    def blanks_that_stay(self, upper: int, lower: int, removed: list[int]) -> range:
        """Of the runs of blank lines below `upper` and above `lower`, the longer, itself; at the
        start and the end of the page neither."""
        if upper < 0 or lower == len(self.lines):
            return range(0)
        above, below = range(upper + 1, removed[0]), range(removed[-1] + 1, lower)
        return above if len(above) >= len(below) else below


# ---------------------------------------------------------------------------------------------
# Spans of a line


def inline_spans(operation: Operation, line: str) -> list[tuple[int, int]]:
    """The spans of a line that an inline rule finds. Each of its values finds its own, in each view
    of the line: at the view's start, at its end (the leftmost that ends there), or all that do not
    overlap, from the left."""
    assert isinstance(operation, Inline)
    seen = views(line)
    found = []
    for one in seen:
        offset = len(seen[0]) - len(one)  # the view without a list marker is the end of the whole one
        for start, end in _spans_in_view(operation.matcher, operation.at, one, seen):
            places = _places_of_view(line)
            found.append((places[offset + start], places[offset + end - 1] + 1))
    return found


def _spans_in_view(matcher: Matcher, at: str, one: str, seen: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    if not _fits(matcher, one):
        return
    if matcher.unless is not None and any(_holds(matcher.unless, other, seen, False) for other in seen):
        return
    for child in matcher.any_of:
        yield from _spans_in_view(child, at, one, seen)
    for value in matcher.values:
        pattern = _span_pattern(matcher.form, value, at == "end", matcher.ignore_case)
        text = fold_case(one) if matcher.form is Form.EXACT and matcher.ignore_case else one
        found = [pattern.match(text)] if at == "start" else list(pattern.finditer(text))
        yield from (match.span() for match in found if match)


@lru_cache(maxsize=1_000)
def _span_pattern(form: Form, value: str, at_end: bool, folded: bool) -> regex.Pattern[str]:
    if form is Form.EXACT:
        source = regex.escape(fold_case(fold(value)) if folded else fold(value))
    else:
        source = to_regex(parse(value), fold)
    flags = regex.IGNORECASE if folded and form is Form.REGEX else 0
    return regex.compile(rf"(?:{source})\Z" if at_end else source, flags)


def _places_of_view(line: str) -> list[int]:
    """Where each character of a line's view stands in the line; a run of white space stands where its
    first character does."""
    places: list[int] = []
    seen = ""
    for place, char in enumerate(line):
        folded = fold(char)
        if folded and not (folded == " " and (not seen or seen[-1] == " ")):
            seen += folded
            places.append(place)
    assert seen.rstrip(" ") == view(line)
    return places


def _with_white_space(line: str, owners: dict[int, str]) -> dict[int, str]:
    """Owned places of a line with the white space that would be left over: after a span at what is
    left of the line's start, before one at its end, before one with white space on both sides."""
    left = [place for place in range(len(line)) if place not in owners]
    solid = [place for place in left if not line[place].isspace()]
    widened = dict(owners)
    for start, end, _ in runs(dict.fromkeys(owners, "")):
        before = _white_run(line, owners, reversed(range(start)))
        after = _white_run(line, owners, range(end, len(line)))
        if not solid or start < solid[0]:
            widened |= dict.fromkeys(after, owners[end - 1])
        elif end > solid[-1] or (before and after):
            widened |= dict.fromkeys(before, owners[start])
    return widened


def _white_run(line: str, owners: dict[int, str], places: Iterable[int]) -> list[int]:
    """The white space along these places, up to text or another span."""
    return list(takewhile(lambda place: line[place].isspace() and place not in owners, places))


__all__ = ["Outcome", "inline_spans", "matches", "reference_clean", "runs"]
