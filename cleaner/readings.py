"""How a sequence's steps can be read onto lines: all ways at once.

A reading uses lines one after another, each for one step, every step as often as it may. Taking
the first reading that fits, or the longest, makes a second run find others; so all of them count,
and a line is read if any reading uses it. Forward the places that can be reached are noted, backward
those from which the end can be: linear in the lines, whatever the number of readings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias


class Steps(NamedTuple):
    """(least, most) lines of each step, in order."""

    counts: tuple[tuple[int, int], ...]

    def onward(self, step: int, count: int) -> list[tuple[int, int]]:
        """The (step, count) that the next line may have, after a line that is the `count`-th of `step`."""
        least, most = self.counts[step]
        following = [(step, count + 1)] if count < most else []
        return following + (self.entries(step) if count >= least else [])

    def entries(self, after: int) -> list[tuple[int, int]]:
        """The steps that may begin once step `after` is done (-1: at the beginning)."""
        found = []
        for step in range(after + 1, len(self.counts)):
            found.append((step, 1))
            if self.counts[step][0]:
                break
        return found

    def is_end(self, step: int, count: int) -> bool:
        """Whether a reading may end here: nothing that must come is left."""
        return count >= self.counts[step][0] and not any(least for least, _ in self.counts[step + 1 :])


Place: TypeAlias = tuple[int, int]


class Candidate(NamedTuple):
    """One line that a reading may use or pass over."""

    line: int
    is_gone: bool
    is_usable: bool
    touches_above: bool
    touches_below: bool


def read_lines(
    steps: Steps, candidates: Sequence[Candidate], matches: Callable[[int, int], bool], touching: bool
) -> list[int]:
    """The lines that some reading uses, in order.

    `candidates` are consecutive non-blank lines; `matches(step, line)` tells whether a line will do
    for a step. Lines that are gone may be passed over, others end a reading. With `touching`, no
    blank line may lie between lines that follow each other in a reading.
    """
    reached = _reach(steps, candidates, matches, touching)
    followed: set[Place] = set()  # places from which the next used line may carry on
    used: list[int] = []
    for candidate, places in zip(reversed(candidates), reversed(reached), strict=True):
        open_below = followed if candidate.touches_below or not touching else set()
        good = {
            place
            for place in places
            if steps.is_end(*place) or not open_below.isdisjoint(steps.onward(*place))
        }
        if good:
            used.append(candidate.line)
        passed = followed if candidate.is_gone else set()
        followed = passed | (good if candidate.touches_above or not touching else set())
    return used[::-1]


def _reach(
    steps: Steps, candidates: Sequence[Candidate], matches: Callable[[int, int], bool], touching: bool
) -> list[set[Place]]:
    """For each line the places that a reading can have reached on it."""
    reached: list[set[Place]] = []
    carried: set[Place] = set()  # places of the lines above from which this one can be entered
    for candidate in candidates:
        here: set[Place] = set()
        if candidate.is_usable:
            above = carried if candidate.touches_above or not touching else set()
            offered = set(steps.entries(-1)).union(*(steps.onward(*place) for place in above))
            here = {place for place in offered if matches(place[0], candidate.line)}
        reached.append(here)
        passed = carried if candidate.is_gone else set()
        carried = passed | (here if candidate.touches_below or not touching else set())
    return reached
