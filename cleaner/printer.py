"""Results and rule sets as text for people, and as records for programs.

The printer is given values and gives back strings. It knows of no file, no stream and no option,
and it never matches anything: whatever it prints about a removal stands in the result. Its one
promise is that what it prints is the same to the byte for the same values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import NamedTuple

from cleaner.errors import Location
from cleaner.results import REASON_MEANINGS, Removal, Result, Withheld
from cleaner.rules import Kind, Pack, Rule, RuleSet
from cleaner.spans import without
from cleaner.stacks import Choice

CONTEXT_LINES_COUNT = 3
"""Unchanged lines around a change in a diff, as every other diff has it."""


_KIND_WIDTH = max(map(len, Kind))


class Palette(NamedTuple):
    """The terminal's codes around removed text, added text, places and names; empty for no colour.

    `is_terminal`: what a terminal would act on is to be written out even where a diff is exact.
    """

    removed: str = ""
    added: str = ""
    place: str = ""
    name: str = ""
    reset: str = ""
    is_terminal: bool = True


PLAIN = Palette(is_terminal=False)
COLOURLESS = Palette()
COLOURED = Palette("\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[33m", "\x1b[0m")


def _paint(text: str, colour: str, palette: Palette) -> str:
    return f"{colour}{text}{palette.reset}" if colour and text else text


def align(rows: Iterable[Sequence[str]], *, right: Iterable[int] = (), gap: str = "  ") -> list[str]:
    """Rows of cells as lines with straight columns; the columns of `right` are flush right.

    >>> align([("kind", "lines"), ("ad", "12")], right=[1])
    ['kind  lines', 'ad       12']
    """
    table = list(rows)
    flush_right = frozenset(right)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        gap.join(
            cell.rjust(width) if place in flush_right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


# Characters that a terminal would act on instead of showing: controls save the tab, single surrogates,
# and the marks that turn the direction of all that follows. A text must not be able to rewrite the report.
_ACTIVE = [*range(9), *range(10, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_VISIBLE = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _ACTIVE}
_VISIBLE |= {ord("\n"): "\\n", ord("\r"): "\\r"}


def visible(text: str) -> str:
    r"""The text with every character that a terminal would act on written out.

    >>> print(visible("red \x1b[31m\r"))
    red \x1b[31m\r
    """
    shown = text.translate(_VISIBLE)
    if shown.isascii():
        return shown
    return "".join(f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in shown)


@dataclass(frozen=True, slots=True)
class LineStory:
    """What became of one line: the original with its line feed, what is left, and what was removed there.

    The removals' places count from the start of the line.
    """

    line: str
    left: str
    pieces: tuple[tuple[int, int, Removal], ...] = ()

    @property
    def is_gone(self) -> bool:
        """Whether nothing of the line is left."""
        return not self.left

    @property
    def is_touched(self) -> bool:
        """Whether anything that can be seen was removed: a line feed alone goes with a neighbour."""
        return self.left.removesuffix("\n") != self.line.removesuffix("\n")


def line_stories(result: Result) -> Iterator[LineStory]:
    """The lines of the original, each with what became of it.

    >>> result = Result("a\\nbc\\n", "a\\nc\\n", (Removal("p/r", "ad", 2, 3, Location("p.yaml")),))
    >>> [(story.line, story.left) for story in line_stories(result)]
    [('a\\n', 'a\\n'), ('bc\\n', 'c\\n')]
    """
    removals = iter(result.removals)
    removal = next(removals, None)
    start = 0
    for line in _lines(result.original):
        end = start + len(line)
        pieces: list[tuple[int, int, Removal]] = []
        while removal is not None and removal.start < end:
            pieces.append((max(removal.start, start) - start, min(removal.end, end) - start, removal))
            if removal.end > end:
                break
            removal = next(removals, None)
        left = without(line, ((first, last) for first, last, _ in pieces)) if pieces else line
        yield LineStory(line, left, tuple(pieces))
        start = end


def _lines(text: str) -> list[str]:
    """The lines with their line feeds; a line feed alone ends a line."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


# The record of a run


def audit_record(
    result: Result, doc: str | int, site: str | None, *, file: str | None = None, with_text: bool = False
) -> bytes:
    """One document's line of the audit: what was removed, what was spared, by which rule, written where.

    `file` says which file a row stands in, for a run over several. A lone surrogate is escaped, as JSON
    allows, so that the line is UTF-8 whatever the document was.
    """
    import json  # here, since most runs write no audit

    removals = [_removal_entry(removal, result, with_text) for removal in result.removals]
    record: dict[str, object] = {"doc": doc, **({} if file is None else {"file": file}), "site": site}
    record |= {"removals": removals, "withheld": [_withheld_entry(claim) for claim in result.withheld]}
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _removal_entry(removal: Removal, result: Result, with_text: bool) -> dict[str, object]:
    text = {"text": result.original[removal.start : removal.end]} if with_text else {}
    return _entry(removal) | text


def _withheld_entry(claim: Withheld) -> dict[str, object]:
    return _entry(claim) | {"reason": str(claim.reason), "detail": claim.detail}


def _entry(claim: Removal | Withheld) -> dict[str, object]:
    return {
        "start": claim.start,
        "end": claim.end,
        "rule": claim.rule,
        "kind": str(claim.kind),
        "at": place(claim.location),
    }


def place(location: Location) -> str:
    """`file:line`: what an editor opens. The column says nothing that a rule's id does not."""
    return str(location._replace(column=0))


# Counts over a run


@dataclass(slots=True)
class Tally:
    """What went, counted by kind and rule, over the documents of one run."""

    document_count: int = 0
    changed_count: int = 0
    withheld_count: int = 0
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, result: Result) -> None:
        """Count one document."""
        self.document_count += 1
        self.changed_count += result.is_changed
        self.withheld_count += len(result.withheld)
        for removal in result.removals:
            self.counts[*_owner(removal), "removals"] += 1
            self.counts[*_owner(removal), "characters"] += removal.end - removal.start
        for story in line_stories(result):
            if story.is_gone:  # the last removal of a line is the one that took its line feed
                self.counts[*_owner(story.pieces[-1][2]), "lines"] += 1

    def include(self, other: Tally) -> None:
        """Add what another tally counted."""
        self.document_count += other.document_count
        self.changed_count += other.changed_count
        self.withheld_count += other.withheld_count
        self.counts.update(other.counts)

    def render(self) -> str:
        """A table, by kind and then by rule, with the sums."""
        rows = [("kind and rule", "removals", "lines", "characters")]
        owners = sorted({(kind, rule) for kind, rule, _ in self.counts})
        for kind, of_kind in groupby(owners, key=lambda owner: owner[0]):
            rules = list(of_kind)
            rows.append(self._row(kind, rules))
            rows += [self._row("  " + rule, [(kind, rule)]) for kind, rule in rules]
        rows.append(self._row("total", owners))
        ending = (
            f"{_plural(self.document_count, 'document')}, {self.changed_count} changed; "
            f"{_plural(self.withheld_count, 'claim')} withheld"
        )
        return "\n".join([*align(rows, right=[1, 2, 3]), ending]) + "\n"

    def _row(self, label: str, owners: Iterable[tuple[str, str]]) -> tuple[str, str, str, str]:
        keys = list(owners)
        removals, lines, characters = (
            str(sum(self.counts[*key, unit] for key in keys)) for unit in ("removals", "lines", "characters")
        )
        return label, removals, lines, characters


