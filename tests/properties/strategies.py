"""Rule sets, and pages that are made for them.

Both draw from one small vocabulary, so that rules collide with each other and pages meet rules: a
page of random text would be touched by no rule, and every property would hold for nothing. A page
is put together from what the drawn rules match (whole readings of their sequences and blocks too),
from prose, and from what extractors do to a line: list markers, no-break spaces, carriage returns,
words run together.

Hypothesis draws one string of bytes for each case, a *tape*, from which plain functions read their
choices. Drawing choice by choice costs ten times as much, and five of six cases would be copies of
the one before with a piece repeated. It shrinks well: each rule and each fragment of a page has its
own stretch of the tape and is not there at all if that is zeros; and zero is the plainest choice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from cleaner.errors import Location
from cleaner.patterns import Alternation, CharClass, Concat, Literal, Node, Repeat
from cleaner.rules import (
    Block,
    Cut,
    Form,
    Inline,
    Keep,
    Kind,
    Layer,
    Line,
    Matcher,
    Operation,
    Pack,
    Rule,
    RuleSet,
    Sequence,
    Step,
    Zone,
    matchers_of,
)
from cleaner.stacks import Scope
from tests.properties.rendering import render
from tests.strategies import MORE_ROUNDS, SAMPLE, sample_of

Choice = TypeVar("Choice")

PLACE = Location("generated.yaml", 1, 1)

LABELS = (
    "Share",
    "Share this page",
    "Read more",
    "Read more: Storm warning",
    "Photo: Agency",
    "Agency",
    "Menu",
    "Next 2",
    "Top stories",
    '"Top stories"',
)
"""Short lines. Some begin, end or hold others, so that one line is claimed by several rules."""

PROSE = (
    "The ferry left the harbour before dawn, and nobody on the pier saw which way it turned.",
    "Share prices fell for a third day while the bank's board met behind closed doors in the north.",
    "She asked them to read more of the letters, since the second box held what the first one did not.",
    "Read more slowly, the teacher said; the class of twelve had never been told so before that winter day.",
    "In the evening the crew went home. The Agency (Photo: Agency) had no comment on it, opens new tab",
    "Nothing was left of the old market hall but one wall, and the Menu of the bar that had stood beside it.",
    "Every spring the river takes a little more of the field, and every autumn the farmer puts some of it "
    "back; he is seventy now and does not know who will do it after him. Nobody in the village does.",
)
"""Lines that are prose as the semantics know it, 87 to 200 characters. Some hold labels."""

PATTERNS = {
    "(?:Share|Menu)(?: this page)?": ("Share", "Menu", "Share this page"),
    "Read more.*": ("Read more", "Read more: Storm warning"),
    "Photo: .{1,20}": ("Photo: Agency", "Photo: M. Example"),
    r"[A-Z]\w+": ("Agency", "Menu", "Other"),
    ".{4,12}": ("Menu", "Photo: Agenc", "Read more"),
    ".*Agency": ("Agency", "Photo: Agency", "More from the Agency"),
    r"Next \d+": ("Next 2", "Next 14"),
    r'"?\p{Lu}\p{Ll}+ stories"?': ("Top stories", "\u201cTop stories\u201d"),
}
"""Patterns and lines that they match. The last sample of most stands nowhere else."""

SPANS = ("Share", "Read more", ", opens new tab", "(Photo: Agency)", "Top stories", "tab Share")
SPAN_PATTERNS = {
    r"Read more: \w+": ("Read more: Storm",),
    "Share(?: this page)?": ("Share", "Share this page"),
    ", opens .{1,8}tab": (", opens new tab",),
    r"[(\[]Photo: \w+[)\]]": ("(Photo: Agency)", "[Photo: Agency]"),
    "(?:Top )?stories .*": ("stories of note", "Top stories Share"),
}
"""What stands within lines, as inline rules speak of it."""

CLASS_SAMPLES = {
    "any": LABELS,
    "prose": PROSE,
    "bullet": ("\u2022", "-"),
    "symbols": ("***", "---"),
    "number": ("14", "1,204"),
    "time": ("05:07",),
}

KNOWN = {
    "alpha.example": ("Alpha Daily", "News of Alpha", "Share Alpha"),
    "beta.example": ("Beta Post", "Top stories of Beta", "Menu Beta"),
}
"""Lines by which a site may be recognised, some with other rules' words in them."""


