"""What became of a document: the text that is left, and an owner for everything that is not.

A result proves itself: `verify` rebuilds the text from the original and the removals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cleaner.errors import IntegrityError, Location
from cleaner.spans import without


@dataclass(frozen=True, slots=True)
class Removal:
    """Code points `start:end` of the original, the rule that took them and where it is written.

    There is one removal for each removed line (with its line break, and the blank lines that went
    with it) and one for each removed span of a line.
    """

    rule: str
    kind: str
    start: int
    end: int
    location: Location = field(repr=False, compare=False)


class Reason(StrEnum):
    """Why a claim was not carried out."""

    KEEP = "keep"
    MAX_LINES = "max_lines"
    MAX_PROSE = "max_prose"
    WHOLE_LINE = "whole_line"
    NO_PROSE_LEFT = "no_prose_left"
    TIMEOUT = "timeout"
    TOO_LONG = "too_long"


REASON_MEANINGS: dict[Reason, str] = {
    Reason.KEEP: "a keep rule protects a line of it",
    Reason.MAX_LINES: "the block is longer than its max_lines",
    Reason.MAX_PROSE: "the cut would take more prose than its max_prose",
    Reason.WHOLE_LINE: "the spans together would empty the line",
    Reason.NO_PROSE_LEFT: "no prose would be left, so the document is unchanged",
    Reason.TIMEOUT: "the pattern ran out of time, so the document is unchanged",
    Reason.TOO_LONG: "the document is over the limit, so it is unchanged",
}


@dataclass(frozen=True, slots=True)
class Withheld:
    """A claim on `start:end` of the original that was not carried out, and why.

    `detail` names the other party: the keep rule, or the size against the bound. A document over
    its limits is withheld as a whole, by no rule: `rule` and `kind` are empty then.
    """

    rule: str
    kind: str
    start: int
    end: int
    reason: Reason
    detail: str
    location: Location = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Result:
    """One cleaned document. `text` is `original` without the removals, which are sorted by place
    and disjoint; `packs` names the packs that served it, in order."""

    original: str = field(repr=False)
    text: str
    removals: tuple[Removal, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    packs: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether anything was removed."""
        return bool(self.removals)

    def verify(self) -> None:
        """Check in linear time that the text is the original minus the removals.

        Raises IntegrityError if removals overlap, are out of order, empty, out of bounds or have
        no owner, or if the text is not what they leave.
        """
        position = 0
        for removal in self.removals:
            if not (position <= removal.start < removal.end <= len(self.original)):
                raise IntegrityError(f"removal out of place after {position}: {removal}")
            if not removal.rule or not removal.kind:
                raise IntegrityError(f"removal without an owner: {removal}")
            position = removal.end
        if without(self.original, ((r.start, r.end) for r in self.removals)) != self.text:
            raise IntegrityError("the text is not the original minus the removals")