def _owner(removal: Removal) -> tuple[str, str]:
    return str(removal.kind), removal.rule


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# A document and what became of it


def diff(result: Result, name: str, palette: Palette = PLAIN) -> str:
    """A unified diff from the original to the text; empty if nothing changed.

    It is written from the removals, not found by comparing: it is linear, and of two equal lines it
    shows the one that went.
    """
    if not result.is_changed:
        return ""
    entries = list(_entries(result))
    head = [f"--- {name}\toriginal\n", f"+++ {name}\tcleaned\n"]
    pieces = [_paint(line[:-1], palette.name, palette) + "\n" for line in head]
    old_count = new_count = position = 0
    for start, end in _hunks([place for place, (mark, _) in enumerate(entries) if mark != " "], len(entries)):
        old_count += start - position
        new_count += start - position
        hunk = entries[start:end]
        old, new = (sum(mark != other for mark, _ in hunk) for other in "+-")
        header = f"@@ -{_extent(old_count, old)} +{_extent(new_count, new)} @@"
        pieces.append(_paint(header, palette.place, palette) + "\n")
        pieces += [_diff_line(mark, line, palette) for mark, line in hunk]
        old_count, new_count, position = old_count + old, new_count + new, end
    return "".join(pieces)


def _entries(result: Result) -> Iterator[tuple[str, str]]:
    """The diff's lines with their marks: of each run of changed lines the old ones, then what is left."""
    old: list[str] = []
    left = ""
    for story in line_stories(result):
        if story.pieces or (left and not left.endswith("\n")):
            old.append(story.line)
            left += story.left
            continue
        yield from _replacement(old, left)
        yield " ", story.line
        old, left = [], ""
    yield from _replacement(old, left)