# Tapes ---------------------------------------------------------------------------------------

PLAN_BYTES = 24
RULE_BYTES = 40
FRAGMENT_BYTES = 14
MOST_RULES = 7
MOST_FRAGMENTS = 12


class Tape:
    """Choices, read from bytes one after another. Past its end a tape reads as zeros."""

    def __init__(self, content: bytes) -> None:
        self.content = iter(content)

    def below(self, limit: int) -> int:
        """A number from 0 up to, not including, `limit`."""
        number = next(self.content, 0)
        if limit > 256:
            number += 256 * next(self.content, 0)
        return number % limit

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def one_in(self, many: int) -> bool:
        """True once in so many times; a tape of zeros says no."""
        return self.below(many) == many - 1

    def pick(self, choices: Several[Choice]) -> Choice:
        return choices[self.below(len(choices))]

    def some(self, choices: Several[Choice], most: int) -> tuple[Choice, ...]:
        """One to `most` different choices."""
        return tuple(dict.fromkeys(self.pick(choices) for _ in range(self.between(1, most))))

    def shuffled(self, choices: Several[Choice]) -> list[Choice]:
        rest = list(choices)
        return [rest.pop(self.below(len(rest))) for _ in choices]

    def rest(self) -> bytes:
        return bytes(self.content)

    def part(self, size: int) -> Tape:
        """The next `size` bytes as a tape of their own."""
        return Tape(bytes(self.below(256) for _ in range(size)))

    def stretches(self, count: int, size: int) -> list[bytes]:
        """The next stretches of the tape that are there: those that do not begin with an even byte."""
        found = [self.part(size).rest() for _ in range(count)]
        return [stretch[1:] for stretch in found if stretch[0] % 2]


CASE_BYTES = PLAN_BYTES + (MOST_RULES + 1) * RULE_BYTES + MOST_FRAGMENTS * FRAGMENT_BYTES


def drawn(make: Callable[[Tape], Choice], size: int = CASE_BYTES) -> st.SearchStrategy[Choice]:
    """What `make` reads from a tape of `size` bytes."""
    return st.binary(min_size=size, max_size=size).map(lambda content: make(Tape(content)))


# Matchers ------------------------------------------------------------------------------------

_LEAF_FORMS = (
    *[Form.EXACT] * 4,
    *[Form.PREFIX, Form.SUFFIX, Form.CONTAINS],
    *[Form.REGEX] * 2,
    Form.CLASS,
)
_FORMS = (*_LEAF_FORMS, Form.ANY_OF)

_VALUES: dict[Form, Several[str]] = {
    Form.EXACT: [*LABELS, *LABELS, *(line for lines in KNOWN.values() for line in lines), "Storm"],
    Form.PREFIX: [*LABELS, "S", "Al", "Photo: "],
    Form.SUFFIX: [*LABELS, "y", "page", " 2"],
    Form.CONTAINS: [*LABELS, "e", "Alpha", "or"],
    Form.REGEX: list(PATTERNS),
    Form.CLASS: [*CLASS_SAMPLES, "prose"],
}


def draw_matcher(tape: Tape, depth: int = 2) -> Matcher:
    """A matcher of any form, mostly a plain one."""
    form = tape.pick(_FORMS if depth else _LEAF_FORMS)
    if form is Form.ANY_OF:
        children = tuple(draw_matcher(tape, depth - 1) for _ in range(tape.between(1, 2)))
        return _modified(tape, Matcher(form, PLACE, any_of=children))
    return _modified(tape, Matcher(form, PLACE, values=tape.some(_VALUES[form], 2)))


