"""One document through one program: mark, then delete.

Rules mark lines and spans of a document that never changes; the text is made once, at the end, from
what was not marked. The stages stand in `clean` in their order: keep, inline, line, then passes of
sequences, blocks and zoned lines, then of cuts, until nothing changes. Every pass is a snapshot:
all rules see the same state, so their order decides who owns a mark and never what is marked. A line
that is gone still counts as evidence, or is skipped, so a second run finds nothing that this one did
not. Which rules look at which lines the program's index proposes; the rules' own tests decide.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, starmap
from typing import NamedTuple

from cleaner.compiler import MAX_REMEMBERED_CHARS, MAX_REMEMBERED_LINES, Program, Stack, Stage
from cleaner.cores import find_core, weigh
from cleaner.deletion import Deletion, line_starts
from cleaner.errors import Location
from cleaner.readings import Candidate, read_lines
from cleaner.results import Reason, Removal, Result, Withheld
from cleaner.rules import Block, Cut, Line, Rule, Sequence, Zone
from cleaner.segments import (
    FOLDED_MARKER_STARTS,
    is_prose,
    split,
    view,
    view_lines,
    views_of,
    with_white_space,
)
from cleaner.spans import Span, union, without
from cleaner.stacks import Scope, host_of
from cleaner.trimming import TrimmedLine

KNOWN_BY_LINES = 2
"""Lines of a pack's `known_by` that must stand in a text for the pack to be called in."""

MAX_DOCUMENT_CHARS = 256 * 1024 * 1024
"""A quarter of a billion characters: fifty times the largest book. Beyond it a document is a broken
export, and is passed through unchanged."""


def clean(
    text: str,
    program: Program,
    *,
    site: str | None = None,
    url: str | None = None,
    language: str | None = None,
    extractor: str | None = None,
) -> Result:
    """What the program leaves of a text, and an owner for every character that went.

    `site` is a host and goes before the host of `url`; with neither, site packs may be recognised by
    their `known_by` lines. `language` (a BCP 47 tag) and `extractor` choose packs by their scopes.
    A document that had prose and would have none left, that is over the limits, or on which a
    pattern ran out of time comes back unchanged, and `withheld` says so. Raises InputError if
    `site` or `url` holds no host.
    """
    address = site or url
    host = host_of(address) if address else None
    scope = Scope(host, language or None, extractor or None)
    if len(text) > MAX_DOCUMENT_CHARS:
        return _too_long(text)
    lines = split(text)
    seen = view_lines(lines)
    stack = program.stack(scope)
    standing = _known_lines(lines, seen, stack.known)
    recognised = _recognised(standing)
    try:
        while True:
            stack = program.stack(scope, recognised)
            document = _Document(text, lines, list(seen), stack)
            document.known_lines = {pack: set(known) for pack, known in standing.items()}
            document.look()
            document.protect()
            document.trim()
            found = _recognised(document.known_lines)
            if found <= recognised:
                break
            recognised |= found
        document.protect_trimmed()
        document.drop_lines()
        document.settle()
    except _Expired as expired:
        return Result(
            text, text, (), (document.claim(expired.rule, expired.line, Reason.TIMEOUT),), stack.packs
        )
    return document.result()


def _known_lines(lines: list[str], seen: list[str], known: Mapping[str, str]) -> dict[str, set[str]]:
    """The known lines that stand in a text as it came, by the pack that they call in."""
    if not known:
        return {}
    marked = [line for line, whole in enumerate(seen) if whole and whole[0] in FOLDED_MARKER_STARTS]
    likely = (
        line for line in marked if seen[line][1:].lstrip() in known or seen[line].partition(" ")[2] in known
    )
    bare = [view for line in likely for view in views_of(seen[line], lines[line])[1:]]
    standing: dict[str, set[str]] = {}
    for line in {*filter(None, seen), *bare} & known.keys():
        standing.setdefault(known[line], set()).add(line)
    return standing


def _recognised(standing: Mapping[str, set[str]]) -> frozenset[str]:
    return frozenset(pack for pack, lines in standing.items() if len(lines) >= KNOWN_BY_LINES)


def _too_long(text: str) -> Result:
    detail = f"{len(text):,} characters, {MAX_DOCUMENT_CHARS:,} allowed"
    withheld = Withheld("", "", 0, len(text), Reason.TOO_LONG, detail, Location(""))
    return Result(text, text, (), (withheld,), ())


