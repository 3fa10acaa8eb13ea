"""The shipped packs: body text that matches no rule of theirs survives wherever it stands.

Furniture is drawn from the packs themselves (the lines of their examples, the texts and patterns of
their matchers); body lines are put together from plain words, and hardly one in a hundred is claimed
by a rule. A `cut`, a `block` or a step of a sequence that matches any line may take body lines, within
its bound.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.compiler import compile_rules
from cleaner.engine import clean
from cleaner.loader import load
from cleaner.patterns import parse
from cleaner.results import Result
from cleaner.rules import (
    Block,
    Cut,
    Form,
    Inline,
    Keep,
    Line,
    Pack,
    Rule,
    Sequence,
    matchers_of,
    walk,
)
from cleaner.segments import is_prose, split, view
from cleaner.stacks import Scope, choose
from tests.properties.strategies import Case, Tape, draw_match, drawn
from tests.properties.tally import count, counted, note
from tests.reference import inline_spans, matches, reference_clean

RULESET = load()
PROGRAM = compile_rules(RULESET)

STORY = (
    "the harbour stayed closed while divers searched wreck and nobody on pier could say when ferry would "
    "sail again because every pilot had gone home before dawn with their boats in tow north of old market "
    "hall it was a quiet winter for town council which met twice about light house"
)
WORDS = STORY.split()


def scope_of(pack: Pack) -> Scope:
    """A page that this pack serves."""
    hosts = [site.lstrip("=") for site in pack.sites if not site.startswith("!")]
    return Scope(*(next(iter(names), None) for names in (hosts, pack.languages, pack.extractors)))


def draw_furniture(tape: Tape, pack: Pack) -> list[str]:
    """Furniture of one pack: a whole example, or a line that one of its matchers wants."""
    rule = tape.pick(pack.rules)
    if rule.examples and tape.below(2):
        return tape.pick(rule.examples).before.split("\n")[:-1]
    texts = [m for m in walk(matchers_of(rule.operation)) if m.values and m.form is not Form.CLASS]
    if not texts:
        return ["Share"]
    matcher = tape.pick(texts)
    value = tape.pick(matcher.values)
    return (draw_match(tape, parse(value)) if matcher.form is Form.REGEX else value).split("\n")


def draw_body(tape: Tape) -> str:
    """A sentence, or a line without its stop as a sub-headline is."""
    words = [tape.pick(WORDS) for _ in range(tape.between(2, 36))]
    return " ".join(words).capitalize() + tape.pick([".", ".", ""])


def claimed(line: str, packs: Collection[str]) -> bool:
    """Whether some rule of these packs claims this line by itself, or protects it."""
    return any(_claims(rule, line) for name in packs for rule in RULESET.by_name[name].rules)


def _claims(rule: Rule, line: str) -> bool:
    match rule.operation:
        case Line(matcher) | Keep(matcher) | Cut(matcher):
            return matches(matcher, line)
        case Inline():
            return bool(inline_spans(rule.operation, line))
        case Block(first, last):
            return matches(first, line) or matches(last, line)
        case Sequence(steps):
            return all(matches(step.drop, line) for step in steps if step.min_count)
    raise AssertionError(rule)


@dataclass(frozen=True)
class Page:
    """Lines, each with whether it is body, and what is known of them."""

    lines: list[tuple[str, bool]]
    scope: Scope

    @property
    def case(self) -> Case:
        return Case(RULESET, "\n".join(line for line, _ in self.lines) + "\n", self.scope)


def _page(tape: Tape) -> Page:
    """Furniture of one pack, and of others that serve with it, with body lines and blank ones."""
    pack = tape.pick(RULESET.packs)
    scope = scope_of(pack)
    serving = [choice.pack for choice in choose(RULESET, scope) if choice.pack.rules] or [pack]
    lines: list[tuple[str, bool]] = []
    for content in tape.stretches(PAGE_PIECES, PIECE_BYTES):
        piece = Tape(content)
        match piece.below(6):
            case 0 | 1:
                lines.append((draw_body(piece), True))
            case 2:
                lines.append(("", False))
            case what:
                owner = pack if what < 5 and pack.rules else piece.pick(serving)
                lines += ((line, False) for line in draw_furniture(piece, owner))
    return Page(lines, scope)


PAGE_PIECES = 14
PIECE_BYTES = 50
pages = drawn(_page, 4 + PAGE_PIECES * PIECE_BYTES)


def run(case: Case) -> Result:
    scope = case.scope
    return clean(case.text, PROGRAM, site=scope.host, language=scope.language, extractor=scope.extractor)


@counted("Line", share=0.2)
@given(pages)
def test_body_among_furniture_survives_byte_for_byte(page: Page) -> None:
    result = run(page.case)
    owners = {place: r.rule for r in result.removals for place in range(r.start, r.end)}
    taken: dict[str, list[str]] = {}
    start = 0
    for line, is_body in page.lines:
        names = {owners.get(place, "") for place in range(start, start + len(line))}
        start += len(line) + 1
        if is_body and names != {""} and not claimed(line, result.packs):
            assert len(names) == 1, "all of a body line goes, or nothing"
            taken.setdefault(names.pop(), []).append(line)
    for owner, body in taken.items():
        assert_within_bounds(RULESET.rule(owner), body, page.case.text)
    note("body taken", bool(taken))
    count(result, RULESET)


def assert_within_bounds(rule: Rule, body: list[str], text: str) -> None:
    """A rule that took these body lines is one that may, and took no more than it may."""
    match rule.operation:
        case Cut():
            assert sum(len(view(line)) for line in body if is_prose(view(line))) <= rule.operation.max_prose
        case Block():
            starts = sum(matches(rule.operation.first, line) for line in split(text))
            assert len(body) <= starts * rule.operation.max_lines
        case Sequence(steps):
            open_steps = [step for step in steps if any(matches(step.drop, line) for line in body)]
            firm = [step for step in steps if step.min_count and step not in open_steps]
            assert open_steps and firm, "only a step that matches the line takes it, beside one that does not"
            anchors = sum(any(matches(step.drop, line) for step in firm) for line in split(text))
            assert len(body) <= anchors * sum(step.max_count for step in open_steps)
        case _:
            raise AssertionError(f"{rule.name} took {body}")


@counted("Line", share=0.2)
@settings(max_examples=max(settings().max_examples // 3, 1))  # a page costs the reference dearly
@given(pages, st.booleans())
def test_shipped_packs_mean_what_the_reference_says(page: Page, is_told: bool) -> None:
    case = page.case if is_told else Case(RULESET, page.case.text)
    result = run(case)
    wanted = reference_clean(case.text, RULESET, case.scope)
    assert result.text == wanted.text
    assert {place: r.rule for r in result.removals for place in range(r.start, r.end)} == wanted.owners
    assert {(w.rule, w.reason) for w in result.withheld} == wanted.withheld
    assert result.packs == wanted.packs
    assert run(Case(RULESET, result.text, case.scope)).text == result.text
    count(result, RULESET)


any_lines = st.lists(
    st.text(st.characters(), max_size=30) | st.sampled_from(["", " ", "Share", "\u2022"]), max_size=6
)


@given(any_lines)
def test_any_characters_at_all_come_through(lines: list[str]) -> None:
    """Lone surrogates, NUL, unassigned and private characters: no exception, and twice is once."""
    result = run(Case(RULESET, "\n".join(lines)))
    result.verify()
    assert run(Case(RULESET, result.text)).text == result.text