def _modified(tape: Tape, made: Matcher) -> Matcher:
    """The matcher, now and then with bounds, without case, or with lines that it spares."""
    match tape.below(16):
        case 13:
            low = tape.between(1, 12)
            return replace(made, min_chars=low, max_chars=tape.pick([None, low + 2, low + 20]))
        case 14 if made.form is not Form.CLASS:
            return without_case(made)
        case 15:
            return replace(made, unless=draw_matcher(tape, 0))
    return made


def without_case(matcher: Matcher) -> Matcher:
    """The matcher and its alternatives without regard to case, as the loader reads `ignore_case`."""
    return replace(
        matcher,
        ignore_case=matcher.form is not Form.CLASS,
        any_of=tuple(map(without_case, matcher.any_of)),
    )


def _span_matcher(tape: Tape, depth: int = 1) -> Matcher:
    """A matcher for inline: literal spans, and patterns that hold a literal."""
    form = tape.pick([Form.EXACT, Form.EXACT, Form.REGEX, *[Form.ANY_OF] * depth])
    if form is Form.ANY_OF:
        children = tuple(_span_matcher(tape, 0) for _ in range(tape.between(1, 2)))
        return _modified(tape, Matcher(form, PLACE, any_of=children))
    pool = SPANS if form is Form.EXACT else list(SPAN_PATTERNS)
    return _modified(tape, Matcher(form, PLACE, values=tape.some(pool, 2)))


# Rules ---------------------------------------------------------------------------------------

_COUNTS = ((1, 1), (1, 1), (1, 2), (0, 1), (0, 2), (2, 2), (1, 3))
_PROSE_BOUNDS = (100_000, 0, 90, 100, 200, 300, 600)
_SIDES = tuple((side, spared) for side in ("head", "tail") for spared in (0, 1, 2))
_ZONES = (None, None, None, *(Zone(*side) for side in _SIDES))
_BODY_ZONES = (*_ZONES, None, None, None, *(Zone(*side, "body") for side in _SIDES))
"""A cut has a zone of prose or none."""
_KINDS = (Kind.NAV, Kind.AD, Kind.RELATED)
_OPERATIONS = (*[Line] * 4, *[Inline] * 3, *[Sequence] * 4, *[Block] * 2, *[Cut] * 2, Keep)


def _zone(tape: Tape, what: type) -> Zone | None:
    if what in (Inline, Keep):
        return None
    return tape.pick(_ZONES if what is Cut else _BODY_ZONES)


def _operation(tape: Tape, what: type) -> Operation:
    if what is Sequence:
        return _sequence(tape)
    if what is Block:
        return Block(draw_matcher(tape, 1), draw_matcher(tape, 1), tape.between(2, 6))
    if what is Cut:
        return Cut(draw_matcher(tape, 1), bool(tape.below(2)), tape.pick(_PROSE_BOUNDS))
    if what is Inline:
        return Inline(_span_matcher(tape), tape.pick(["anywhere", "start", "end"]))
    made: Operation = what(draw_matcher(tape))
    return made


def _sequence(tape: Tape) -> Sequence:
    steps = [Step(draw_matcher(tape, 1), *tape.pick(_COUNTS)) for _ in range(tape.between(1, 3))]
    if not any(step.min_count for step in steps):
        steps[0] = replace(steps[0], min_count=1)
    return Sequence(tuple(steps), bool(tape.below(2)))


def draw_rule(content: bytes, pack: str, number: int, what: type | None = None) -> Rule:
    """One rule of a pack, with an operation of this type or of any."""
    tape = Tape(content)
    picked = tape.pick(_OPERATIONS)
    operation = _operation(tape, what or picked)
    keeps = isinstance(operation, Keep)
    zone = _zone(tape, type(operation))
    return Rule(pack, f"rule-{number}", None if keeps else tape.pick(_KINDS), "drawn", operation, PLACE, zone)