def _within(lines: list[int], zone: range) -> list[int]:
    """Those of some ascending line numbers that lie in a zone."""
    return lines[bisect_left(lines, zone.start) : bisect_left(lines, zone.stop)]


class _Expired(Exception):
    """A pattern of `rule` ran out of time on `line`."""

    def __init__(self, rule: int, line: int) -> None:
        super().__init__(rule, line)
        self.rule = rule
        self.line = line


@dataclass(slots=True)
class _Memory:
    """What one rule remembers from pass to pass: lines that served it, prose that its cuts took.

    And what it saw when it was asked last: its zone, how many lines had served it and how many were gone,
    and the lines of which it minds whether they are gone (None: all). While none of that changes it would
    say the same again, so it is not asked; what it was denied then, it is denied still.
    """

    used: set[int] = field(default_factory=set)
    prose_chars: int = 0
    zone: range | None = None
    used_count: int = 0
    gone_count: int = 0
    minded: set[int] | None = None
    denied: list[_Claim] = field(default_factory=list)


class _Claim(NamedTuple):
    """Lines that a rule would remove, none of them blank. With a reason it may not: then `spans`, half-open
    ranges of line numbers, say where."""

    rule: int
    lines: Iterable[int] = ()
    spans: tuple[Span, ...] = ()
    reason: Reason | None = None
    detail: str = ""
    prose_chars: int = 0

    @classmethod
    def withheld(cls, rule: int, start: int, end: int, reason: Reason, detail: str) -> _Claim:
        """A claim on the lines from `start` to before `end` that cannot be granted."""
        return cls(rule, spans=(Span(start, end),), reason=reason, detail=detail)


