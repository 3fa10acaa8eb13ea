"""Lines that make a pattern slow, found from the pattern's own tree.

A backtracking engine gets slow where repeats can share out the same characters in many ways and the
match fails in the end. So each repeat of the tree is pumped: what stands before it once, its body many
times over, and then something that does not fit. A corpus would hardly hold such a line; whoever
writes one on purpose would.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache

from cleaner.compiler import LazyPattern, Test
from cleaner.costs import has_nested_repeat, repeat_degree
from cleaner.errors import Location
from cleaner.patterns import Alternation, Any, CharClass, Concat, Literal, Node, Repeat, parse, to_regex
from cleaner.rules import REGEX_MAX_CHARS, Form, Matcher, PatternFacts
from cleaner.segments import fold

SLOW_SECONDS = 0.1
"""Processor time on one line. A page has some hundred lines, a crawl some billion pages; the slowest
shipped pattern takes a hundredth of this on its worst line."""

SAMPLE_CHARS = "a1 A.-:,/()'\"éяß中あア가اאкकαกაა"
"""Characters that stand for a class: of those that it takes, the wanted one, else the first."""

WANTED_CHARS = "a1 A.,"
"""Characters tried throughout a pattern, so that neighbouring repeats fight for the same."""

NEVER = "\N{SNOWMAN}"
"""A character that hardly any pattern takes: the failure at the end of a pumped line."""


def find_slow_line(matcher: Matcher) -> tuple[str, float] | None:
    """A line on which a regex matcher takes SLOW_SECONDS or more, and how long; None if none is found.

    Only lines that the matcher would look at are tried: up to its `max_chars`. Stops at the first.
    """
    test = Test(matcher)
    cap = REGEX_MAX_CHARS if matcher.max_chars is None else matcher.max_chars
    steep = [
        node for node in map(parse, matcher.values) if repeat_degree(node) > 1 or has_nested_repeat(node)
    ]
    for node in steep:  # the others take time in proportion to the line
        for line in sorted(set(pumped_lines(node, cap)), key=lambda line: (len(line), line)):
            start = time.process_time()
            try:
                test.passes(line)
            except TimeoutError:
                return line, time.process_time() - start
            took = time.process_time() - start
            if took >= SLOW_SECONDS:
                return line, took
    return None


def pumped_lines(node: Node, max_chars: int) -> Iterator[str]:
    """Lines of `max_chars` and of a tenth of that, for each repeat that can be long."""
    for wanted in WANTED_CHARS:
        whole = sample(node, wanted)  # else the engine gives up at once, where it misses a literal
        for before, body in _repeats(node, wanted, ""):
            unit = sample(body, wanted) or wanted
            for length in (max_chars // 10, max_chars):
                room = max(length - len(before) - len(whole) - 1, 0)
                pumped = before + unit * (room // len(unit))
                for end in ("", NEVER, wanted, whole + NEVER, NEVER + whole):
                    yield pumped + end


def sample(node: Node, wanted: str) -> str:
    """A short text that the node matches, of the wanted character where it may be."""
    match node:
        case Literal(text):
            return text
        case Any():
            return wanted
        case CharClass():
            return next((char for char in wanted + SAMPLE_CHARS if _takes(node, char)), NEVER)
        case Concat(parts):
            return "".join(sample(part, wanted) for part in parts)
        case Alternation(branches):
            return max((sample(branch, wanted) for branch in branches), key=lambda text: text.count(wanted))
        case Repeat(body, low, _):
            return sample(body, wanted) * low


def _repeats(node: Node, wanted: str, before: str) -> Iterator[tuple[str, Node]]:
    """(text before it, body) of each repeat in a tree, outermost first."""
    match node:
        case Repeat(body, _, high):
            if high is None or high > 1:
                yield before, body
            yield from _repeats(body, wanted, before)
        case Concat(parts):
            for part in parts:
                yield from _repeats(part, wanted, before)
                before += sample(part, wanted)
        case Alternation(branches):
            for branch in branches:
                yield from _repeats(branch, wanted, before)


@cache
def _takes(node: CharClass, char: str) -> bool:
    facts = PatternFacts(to_regex(node, fold), (), (), (), 0, False)
    pattern = LazyPattern([facts], Matcher(Form.REGEX, Location("")))
    return pattern.compiled().fullmatch(char) is not None