# Rule sets -----------------------------------------------------------------------------------

HOSTS = (None, None, "alpha.example", "sub.alpha.example", "elsewhere.example")
LANGUAGES = (None, None, "en", "de")
EXTRACTORS = (None, "wet")


def _pack(name: str, contents: Several[bytes], **scope: Any) -> Pack:
    """A pack of these rules. What recognition may call in has no keep rules: line rules stand there."""
    rules = [draw_rule(content, name, number) for number, content in enumerate(contents)]
    if name not in ("own", "lang.en"):
        rules = [draw_rule(contents[n], name, n, Line) if r.kind is None else r for n, r in enumerate(rules)]
    return Pack(name, Layer.USER, PLACE, tuple(rules), **scope)


def draw_ruleset(plan: Tape, contents: Several[bytes], is_layered: bool) -> RuleSet:
    """One pack that serves every page, or several."""
    return _layered(plan, contents) if is_layered else RuleSet((_pack("own", contents),))


def _layered(plan: Tape, contents: Several[bytes]) -> RuleSet:
    """A kit, a language's pack, sites that can be recognised by their lines, and a pack of one's own,
    which may switch off a rule of the others."""
    names = ["own", *KNOWN, "kit.blog", "lang.en"]
    shares: dict[str, list[bytes]] = {name: [] for name in names}
    for content in contents:
        shares[names[content[0] % len(names)]].append(content[1:])
    uses = bool(plan.below(2))
    extractors = ("wet",) if plan.one_in(4) else ()
    packs = [
        _pack("kit.blog", shares["kit.blog"], only_used=uses, extractors=extractors),
        _pack("lang.en", shares["lang.en"], languages=("en",)),
    ]
    for name, lines in KNOWN.items():
        known_by = lines[: plan.between(2, 3)]
        used = ("kit.blog",) if uses and plan.below(3) else ()
        packs.append(
            _pack(
                name,
                shares[name],
                sites=(name, f"!sub.{name}"),
                languages=("de",) if plan.one_in(6) else (),
                known_by=known_by,
                uses=used,
            )
        )
    victims = [rule.name for pack in packs for rule in pack.rules]
    disable = (plan.pick(victims),) if victims and plan.one_in(5) else ()
    packs.append(_pack("own", shares["own"], disable=disable))
    return RuleSet(tuple(sorted(packs, key=lambda pack: pack.name)))


# Pages ---------------------------------------------------------------------------------------


def draw_line(tape: Tape, matcher: Matcher) -> str:
    """A line that the matcher's form matches; its bounds and `unless` may yet refuse it."""
    if matcher.form is Form.ANY_OF:
        return draw_line(tape, tape.pick(matcher.any_of))
    value = tape.pick(matcher.values)
    match matcher.form:
        case Form.PREFIX:
            line = value + tape.pick(["", " of note", ": Storm"])
        case Form.SUFFIX:
            line = tape.pick(["", "More ", "Photo: "]) + value
        case Form.CONTAINS:
            line = tape.pick(["{}", "More {} now", "{}s"]).format(value)
        case Form.REGEX:
            line = tape.pick({**PATTERNS, **SPAN_PATTERNS}[value])
        case Form.CLASS:
            line = tape.pick(CLASS_SAMPLES[value])
        case _:
            line = value
    return line.upper() if matcher.ignore_case and tape.one_in(2) else line


def draw_match(tape: Tape, node: Node) -> str:
    """A text that the whole pattern matches."""
    match node:
        case Literal(text):
            return text
        case CharClass():
            return tape.pick(sample_of(node))
        case Concat(parts):
            return "".join(draw_match(tape, part) for part in parts)
        case Alternation(branches):
            return draw_match(tape, tape.pick(branches))
        case Repeat(body, low, high):
            most = low + MORE_ROUNDS if high is None else min(high, low + MORE_ROUNDS)
            return "".join(draw_match(tape, body) for _ in range(tape.between(low, most)))
    return tape.pick(SAMPLE)


