"""How a sequence's steps can be read onto lines: all ways at once.

A reading uses lines one after another, each for one step, every step as often as it may. Taking
the first reading that fits, or the longest, makes a second run find others; so all of them count,
and a line is read if any reading uses it. Forward the places that can be reached are noted, backward
those from which the end can be: linear in the lines, whatever the number of readings.

A place is a step and how often it was used so far. Each has a bit, so a set of places is a number, and
to go on from all of them at once is a shift and some masks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Steps:
    """The places of a sequence, and how they follow each other.

    `counts` are the (least, most) lines of each step, in order. `start` are the places of a reading's
    first line, `ends` those of a last one.
    """

    __slots__ = ("_more", "_turns", "counts", "ends", "of_step", "start")

    def __init__(self, counts: Sequence[tuple[int, int]]) -> None:
        self.counts = tuple(counts)
        first_bits: list[int] = []
        self.of_step: list[tuple[int, int]] = []
        """(step, its places) of each."""
        self._more = 0  # places after which the same step may come again
        at = 0
        for step, (_, most) in enumerate(self.counts):
            first_bits.append(1 << at)
            self.of_step.append((step, ((1 << most) - 1) << at))
            self._more |= ((1 << most - 1) - 1) << at if most else 0
            at += most
        entries = [self._entries(step, first_bits) for step in range(-1, len(self.counts))]
        self.start = entries[0]
        self._turns: list[tuple[int, int]] = []
        """For each step the places where it has its least, and the places of other steps that follow."""
        self.ends = 0
        for step, (least, _) in enumerate(self.counts):
            places = self.of_step[step][1]
            done = places & ~(((1 << max(least, 1) - 1) - 1) * first_bits[step])
            self._turns.append((done, entries[step + 1]))
            if not any(needed for needed, _ in self.counts[step + 1 :]):
                self.ends |= done

    def _entries(self, after: int, first_bits: list[int]) -> int:
        """The places where the steps begin that may come once step `after` is done (-1: at the beginning)."""
        found = 0
        for step in range(after + 1, len(self.counts)):
            found |= first_bits[step] if self.counts[step][1] else 0
            if self.counts[step][0]:
                break
        return found

    def reach(self, step: int) -> tuple[int, int]:
        """Lines that a reading uses at most above one of a step's lines, and below it.

        >>> Steps([(0, 3), (1, 1), (0, 5)]).reach(1)
        (3, 5)
        """
        most = [most for _, most in self.counts]
        return sum(most[: step + 1]) - 1, sum(most[step:]) - 1

    def after(self, places: int) -> int:
        """The places that the next line may have, after a line with any of these."""
        found = (places & self._more) << 1
        for done, following in self._turns:
            if places & done:
                found |= following
        return found

    def before(self, places: int) -> int:
        """The places after which the next line may have any of these."""
        found = (places >> 1) & self._more
        for done, following in self._turns:
            if places & following:
                found |= done
        return found


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
    if not any(places & steps.ends for places in reached):
        return []
    followed = 0  # places from which the next used line may carry on
    used: list[int] = []
    for candidate, places in zip(reversed(candidates), reversed(reached), strict=True):
        good = places & steps.ends
        if followed and (candidate.touches_below or not touching):
            good |= places & steps.before(followed)
        if good:
            used.append(candidate.line)
        if not candidate.is_gone:
            followed = 0
        if candidate.touches_above or not touching:
            followed |= good
    return used[::-1]


def _reach(
    steps: Steps, candidates: Sequence[Candidate], matches: Callable[[int, int], bool], touching: bool
) -> list[int]:
    """For each line the places that a reading can have reached on it."""
    reached: list[int] = []
    carried = 0  # places of the lines above from which this one can be entered
    for candidate in candidates:
        here = 0
        if candidate.is_usable:
            offered = steps.start
            if carried and (candidate.touches_above or not touching):
                offered |= steps.after(carried)
            for step, places in steps.of_step:
                if offered & places and matches(step, candidate.line):
                    here |= offered & places
        reached.append(here)
        if not candidate.is_gone:
            carried = 0
        if candidate.touches_below or not touching:
            carried |= here
    return reached