class _Document:
    """The marks on one document while it is cleaned. Lines and rules go by their numbers from 0."""

    def __init__(self, text: str, lines: list[str], seen: list[str], stack: Stack) -> None:
        self.text = text
        self.stack = stack
        self.lines = lines
        self.seen = seen
        self.solid = [line for line, whole in enumerate(seen) if whole]
        self.hits: dict[tuple[int, int], list[int]] = {}
        self.inline_proposals: dict[int, set[int]] = {}
        self.trimmed: dict[int, TrimmedLine] = {}
        self.kept: dict[int, int] = {}
        self.owners: dict[int, int] = {}
        self.memories: dict[int, _Memory] = {}
        self.withheld: list[Withheld] = []
        self.known_lines: dict[str, set[str]] = {}
        self._verdicts: dict[tuple[int, int], dict[str, bool]] = {}
        self._is_huge = len(self.solid) > MAX_REMEMBERED_LINES // 10
        self._views: dict[int, tuple[str, ...]] = {}
        self._prose: dict[int, bool] = {}
        self._border = (0, len(self.lines) - 1)
        self._is_border_known = False
        self._zones: dict[Zone, range] = {}
        self._everywhere = range(len(self.lines))
        self._weights: dict[int, float] = {}
        self._core: tuple[int, int] | None = None
        self._alive: list[int] = []
        self._prose_sums: list[int] = []
        self._gone: list[int] = []
        self._seen_gone_count = -1
        self._starts: list[int] | None = None

    # What the lines are ---------------------------------------------------------------------

    def look(self) -> None:
        """Ask the tests that the index proposes, on every line as it came."""
        texts = map(self.lines.__getitem__, self.solid)
        found = dict(zip(self.solid, map(self.stack.remembered.get, texts), strict=True))
        fresh = [line for line, known in found.items() if known is None]
        if fresh:
            places: dict[str, int] = {}
            for line in fresh:
                places.setdefault(self.lines[line], line)  # menus come twice on a page
            passed = self._ask(list(places.values()))
            of_text = {text: passed.get(line, ()) for text, line in places.items()}
            self.stack.remember(of_text)
            found.update((line, of_text[self.lines[line]]) for line in fresh)
        lines_of: dict[int, list[int]] = {}
        for line, known in found.items():
            if known:
                for number in known:
                    lines_of.setdefault(number, []).append(line)
        for number, lines in lines_of.items():
            self._note(number, lines)

    def _ask(self, lines: list[int]) -> dict[int, tuple[int, ...]]:
        """The numbers that pass on some lines, of those that the index proposes; a proposed span is looked
        for later."""
        passed: dict[int, tuple[int, ...]] = {}
        tests = self.stack.tests
        for place, proposed in self.stack.index.scan_views([self.seen[line] for line in lines]).items():
            line = lines[place]
            seen = self._views_of(line)
            number = 0
            try:
                passing = []
                for number in proposed:
                    if (tests[number] or self.stack.find_test(number)).matches(seen):
                        passing.append(number)
            except TimeoutError:
                raise _Expired(self.stack.slots[number][0], line) from None
            passed[line] = tuple(passing)
        return passed

    def _note(self, number: int, lines: list[int]) -> None:
        """Keep on which lines a number passed, for the stages."""
        slot = self.stack.slots[number]
        if self.stack.rules[slot[0]].stage is not Stage.INLINE:
            self.hits[slot] = lines
            return
        for line in lines:
            self.inline_proposals.setdefault(line, set()).add(slot[0])

    def now(self, line: int) -> str:
        """The line as inline left it."""
        trimmed = self.trimmed.get(line)
        return self.lines[line] if trimmed is None else trimmed.text

    def matches(self, rule: int, test: int, line: int) -> bool:
        """Whether a rule's test passes on a line as it now is."""
        seen = self._views.get(line) or self._views_of(line)
        try:
            return bool(seen[0]) and self.stack.rules[rule].tests[test].matches(seen)
        except TimeoutError:
            raise _Expired(rule, line) from None

    def _recalled(self, rule: int, test: int, line: int) -> bool:
        """The same, asked once: for rules that come back to a line in every pass. The stack remembers it of
        lines that may well come again; the document of others, and of all that would drive out the rest."""
        text = self.now(line)
        may_return = len(text) <= MAX_REMEMBERED_CHARS and not self._is_huge
        known = (self.stack.verdicts if may_return else self._verdicts).setdefault((rule, test), {})
        verdict = known.get(text)
        if verdict is None:
            verdict = self.matches(rule, test, line)
            if may_return:
                self.stack.memory.make_room(known, 1)
            known[text] = verdict
        return verdict

    def _views_of(self, line: int) -> tuple[str, ...]:
        seen = self._views.get(line)
        if seen is None:
            seen = self._views[line] = views_of(self.seen[line], self.now(line))
        return seen

    def lines_matching(self, rule: int, test: int) -> list[int]:
        """All lines that pass a rule's test, in order. For a test that no index can propose every
        line is asked, once and only where the rule comes to it."""
        key = (rule, test)
        if key in self.stack.open_slots and key not in self.hits:
            self.hits[key] = self._ask_all(rule, test, range(len(self.lines)))
        return self.hits.get(key, [])

    def _ask_all(self, rule: int, test: int, lines: Iterable[int]) -> list[int]:
        return [line for line in lines if self._recalled(rule, test, line)]

    def is_prose(self, line: int) -> bool:
        verdict = self._prose.get(line)
        if verdict is None:
            verdict = self._prose[line] = is_prose(self.seen[line])
        return verdict

    # The stages -------------------------------------------------------------------------------

    def protect(self) -> None:
        """`keep`, on the lines as they came."""
        for rule in self._hopeful(Stage.KEEP):
            for line in self.lines_matching(rule, 0):
                self.kept.setdefault(line, rule)

    def trim(self) -> None:
        """`inline`: spans of lines, group by group, again until nothing more goes."""
        for line in sorted(self.inline_proposals):
            if line not in self.kept:
                self._trim_line(line)

    def _trim_line(self, line: int) -> None:
        stuck: dict[int, None] = {}
        before = None
        while before != (before := self.now(line)):
            stuck.clear()
            for group in self.stack.groups:
                while self._trim_once(line, group, stuck):
                    pass
        for rule in stuck:
            self.withheld.append(self.claim(rule, line, Reason.WHOLE_LINE))
        if line in self.trimmed:
            self._look_again(line)

    def _trim_once(self, line: int, group: tuple[int, ...], stuck: dict[int, None]) -> bool:
        """Take the union of what one group's rules mark on a line as it now is; False if none goes."""
        text = self.now(line)
        wanted = self.inline_proposals[line]
        marks = [(span, rule) for rule in group if rule in wanted for span in self._spans(rule, line, text)]
        if not marks:
            return False
        gone = with_white_space(text, union(span for span, _ in marks))
        left = without(text, gone)
        if not view(left):
            stuck.update(dict.fromkeys(rule for _, rule in marks))
            return False
        trimmed = self.trimmed.setdefault(line, TrimmedLine.whole(text))
        trimmed.take(gone, marks)
        self.inline_proposals[line] = wanted | self._inline_rules(self.stack.index.propose(left))
        return True

    def _spans(self, rule: int, line: int, text: str) -> list[Span]:
        span_test = self.stack.rules[rule].span_test
        assert span_test is not None
        try:
            return span_test.spans(text)
        except TimeoutError:
            raise _Expired(rule, line) from None

    def _inline_rules(self, proposed: Iterable[int]) -> set[int]:
        slots = (self.stack.slots[number] for number in proposed)
        return {rule for rule, _ in slots if self.stack.rules[rule].stage is Stage.INLINE}

    def _look_again(self, line: int) -> None:
        """A trimmed line is another line: forget what passed on it, and ask anew."""
        for key in self.stack.open_slots & self.hits.keys():
            del self.hits[key]
        for lines in self.hits.values():
            at = bisect_left(lines, line)
            if at < len(lines) and lines[at] == line:
                lines.pop(at)
        self._views.pop(line, None)
        self.seen[line] = view(self.now(line))
        self._ask_trimmed(line)

    def _ask_trimmed(self, line: int) -> None:
        for seen in views_of(self.seen[line], self.now(line)):
            if seen in self.stack.known:
                self.known_lines.setdefault(self.stack.known[seen], set()).add(seen)
        for number in self.stack.index.propose(self.now(line)):
            rule, test = self.stack.slots[number]
            if self.stack.rules[rule].stage is not Stage.INLINE and self.matches(rule, test, line):
                insort(self.hits.setdefault((rule, test), []), line)

    def protect_trimmed(self) -> None:
        """`keep` again, on what inline left: the hits of trimmed lines have been asked anew."""
        self.protect()

    def drop_lines(self) -> None:
        """`line` rules without a zone: they need nothing but the line."""
        for rule in self._hopeful(Stage.LINE):
            for line in self.lines_matching(rule, 0):
                if line in self.kept:
                    self.withheld.append(self.claim(rule, line, Reason.KEEP, self._keeper(line)))
                else:
                    self.owners.setdefault(line, rule)

    def _hopeful(self, stage: Stage) -> list[int]:
        """The rules of a stage, in order, that found a line, or that must look for themselves."""
        found = {rule for (rule, _), lines in self.hits.items() if lines}
        found.update(rule for rule, _ in self.stack.open_slots)
        return sorted(rule for rule in found if self.stack.rules[rule].stage is stage)

    def settle(self) -> None:
        """Passes of sequences, blocks and zoned lines until they change nothing, then one of cuts;
        again until that changes nothing either. Rules in a zone of the body come after them all: a box
        within the article parts its prose until it is gone. The claims of the last passes stay withheld."""
        shapes = self._hopeful(Stage.SHAPE)
        late = [rule for rule in shapes if self._is_of_body(rule)]
        early = [rule for rule in shapes if rule not in late]
        cuts = self._hopeful(Stage.CUT)
        withheld: list[_Claim] = []
        has_changed = bool(shapes or cuts)
        while has_changed:
            has_changed = False
            while self._run_pass(early, withheld := []):
                has_changed = True
            has_changed |= self._run_pass(cuts, withheld)
            has_changed = has_changed or self._run_pass(late, withheld)
        for claim in withheld:
            self.withheld += self._withheld(claim)

    def _is_of_body(self, rule: int) -> bool:
        zone = self.stack.rules[rule].rule.zone
        return zone is not None and zone.of == "body"

    def _run_pass(self, rules: Iterable[int], withheld: list[_Claim]) -> bool:
        """One snapshot pass. True if a line went, or served a rule for the first time."""
        if self._seen_gone_count != len(self._gone):
            self._seen_gone_count = len(self._gone)
            self._zones = {}
            self._is_border_known = False
            self._core = None
            self._alive = [line for line in self.solid if line not in self.owners]
            self._prose_sums = []
        granted: list[tuple[int, list[_Claim]]] = []
        for rule in rules:
            memory = self.memories.get(rule)
            if memory is None:
                memory = self.memories[rule] = _Memory()
            zone = self._zone(self.stack.rules[rule].rule)
            if self._sees_news(memory, zone):
                memory.zone, memory.used_count, memory.gone_count = zone, len(memory.used), len(self._gone)
                claims = list(self._claims(rule, memory))
                memory.denied = [claim for claim in claims if claim.reason is not None]
                if len(claims) > len(memory.denied):
                    granted.append((rule, [claim for claim in claims if claim.reason is None]))
            withheld += memory.denied
        gone = [self._grant(rule, claims) for rule, claims in granted]
        return any(gone)

    def _sees_news(self, memory: _Memory, zone: range) -> bool:
        """Whether anything has changed for a rule since it was asked last."""
        if memory.zone != zone or memory.used_count != len(memory.used):
            return True
        if memory.minded is None:
            return memory.gone_count != len(self._gone)
        return not memory.minded.isdisjoint(self._gone[memory.gone_count :])

    def _grant(self, rule: int, claims: list[_Claim]) -> bool:
        """Carry out one rule's claims of a pass. True if a line went, or served it for the first time."""
        memory = self.memories[rule]
        memory.prose_chars += sum(claim.prose_chars for claim in claims)
        fresh = {line for claim in claims for line in claim.lines} - memory.used
        memory.used |= fresh
        new = [line for line in fresh if line not in self.owners]
        self.owners.update(dict.fromkeys(new, rule))
        self._gone += new
        return bool(fresh)

    # What rules claim ---------------------------------------------------------------------------

    def _claims(self, rule: int, memory: _Memory) -> Iterable[_Claim]:
        """What a rule would take now; the memory notes which lines it minds."""
        operation = self.stack.rules[rule].rule.operation
        memory.minded = set()
        match operation:
            case Line():
                return self._line_claims(rule, memory)
            case Sequence():
                return self._sequence_claims(rule, operation, memory)
            case Block():
                return self._block_claims(rule, operation, memory)
            case Cut():
                return self._cut_claims(rule, operation, memory)
        return ()

    def _fresh(self, rule: int, test: int, memory: _Memory) -> list[int]:
        """Lines in the rule's zone that match and have not served the rule yet, removed or not."""
        zone = memory.zone
        assert zone is not None
        if (rule, test) in self.stack.open_slots:
            return self._ask_all(rule, test, [line for line in zone if line not in memory.used])
        lines = _within(self.lines_matching(rule, test), zone)
        return [line for line in lines if line not in memory.used] if memory.used else lines

    def _line_claims(self, rule: int, memory: _Memory) -> Iterator[_Claim]:
        lines = self._surviving(rule, memory)
        if self.kept:
            for line in lines:
                if line in self.kept:
                    yield _Claim.withheld(rule, line, line + 1, Reason.KEEP, self._keeper(line))
            lines = [line for line in lines if line not in self.kept]
        if lines:
            yield _Claim(rule, lines)

    def _surviving(self, rule: int, memory: _Memory) -> list[int]:
        """The survivors in a `line` rule's zone that match. None has served the rule: what has is gone."""
        zone = memory.zone
        assert zone is not None
        if (rule, 0) in self.stack.open_slots:
            return self._ask_all(rule, 0, _within(self._alive, zone))
        return [line for line in _within(self.lines_matching(rule, 0), zone) if line not in self.owners]

    def _sequence_claims(self, rule: int, operation: Sequence, memory: _Memory) -> Iterator[_Claim]:
        """All readings without a kept line as one claim, those with one as another."""
        compiled = self.stack.rules[rule]
        anchors = self._fresh(rule, compiled.proposed[0], memory)
        if not anchors:
            return
        steps, zone, used = compiled.steps, memory.zone or range(0), memory.used
        matches = partial(self._recalled, rule)
        memory.minded = minded = set()
        for window in self._windows(anchors, *steps.reach(compiled.proposed[0])):
            minded.update(window)
            candidates = [self._candidate(line, line in zone and line not in used) for line in window]
            free = candidates
            if self.kept:
                free = [c._replace(is_usable=c.is_usable and c.line not in self.kept) for c in candidates]
            read = read_lines(steps, free, matches, operation.touching)
            if read:
                yield _Claim(rule, read)
            if free != candidates:
                read = read_lines(steps, candidates, matches, operation.touching)
                vetoes = [line for line in read if line in self.kept]
                if vetoes:
                    keeper = self._keeper(vetoes[0])
                    yield _Claim.withheld(rule, vetoes[0], vetoes[-1] + 1, Reason.KEEP, keeper)

    def _candidate(self, line: int, is_usable: bool) -> Candidate:
        seen = self.seen
        touches_above = line == 0 or bool(seen[line - 1])
        touches_below = line == len(seen) - 1 or bool(seen[line + 1])
        return Candidate(line, line in self.owners, is_usable, touches_above, touches_below)

    def _windows(self, anchors: list[int], above: int, below: int) -> Iterator[list[int]]:
        """Runs of non-blank lines around the anchors that hold every reading through one of them.

        A reading uses at most so many lines above and below its anchor, and between them only lines that
        are gone. Each line is walked over once.
        """
        window: list[int] = []
        last = 0
        for anchor in anchors:
            due = self._survivor_count(last + 1, anchor + 1)
            if not window or anchor > window[-1]:
                lines = [*self._walk(anchor, -1, above, window[-1] if window else -1)][::-1]
                lines.append(anchor)
                if window and lines[0] != self._next_solid(window[-1], 1):
                    yield window
                    window = []
                window += lines
                due = below
            window += self._walk(window[-1], 1, due, len(self.lines))
            last = anchor
        if window:
            yield window

    def _walk(self, start: int, step: int, most_survivors: int, fence: int) -> Iterator[int]:
        """Non-blank lines from beyond `start` to before `fence`, until that many survivors have come."""
        line = start + step
        while line != fence and most_survivors:
            if self.seen[line]:
                yield line
                most_survivors -= line not in self.owners
            line += step

    def _next_solid(self, line: int, step: int) -> int:
        line += step
        while 0 <= line < len(self.lines) and not self.seen[line]:
            line += step
        return line

    def _block_claims(self, rule: int, operation: Block, memory: _Memory) -> Iterator[_Claim]:
        lasts = self._fresh(rule, 1, memory)
        firsts = self._fresh(rule, 0, memory) if lasts else []
        memory.minded = None if firsts else set()
        for first in firsts:
            at = bisect_right(lasts, first)
            if at == len(lasts):
                return
            end = lasts[at] + 1
            keeper = self._keeper_between(first, end)
            count = self._survivor_count(first, end)
            if keeper is not None:
                yield _Claim.withheld(rule, first, end, Reason.KEEP, keeper)
            elif count > operation.max_lines:
                detail = f"{count} lines, max_lines is {operation.max_lines}"
                yield _Claim.withheld(rule, first, end, Reason.MAX_LINES, detail)
            else:
                yield _Claim(rule, self._solid_lines(first, end))

    def _cut_claims(self, rule: int, operation: Cut, memory: _Memory) -> Iterator[_Claim]:
        """From the landmark nearest to where reading starts, of all lines and of the survivors; the
        smaller cut is tried where the larger may not go."""
        landmarks = self._fresh(rule, 0, memory)
        memory.minded = None if landmarks else set()
        nearest = landmarks if operation.to_end else landmarks[::-1]
        survivor = next((line for line in nearest if line not in self.owners), None)
        spent = memory.prose_chars
        for landmark in dict.fromkeys([*nearest[:1], *([] if survivor is None else [survivor])]):
            start, end = (landmark, len(self.lines)) if operation.to_end else (0, landmark + 1)
            prose = self._prose_chars(start, end)
            keeper = self._keeper_between(start, end)
            if keeper is not None:
                yield _Claim.withheld(rule, start, end, Reason.KEEP, keeper)
            elif spent + prose > operation.max_prose:
                detail = f"{spent + prose} characters of prose, max_prose is {operation.max_prose}"
                yield _Claim.withheld(rule, start, end, Reason.MAX_PROSE, detail)
            else:
                yield _Claim(rule, self._solid_lines(start, end), prose_chars=prose)
                return

    # What the survivors are ---------------------------------------------------------------------

    def _zone(self, rule: Rule) -> range:
        """The lines in which a rule may act; without surviving prose none, if it has a zone."""
        zone = rule.zone
        if zone is None:
            return self._everywhere
        found = self._zones.get(zone)
        if found is None:
            found = self._zones[zone] = self._find_zone(zone)
        return found

    def _find_zone(self, zone: Zone) -> range:
        first, last = self._body_border() if zone.of == "body" else self._prose_border()
        if first > last:
            return range(0)
        if zone.side == "head":
            nth = bisect_left(self._alive, first) - zone.spared
            end = first if not zone.spared else self._alive[nth] if nth >= 0 else 0
            return range(end)
        nth = bisect_right(self._alive, last) + zone.spared - 1
        if zone.spared and nth >= len(self._alive):
            return range(0)
        return range((self._alive[nth] if zone.spared else last) + 1, len(self.lines))

    def _prose_border(self) -> tuple[int, int]:
        """The first and the last surviving line of prose; they only ever move towards each other."""
        if self._is_border_known:
            return self._border
        first, last = self._border
        alive = self._alive
        head, tail = bisect_left(alive, first), bisect_right(alive, last) - 1
        while head <= tail and not self.is_prose(alive[head]):
            head += 1
        while tail >= head and not self.is_prose(alive[tail]):
            tail -= 1
        self._border = (alive[head], alive[tail]) if head <= tail else (len(self.lines), -1)
        self._is_border_known = True
        return self._border

    def _body_border(self) -> tuple[int, int]:
        """The first and the last line of the survivors' core, as they stand in this pass. Unlike the
        prose it may grow again: what goes between two stretches of prose makes one of them."""
        if self._core is None:
            weights, seen = self._weights, self.seen
            for line in self._alive:
                if line not in weights:
                    weights[line] = weigh(seen[line])
            core = find_core([weights[line] for line in self._alive])
            self._core = (self._alive[core[0]], self._alive[core[-1]]) if core else (0, -1)
        return self._core

    def _survivor_count(self, start: int, end: int) -> int:
        return bisect_left(self._alive, end) - bisect_left(self._alive, start)

    def _prose_chars(self, start: int, end: int) -> int:
        if not self._prose_sums:
            chars = [len(self.seen[line]) if self.is_prose(line) else 0 for line in self._alive]
            self._prose_sums = [0, *accumulate(chars)]
        first, last = bisect_left(self._alive, start), bisect_left(self._alive, end)
        return self._prose_sums[last] - self._prose_sums[first]

    def _solid_lines(self, start: int, end: int) -> list[int]:
        return self.solid[bisect_left(self.solid, start) : bisect_left(self.solid, end)]

    def _keeper(self, line: int) -> str:
        return self.stack.rules[self.kept[line]].name

    def _keeper_between(self, start: int, end: int) -> str | None:
        """The keep rule of the first kept line of a range, if one is there."""
        if not self.kept:
            return None
        return next((self._keeper(line) for line in sorted(self.kept) if start <= line < end), None)

    # What becomes of it -------------------------------------------------------------------------

    def result(self) -> Result:
        """The text without the marks, or the text as it came if no prose would be left of it."""
        pieces = Deletion(self.text, self.lines, self.seen, self.owners, self.trimmed).pieces()
        removals = tuple(starmap(self._removal, pieces))
        if removals and self._loses_all_prose():
            withheld = [
                Withheld(r.rule, r.kind, r.start, r.end, Reason.NO_PROSE_LEFT, "", r.location)
                for r in removals
            ]
            return Result(self.text, self.text, (), (*self.withheld, *withheld), self.stack.packs)
        text = without(self.text, ((removal.start, removal.end) for removal in removals))
        return Result(self.text, text, removals, tuple(self.withheld), self.stack.packs)

    def _removal(self, start: int, end: int, rule: int) -> Removal:
        compiled = self.stack.rules[rule]
        return Removal(compiled.name, compiled.kind, start, end, compiled.rule.location)

    def _loses_all_prose(self) -> bool:
        everything = range(len(self.lines))
        if any(line not in self.owners and self.is_prose(line) for line in everything):
            return False
        return any(is_prose(view(self.lines[line])) for line in everything)

    def claim(self, rule: int, line: int, reason: Reason, detail: str = "") -> Withheld:
        """A claim on one line that was not carried out."""
        return next(self._withheld(_Claim.withheld(rule, line, line + 1, reason, detail)))

    def _withheld(self, claim: _Claim) -> Iterator[Withheld]:
        declared = self.stack.rules[claim.rule].rule
        assert claim.reason is not None
        if self._starts is None:
            self._starts = line_starts(self.text, self.lines)
        for first, end in claim.spans:
            start, stop = self._starts[first], self._starts[end - 1] + len(self.lines[end - 1])
            kind = str(declared.kind)
            yield Withheld(declared.name, kind, start, stop, claim.reason, claim.detail, declared.location)