def _line_with_span(tape: Tape, matcher: Matcher) -> str:
    """A line with an inline rule's span in it, once or twice, beside other text."""
    spans = [draw_line(tape, matcher) for _ in range(tape.between(1, 2))]
    others = [tape.pick([*LABELS, *PROSE, ""]) for _ in range(tape.below(3))]
    return tape.pick([" ", " ", "", "  "]).join(tape.shuffled([*spans, *others]))


def _fragment(tape: Tape, rule: Rule) -> list[str]:
    """Lines that together give a rule something to do."""
    match rule.operation:
        case Inline(matcher):
            return [_line_with_span(tape, matcher)]
        case Sequence(steps):
            counts = [tape.between(step.min_count, step.max_count) for step in steps]
            return [
                draw_line(tape, step.drop)
                for step, count in zip(steps, counts, strict=True)
                for _ in range(count)
            ]
        case Block(first, last):
            between = [tape.pick([*LABELS, *PROSE]) for _ in range(tape.below(4))]
            return [draw_line(tape, first), *between, draw_line(tape, last)]
    return [draw_line(tape, matcher) for matcher in matchers_of(rule.operation)]


def _lines(content: bytes, ruleset: RuleSet, is_dressed: bool) -> list[str]:
    """One tape's worth of a page: what a rule wants, a site's own lines, prose, noise or blank lines."""
    tape = Tape(content)
    every = list(ruleset)
    known = [line for pack in ruleset.packs for line in pack.known_by]
    match tape.below(10):
        case 0 | 1:
            lines = [tape.pick(PROSE)]
        case 2:
            lines = [tape.pick([*LABELS, "Other", "05:07", "\u2022"])]
        case 3:
            lines = list(tape.pick([("",), ("", ""), (" ",), ("\r", ""), ("\u00a0", "", "")]))
        case 4 if known:
            lines = list(tape.some(known, 2))
        case _:
            lines = _fragment(tape, tape.pick(every)) if every else [tape.pick(PROSE)]
    return [_dressed(tape, line) for line in lines] if is_dressed else lines


_MARKS = ("\u2022 ", "1. ", "  - ", "\t", "  ", "\u00a0", "\u200b")
_TAILS = ("\r", " ", "\u00a0 ", "  \r", "\u200b")


def _dressed(tape: Tape, line: str) -> str:
    """A line as some extractor or other prints it."""
    match tape.below(12):
        case 8:
            return tape.pick(_MARKS) + line
        case 9:
            return line + tape.pick(_TAILS)
        case 10:
            return line.replace(" ", tape.pick(["\u00a0", "  ", "\u00ad "]), 1)
        case 11:
            return line + tape.pick([*LABELS, ", opens new tab", " Share"])
    return line


def draw_page(layout: Tape, fragments: Several[bytes], ruleset: RuleSet) -> str:
    """A page for these rules."""
    is_dressed, is_spaced = bool(layout.below(2)), layout.one_in(4)
    lines = [line for content in fragments for line in _lines(content, ruleset, is_dressed)]
    if is_spaced:
        lines = [piece for line in lines for piece in (line, "")]
    return "\n".join(lines) + layout.pick(["\n", "\n", ""])


NOWHERE = Scope()
"""Nothing is known of the page."""


