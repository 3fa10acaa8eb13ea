"""A property that removes nothing holds for nothing: these make sure that it removed something.

`counted` wraps a Hypothesis test; the test calls `count` with each result; at the end the wrapper
demands that enough of the cases lost something, and that the test saw what else it names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps

from hypothesis import event

from cleaner.results import Result
from cleaner.rules import RuleSet

ENOUGH_CASES = 100
"""Cases from which rare things must have come up too. A failing or shrinking run may have fewer."""

_counts: Counter[str] = Counter()


def count(result: Result, ruleset: RuleSet) -> None:
    """Count one cleaned page: that it was one, whether it changed, and by what."""
    _counts["cases"] += 1
    note("changed", result.is_changed)
    for rule in {removal.rule for removal in result.removals}:
        note(type(ruleset.rule(rule).operation).__name__)
    for reason in {withheld.reason for withheld in result.withheld}:
        note(str(reason))


def note(what: str, is_true: bool = True) -> None:
    """Count one more thing worth counting."""
    if is_true:
        event(what)
        _counts[what] += 1


def counted(*seen: str, share: float = 0.25) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Decorate a property: at least this share of its cases must lose something, and each of these
    things must be seen."""

    def decorate(test: Callable[[], None]) -> Callable[[], None]:
        @wraps(test)
        def checked() -> None:
            _counts.clear()
            test()
            assert _counts["changed"] >= share * _counts["cases"] > 0, f"nearly vacuous: {_counts}"
            if _counts["cases"] >= ENOUGH_CASES:
                missing = [what for what in seen if not _counts[what]]
                assert not missing, f"never seen: {missing} in {_counts}"

        return checked

    return decorate
