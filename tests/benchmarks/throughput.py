"""The library against what a user would take instead, on the same text in the same minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import cleaner
from cleaner.segments import split, view_lines
from tests.benchmarks import rivals
from tests.benchmarks.setups import Setup, clean_all, milliseconds, rate
from tests.benchmarks.tables import Row, Target, at_least
from tests.benchmarks.texts import at_least as pages_of_size
from tests.benchmarks.texts import distinct
from tests.benchmarks.timing import Contender, Timing, interleave, one_core

LARGE_FILE_BYTES = 20_000_000
"""A rival's file: large enough that its start-up, some 0.1 s for 300 patterns, hardly counts."""

SED_SHARE_BYTES = 1_000_000
LOOP_SHARE_BYTES = 100_000
"""The slow ones get a smaller share of the same pages; rates are compared, not times."""

TARGETS: dict[str, dict[str, Target]] = {
    "wet": {"rg": at_least(2), "sed": at_least(50), "re loop": at_least(300), "regex loop": at_least(300)},
    "resiliparse": {"rg": at_least(3)},
}
LABELS = {"wet": "whole-page text (WET)", "resiliparse": "article text (Resiliparse)"}
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Entry:
    """A contender and how much text it goes through in one round."""

    byte_count: int
    run: Contender

    def rate(self, timing: Timing) -> float:
        """Bytes a second."""
        return self.byte_count / timing.median


def whole_pages(setup: Setup) -> list[Row]:
    """WET text."""
    return _rows(setup, "wet")


def articles(setup: Setup) -> list[Row]:
    """Main-content text."""
    return _rows(setup, "resiliparse")


def _rows(setup: Setup, extractor: str) -> list[Row]:
    with one_core():
        entries = _entries(setup, extractor)
        present = {name: entry for name, entry in entries.items() if entry is not None}
        timings = interleave({name: entry.run for name, entry in present.items()}, setup.rounds)
    ours = present[OURS], timings[OURS]
    rows = []
    for name, entry in entries.items():
        if name != OURS:
            target = TARGETS[extractor].get(name)
            what = f"{LABELS[extractor]} against {name}"
            if entry is None:
                rows.append(Row(what, target=target, note=f"{name} is not installed"))
            else:
                rows.append(_row(what, ours, (entry, timings[name]), target))
    return rows


def _row(what: str, ours: tuple[Entry, Timing], other: tuple[Entry, Timing], target: Target | None) -> Row:
    (our_entry, our_timing), (entry, timing) = ours, other
    return Row(
        what,
        rate(our_entry.byte_count, our_timing.median),
        rate(entry.byte_count, timing.median),
        our_entry.rate(our_timing) / entry.rate(timing),
        target,
        f"{our_entry.byte_count / 1e6:.2f} MB and {entry.byte_count / 1e6:.2f} MB a round; by processor time "
        + " and ".join(
            (rate(our_entry.byte_count, our_timing.cpu_median), rate(entry.byte_count, timing.cpu_median))
        ),
        {
            "our_bytes": our_entry.byte_count,
            "our_seconds": our_timing.seconds,
            "our_cpu_seconds": our_timing.cpu_seconds,
            "bytes": entry.byte_count,
            "seconds": timing.seconds,
            "cpu_seconds": timing.cpu_seconds,
        },
    )


def _entries(setup: Setup, extractor: str) -> dict[str, Entry | None]:
    """Every contender by name; None for those that are not installed."""
    pages = setup.sources[extractor].pages
    large = pages_of_size(distinct(pages), LARGE_FILE_BYTES)
    # A share takes pages from all over the corpus: its first ones would be one country's.
    part = _share(pages, SED_SHARE_BYTES)
    small = _share(pages, LOOP_SHARE_BYTES)
    file = setup.write(f"{extractor}.large", large)
    rg = rivals.ripgrep(setup.labels, file, setup.work)
    loose = rivals.ripgrep(setup.labels, file, setup.work, is_anchored=False)
    stream = rivals.sed(setup.labels, setup.write(f"{extractor}.part", part), setup.work)
    re2 = rivals.re2_set(setup.labels, pages)
    hyperscan = rivals.hyperscan_scan(setup.labels, pages)
    return {
        OURS: _entry(pages, partial(clean_all, pages, setup.program, extractor)),
        "rg": _entry(large, rg),
        "rg, unanchored": _entry(large, loose),
        "hyperscan": _entry(pages, hyperscan),
        "google-re2": _entry(pages, re2),
        "sed": _entry(part, stream),
        "re loop": _entry(small, rivals.loop(setup.labels, small, "re")),
        "regex loop": _entry(small, rivals.loop(setup.labels, small, "regex")),
    }