@dataclass(frozen=True)
class Case:
    """A rule set, a page for it, and what is known of the page. `order` is a tape to shuffle by."""

    ruleset: RuleSet
    text: str
    scope: Scope = NOWHERE
    kinds: Collection[str] = tuple(Kind)
    site_packs: bool = True
    order: bytes = b""

    def __repr__(self) -> str:
        packs = "\n".join(map(render, self.ruleset.packs))
        return f"<{self.text!r}\n{self.scope}, {[*self.kinds]}, {self.site_packs}\n{packs}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """How Hypothesis shows a failing case: as page and YAML, not as the tape that it was read from."""
        printer.text(repr(self))


def _case(tape: Tape, what: type | None = None) -> Case:
    """Any rules and any scope; with one rule of an operation that is asked for."""
    plan = tape.part(PLAN_BYTES)
    is_layered = plan.one_in(3)
    ruleset = draw_ruleset(plan, tape.stretches(MOST_RULES, RULE_BYTES), is_layered)
    if what is not None:
        ruleset = _with_rule(ruleset, draw_rule(tape.part(RULE_BYTES).rest(), "own", MOST_RULES, what))
    text = draw_page(plan, tape.stretches(MOST_FRAGMENTS, FRAGMENT_BYTES), ruleset)
    if not is_layered:
        return Case(ruleset, text, order=plan.rest())
    scope = Scope(plan.pick(HOSTS), plan.pick(LANGUAGES), plan.pick(EXTRACTORS))
    kinds = (Kind.NAV, Kind.AD) if plan.one_in(5) else tuple(Kind)
    return Case(ruleset, text, scope, kinds, not plan.one_in(8), plan.rest())


def _with_rule(ruleset: RuleSet, rule: Rule) -> RuleSet:
    """The rule set with one more rule in the pack that it belongs to."""
    return RuleSet(
        tuple(
            replace(pack, rules=(*pack.rules, rule)) if pack.name == rule.pack else pack
            for pack in ruleset.packs
        )
    )


def _recognition(tape: Tape) -> Case:
    plan = tape.part(PLAN_BYTES)
    ruleset = draw_ruleset(plan, tape.stretches(MOST_RULES, RULE_BYTES), is_layered=True)
    text = draw_page(plan, tape.stretches(MOST_FRAGMENTS, FRAGMENT_BYTES), ruleset)
    scope = Scope(None, plan.pick(LANGUAGES), plan.pick(EXTRACTORS))
    return Case(ruleset, text, scope, order=plan.rest())


LETTERS = "ABCD"
_CLASHING_LINES = (*LETTERS, *LETTERS, PROSE[0], PROSE[1], "", "", "")
_CLASHING = (*[Sequence] * 3, *[Block] * 2, *[Cut] * 2, *[Line] * 2, Keep)


def _clash(tape: Tape) -> Case:
    """Rules that work over lines, all over the same four lines: hardly a rule is left alone."""
    plan = tape.part(PLAN_BYTES)
    rules = []
    for number, content in enumerate(tape.stretches(MOST_RULES, RULE_BYTES)):
        choices = Tape(content)
        what = choices.pick(_CLASHING)
        zone = _zone(choices, what)
        kind = None if what is Keep else Kind.AD
        rules.append(Rule("own", f"rule-{number}", kind, "drawn", _clashing(choices, what), PLACE, zone))
    lines = [
        line
        for content in tape.stretches(MOST_FRAGMENTS, FRAGMENT_BYTES)
        for choice in content[:3]
        for line in _clashing_lines(choice)
    ]
    lines.insert(plan.below(len(lines) + 1), PROSE[0])
    ruleset = RuleSet((Pack("own", Layer.USER, PLACE, tuple(rules)),))
    return Case(ruleset, "\n".join(lines), order=plan.rest())


def _clashing(tape: Tape, what: type) -> Operation:
    def matcher() -> Matcher:
        if tape.one_in(8):
            return Matcher(Form.CLASS, PLACE, values=(tape.pick(["any", "prose"]),))
        return Matcher(Form.EXACT, PLACE, values=tape.some(LETTERS, 2))

    if what is Sequence:
        steps = [Step(matcher(), *tape.pick(_COUNTS)) for _ in range(tape.between(1, 3))]
        steps[-1] = replace(steps[-1], min_count=max(steps[-1].min_count, 1))
        return Sequence(tuple(steps), bool(tape.below(2)))
    if what is Block:
        return Block(matcher(), matcher(), tape.between(2, 6))
    if what is Cut:
        return Cut(matcher(), bool(tape.below(2)), tape.pick(_PROSE_BOUNDS))
    made: Operation = what(matcher())
    return made


def _clashing_lines(choice: int) -> list[str]:
    """One line, up to three times."""
    count, which = divmod(choice, len(_CLASHING_LINES))
    return [_CLASHING_LINES[which]] * (1 + count % 3)


def _batch(tape: Tape) -> tuple[RuleSet, list[tuple[str, Scope]]]:
    """One rule set and several pages of different sites."""
    plan = tape.part(PLAN_BYTES)
    ruleset = draw_ruleset(plan, tape.stretches(MOST_RULES, RULE_BYTES), plan.one_in(2))
    pages = [
        (
            draw_page(plan, tape.stretches(MOST_FRAGMENTS // 3, FRAGMENT_BYTES), ruleset),
            Scope(plan.pick(HOSTS), plan.pick(LANGUAGES)),
        )
        for _ in range(3)
    ]
    return ruleset, pages


cases = drawn(_case)
recognitions = drawn(_recognition)
"""Pages of which no host is known, so that packs may be recognised."""
clashes = drawn(_clash)
batches = drawn(_batch)


def cases_with(what: type) -> st.SearchStrategy[Case]:
    """Cases with at least one rule of this operation."""
    return drawn(lambda tape: _case(tape, what))


SPELLINGS = (
    "a A \uff21 \uff41 \u00e5 \u212b a\u030a",
    "s S \u017f ss \u00df \u1e9e SS",
    "k K \u212a",
    "i I \u0130 \u0131 i\u0307",
    "\u00b5 \u03bc \u039c",
    "\u03c3 \u03c2 \u03a3",
    "\u03c9 \u03a9 \u2126",
    "fi \ufb01 FI",
    "\u01c6 \u01c5 \u01c4",
    "\u0149 \u02bcn 'n",
    "\u0390 \u1fd3",
    "\uff76 \u30ab",
    "' \u2019 `",
    '" \u201c \u00ab',
    ". \uff0e",
    "- \u2013 \u2022",
    "1. 1 \uff11",
)
"""Pieces of text that are one and the same to some reader: by case, by width, by sign."""


def _spelt(tape: Tape, groups: Several[int]) -> str:
    """These groups' pieces in any of their spellings."""
    return "".join(tape.pick(SPELLINGS[group].split()) for group in groups)


