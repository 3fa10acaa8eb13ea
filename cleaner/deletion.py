"""From marks on lines to spans of the text: what goes, with which blank lines, and whose each piece is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from cleaner.spans import Span
from cleaner.trimming import OwnedSpan, TrimmedLine


class Deletion:
    """What goes from a text of which some lines are owned by rules, and some others were trimmed.

    `views` tell which lines are blank: the empty ones. `owners` maps lines to the rules that took them,
    `trimmed` lines to what inline left of them; a line may be in both.
    """

    def __init__(
        self,
        text: str,
        lines: Sequence[str],
        views: Sequence[str],
        owners: Mapping[int, int],
        trimmed: Mapping[int, TrimmedLine],
    ) -> None:
        self.text = text
        self.lines = lines
        self.views = views
        self.owners = owners
        self.trimmed = trimmed

    @cached_property
    def _starts(self) -> list[int]:
        return line_starts(self.text, self.lines)

    def pieces(self) -> list[OwnedSpan]:
        """Everything that goes, in order, in the text: lines with their blank lines, spans of other lines."""
        owners = self.owners
        if not owners and not self.trimmed:
            return []
        found = [piece for line in self.trimmed if line not in owners for piece in self._spans_of(line)]
        for gap in self._gaps():
            found += self._gap_pieces(*gap)
        return sorted(found)

    def _spans_of(self, line: int) -> list[OwnedSpan]:
        """The spans that inline took of a line, in order, in the text."""
        base = self._starts[line]
        return sorted((base + start, base + end, rule) for start, end, rule in self.trimmed[line].taken)

    def _gaps(self) -> Iterator[Span]:
        """Ranges of lines that go: removed lines that follow each other without a kept one between,
        with the blank lines that go with them.

        Between two kept lines the longer of the two runs of blank lines that bordered the removal
        stays, the upper if they are equal; at the document's start and end none stays.
        """
        upper, first, last = -1, -1, -1
        for line, view in enumerate(self.views):
            if not view:
                continue
            if line in self.owners:
                first, last = (line if first < 0 else first), line
                continue
            if first >= 0:
                yield self._gap(upper, first, last, line)
            upper, first = line, -1
        if first >= 0:
            yield Span(upper + 1, len(self.lines))

    def _gap(self, upper: int, first: int, last: int, lower: int) -> Span:
        """What goes between two kept lines (-1: none above) of which `first` to `last` are removed."""
        if upper < 0:
            return Span(0, lower)
        if first - upper >= lower - last:
            return Span(first, lower)
        return Span(upper + 1, last + 1)

    def _gap_pieces(self, first: int, end: int) -> Iterator[OwnedSpan]:
        """One piece for each removed line of a gap, and for each span of it that inline owns.

        A blank line goes with the removed line above it, in front with the one below.
        """
        gone = [line for line in range(first, end) if line in self.owners]
        starts = [self._starts[first], *(self._starts[line] for line in gone[1:]), self._starts[end]]
        if end == len(self.lines) and first and not self.text.endswith("\n"):
            starts[0] -= 1  # the text does not end in a line feed, nor shall what is left of it
        for line, start, stop in zip(gone, starts, starts[1:], strict=False):
            for inner_start, inner_end, rule in self._spans_of(line) if line in self.trimmed else ():
                if start < inner_start:
                    yield start, inner_start, self.owners[line]
                yield inner_start, inner_end, rule
                start = inner_end
            if start < stop:
                yield start, stop, self.owners[line]


def line_starts(text: str, lines: Sequence[str]) -> list[int]:
    """Where each line begins in its text, and, for the line after the last, where the text ends.

    >>> line_starts("ab\\ncd", ["ab", "cd"]), line_starts("ab\\n", ["ab"])
    ([0, 3, 5], [0, 3])
    """
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    starts[-1] = len(text)
    return starts