def _replacement(old: Iterable[str], left: str) -> Iterator[tuple[str, str]]:
    return chain((("-", line) for line in old), (("+", line) for line in _lines(left)))


def _hunks(changed: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Ranges of entries: the changed ones, the context around them, ranges that meet made one."""
    start = end = 0
    for position in changed:
        if end and position - CONTEXT_LINES_COUNT > end:
            yield start, end
            start = end = 0
        start = start if end else max(position - CONTEXT_LINES_COUNT, 0)
        end = min(position + 1 + CONTEXT_LINES_COUNT, length)
    if end:
        yield start, end


def _extent(before: int, count: int) -> str:
    """A range of lines as a hunk's header gives it: an empty one by the line before it."""
    start = before + 1 if count else before
    return str(start) if count == 1 else f"{start},{count}"


def _diff_line(mark: str, line: str, palette: Palette) -> str:
    ending = "\n" if line.endswith("\n") else "\n\\ No newline at end of file\n"
    content = mark + line.removesuffix("\n")
    shown = visible(content) if palette.is_terminal else content
    return _paint(shown, {"-": palette.removed, "+": palette.added}.get(mark, ""), palette) + ending


def explain(result: Result, ruleset: RuleSet, choices: Iterable[Choice], palette: Palette = PLAIN) -> str:
    """The document line by line, with the rule beside each line that it took; then the rules that acted and
    where they are written, what was withheld and why, and the packs that served."""
    sections = [
        _document(result, palette),
        _section("Rules", _acting_rules(result, ruleset), palette, "nothing was removed"),
        _section("Withheld", _withheld_lines(result), palette),
        _section("Packs", choice_lines(choices), palette, "none serves this document"),
    ]
    return "\n".join(section for section in sections if section)


def _section(title: str, lines: Sequence[str], palette: Palette, otherwise: str = "") -> str:
    shown = lines or ([otherwise] if otherwise else [])
    return "".join(f"{line}\n" for line in [_paint(title, palette.name, palette), *shown]) if shown else ""


def _document(result: Result, palette: Palette) -> str:
    """Three columns: who took it, a mark (`-` the line went, `~` a span of it), the line."""
    stories = list(line_stories(result))
    labels = [_label(story) for story in stories]
    width = max(map(len, labels), default=0)
    pieces: list[str] = []
    for label, story in zip(labels, stories, strict=True):
        line = f"{' ' * (width - len(label))} {_marked(story, palette)}"
        pieces.append(f"{_paint(label, palette.place, palette)}{line}".rstrip(" ") + "\n")
    return "".join(pieces)


def _label(story: LineStory) -> str:
    if not story.is_touched and not story.is_gone:
        return ""
    owners = dict.fromkeys(_owner(removal) for _, _, removal in story.pieces)
    return ", ".join(f"{kind:{_KIND_WIDTH}} {rule}" for kind, rule in owners)


def _marked(story: LineStory, palette: Palette) -> str:
    """The line as a terminal may show it; `[-` and `-]` stand around a removed span, as in a word diff."""
    line = story.line.removesuffix("\n")
    if story.is_gone:
        return _paint(f"- {visible(line)}", palette.removed, palette)
    if not story.is_touched:
        return f"  {visible(line)}"
    shown = ""
    position = 0
    for start, end, _ in story.pieces:
        removed = f"[-{visible(line[start:end])}-]" if start < len(line) else ""
        shown += visible(line[position:start]) + _paint(removed, palette.removed, palette)
        position = end
    return f"~ {shown}{visible(line[position:])}"


def _acting_rules(result: Result, ruleset: RuleSet) -> list[str]:
    """Each rule that acted, in the order of its first removal: what it is, how often, why, and where."""
    times = Counter(removal.rule for removal in result.removals)
    rules = [(ruleset.rule(name), count) for name, count in times.items()]
    return align(
        (rule.name, str(rule.kind), f"{count}x", place(rule.location), visible(rule.why))
        for rule, count in rules
    )


def _withheld_lines(result: Result) -> list[str]:
    return align(
        (
            f"line {result.original.count(chr(10), 0, claim.start) + 1}",
            claim.rule or "the document",
            place(claim.location),
            f"{REASON_MEANINGS[claim.reason]}{claim.detail and ': '}{visible(claim.detail)}",
        )
        for claim in result.withheld
    )


# Packs and rules


def choice_lines(choices: Iterable[Choice]) -> list[str]:
    """The packs that serve, in order, with why and where they are written."""
    return align(
        (str(number), choice.pack.name, choice.why, place(choice.pack.location))
        for number, choice in enumerate(choices, start=1)
    )


def pack_lines(ruleset: RuleSet) -> list[str]:
    """All packs: name, number of rules, title, and what they serve, which may be long."""
    rows = [("pack", "rules", "title", "serves")]
    rows += [(pack.name, str(len(pack.rules)), pack.title, served(pack)) for pack in ruleset.packs]
    return align(rows, right=[1])


def served(pack: Pack) -> str:
    """The pages that a pack serves, in words.

    >>> from cleaner.rules import Layer
    >>> served(Pack("lang.en", Layer.LANGUAGE, Location("en.yaml"), (), languages=("en",)))
    'every site; in en'
    """
    scopes = [", ".join(pack.sites) or ("packs that use it" if pack.only_used else "every site")]
    if pack.languages:
        scopes.append("in " + ", ".join(pack.languages))
    if pack.extractors:
        scopes.append("from " + ", ".join(pack.extractors))
    return "; ".join(scopes)


def rule_lines(pack: Pack) -> list[str]:
    """A pack's rules: id, kind, why."""
    return align((rule.id, str(rule.kind or "keep"), rule.why) for rule in pack.rules)


def rule_source(source: Sequence[str], rule: Rule) -> list[str]:
    """The lines of its file that say a rule: from its `-` to the last one that is indented deeper."""
    first = rule.location.line - 1
    indent = _indent(source[first])
    last = first + 1
    while last < len(source) and (not source[last].strip() or _indent(source[last]) > indent):
        last += 1
    return _without_blank_end(source[first:last])


def pack_source(source: Sequence[str]) -> list[str]:
    """The head of a pack's file: what stands before its rules."""
    rules = (number for number, line in enumerate(source) if line.startswith("rules:"))
    return _without_blank_end(source[: next(rules, len(source))])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_blank_end(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