def _spelling(tape: Tape) -> Case:
    """Line rules, and lines that are their values spelt otherwise."""
    rules, lines = [], [PROSE[0]]
    for number in range(tape.between(1, 4)):
        groups = [tape.below(len(SPELLINGS)) for _ in range(tape.between(1, 5))]
        form = tape.pick([Form.EXACT, Form.PREFIX, Form.SUFFIX, Form.CONTAINS, Form.REGEX, Form.REGEX])
        value = _spelt(tape, groups)
        if form is Form.REGEX:
            value = "".join("\\" + char if char in ".-\"'`" else char for char in value)
            value = tape.pick(["{}", "{}.*", ".*{}", ".*{}.*"]).format(value)
        matcher = Matcher(form, PLACE, values=(value,), ignore_case=tape.below(3) > 0)
        rules.append(Rule("own", f"rule-{number}", Kind.AD, "drawn", Line(matcher), PLACE))
        for _ in range(tape.between(1, 3)):
            before, after = (
                tape.pick(["", "", "x", "\u200b", "\u2022 "]),
                tape.pick(["", "", "y", "\u00ad", "\r"]),
            )
            lines.append(before + _spelt(tape, groups) + after)
    return Case(RuleSet((Pack("own", Layer.USER, PLACE, tuple(rules)),)), "\n".join(lines))


spellings = drawn(_spelling)


def shuffled(ruleset: RuleSet, order: bytes) -> RuleSet:
    """The same packs and rules in another order."""
    tape = Tape(order)
    packs = [replace(pack, rules=tuple(tape.shuffled(pack.rules))) for pack in ruleset.packs]
    return RuleSet(tuple(tape.shuffled(packs)))