def _share(pages: Sequence[str], byte_count: int) -> list[str]:
    """Pages of about this size together, at even steps through all of them."""
    total = sum(len(page.encode()) for page in pages)
    return list(pages[:: max(total // byte_count, 1)])


def _entry(pages: Sequence[str], run: Contender | None) -> Entry | None:
    return None if run is None else Entry(sum(len(page.encode()) + 1 for page in pages), run)


def floors(setup: Setup) -> list[Row]:
    """What parts of the job cost by themselves, in the plainest Python that does them: nothing that looks at
    each line and keeps a record of each removal is faster than these together."""
    pages = setup.sources["wet"].pages
    results = [cleaner.clean(page, setup.program, extractor="wet") for page in pages]
    lines = [split(page) for page in pages]
    views = [view_lines(page) for page in lines]
    known: dict[str, tuple[int, ...]] = {view: () for page in views for view in page}
    parts: dict[str, Contender] = {
        "cutting it into lines": partial(_for_each, split, pages),
        "the views of its lines": partial(_for_each, view_lines, lines),
        "one look-up of each view": partial(_for_each, partial(_look_up, known), views),
        "a record of each removal": partial(_for_each, _copy_removals, results),
    }
    large = pages_of_size(distinct(pages), LARGE_FILE_BYTES)
    rg = rivals.ripgrep(setup.labels, setup.write("floor", large), setup.work)
    if rg is None:
        return [Row("floor, WET", note="rg is not installed")]
    with one_core():
        timings = interleave(parts | {"rg": rg}, setup.rounds)
    size = sum(len(page.encode()) + 1 for page in pages)
    seconds = {part: timings[part].median for part in parts}
    seconds["all four"] = sum(seconds.values())
    rg_rate = sum(len(page.encode()) + 1 for page in large) / timings["rg"].median
    measures = {name: timing.seconds for name, timing in timings.items()}
    count = sum(len(result.removals) for result in results)
    return [
        Row(
            f"floor, WET: {part}, against rg",
            rate(size, taken),
            rate(int(rg_rate), 1.0),
            size / taken / rg_rate,
            note=f"{count:,} removals in {size / 1e6:.2f} MB" if part == "all four" else "",
            measures=measures if part == "all four" else {},
        )
        for part, taken in seconds.items()
    ]


def _for_each(part: Callable[[Any], object], things: Sequence[Any]) -> None:
    for thing in things:
        part(thing)


def _look_up(known: dict[str, tuple[int, ...]], views: Sequence[str]) -> list[tuple[int, ...] | None]:
    return list(map(known.get, views))


def _copy_removals(result: cleaner.Result) -> list[cleaner.Removal]:
    return [cleaner.Removal(r.rule, r.kind, r.start, r.end, r.location) for r in result.removals]


def one_page(setup: Setup) -> list[Row]:
    """One page of middling size: a warm program against a `rg` that starts for it."""
    pages = sorted(setup.sources["wet"].pages, key=len)
    page = pages[len(pages) // 2]
    rg = rivals.ripgrep(setup.labels, setup.write("page.txt", [page]), setup.work)
    what = "one page, a warm program against rg's process"
    if rg is None:
        return [Row(what, note="rg is not installed")]
    ours: Contender = partial(clean_all, [page], setup.program, "wet")
    with one_core():
        timings = interleave({OURS: ours, "rg": rg}, setup.rounds * 3)
    mine, other = timings[OURS], timings["rg"]
    return [
        Row(
            what,
            milliseconds(mine.median),
            milliseconds(other.median),
            other.median / mine.median,
            note=f"{len(page.encode()):,} bytes",
            measures={"our_seconds": mine.seconds, "seconds": other.seconds},
        )
    ]
