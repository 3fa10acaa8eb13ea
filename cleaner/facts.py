"""What a regex's tree tells the compiler, in one value that can be kept.

Reading a pattern costs a thousand times what matching it costs, so it is done once.
"""

from __future__ import annotations

from cleaner.costs import has_nested_repeat, repeat_degree
from cleaner.index import numbers_folded
from cleaner.literals import heads, numbered, required, tails
from cleaner.patterns import folded, length_range, parse, to_regex
from cleaner.rules import PatternFacts
from cleaner.segments import fold, fold_case


def facts_of(pattern: str) -> PatternFacts:
    """The facts of a pattern as its author wrote it. Raises PatternError if it does not parse."""
    node = parse(pattern)
    as_seen = folded(node, fold)
    shown = numbered(as_seen)
    starts, ends, inner = (
        tuple(sorted({numbers_folded(fold_case(literal)) for literal in find(shown)}))
        for find in (heads, tails, required)
    )
    return PatternFacts(
        to_regex(as_seen),
        starts,
        ends,
        inner,
        repeat_degree(node),
        has_nested_repeat(node),
        length_range(as_seen)[1],
    )
