"""All readings of a sequence at once, against a list of them one by one."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import event, given
from hypothesis import strategies as st

from cleaner.readings import Candidate, Steps, read_lines

Rows = list[tuple[bool, bool, int, str]]  # gone, usable, blank lines above, which steps match


def candidates_of(rows: Rows) -> list[Candidate]:
    blanks = [row[2] for row in rows] + [0]
    return [
        Candidate(number, gone, usable, not above, not blanks[number + 1])
        for number, (gone, usable, above, _) in enumerate(rows)
    ]


def readings(steps: Steps, rows: Rows, touching: bool) -> Iterator[list[int]]:
    """Every reading, by trying every line for every step."""

    def follow(line: int, step: int, count: int, used: list[int]) -> Iterator[list[int]]:
        least, most = steps.counts[step]
        if count >= least and all(low == 0 for low, _ in steps.counts[step + 1 :]):
            yield used
        for other in range(line + 1, len(rows)):
            if not touching or touches(line, other):
                if count < most:
                    yield from take(other, step, count + 1, used)
                if count >= least:
                    for later in range(step + 1, len(steps.counts)):
                        if all(low == 0 for low, _ in steps.counts[step + 1 : later]):
                            yield from take(other, later, 1, used)
            if not rows[other][0]:
                break

    def touches(upper: int, lower: int) -> bool:
        return rows[upper + 1][2] == 0 and rows[lower][2] == 0

    def take(line: int, step: int, count: int, used: list[int]) -> Iterator[list[int]]:
        if rows[line][1] and str(step) in rows[line][3]:
            yield from follow(line, step, count, [*used, line])

    for line in range(len(rows)):
        for step in range(len(steps.counts)):
            if all(low == 0 for low, _ in steps.counts[:step]):
                yield from take(line, step, 1, [])


STEPS_MATCHED = st.sampled_from(["", "0", "1", "2", "01", "12", "012"])
ROWS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3).map(bool), st.integers(0, 1), STEPS_MATCHED), max_size=7
)
STEPS = st.lists(st.sampled_from([(1, 1), (0, 1), (1, 2), (0, 2), (2, 3)]), min_size=1, max_size=3)


@given(ROWS, STEPS, st.booleans())
def test_every_line_of_every_reading(rows: Rows, counts: list[tuple[int, int]], touching: bool) -> None:
    steps = Steps(tuple(counts))
    wanted = {line for reading in readings(steps, rows, touching) for line in reading}
    event(f"lines read: {min(len(wanted), 3)}")
    found = read_lines(steps, candidates_of(rows), lambda step, line: str(step) in rows[line][3], touching)
    assert found == sorted(wanted)


def test_the_longest_and_the_shortest_reading_both_count() -> None:
    rows: Rows = [(False, True, 0, "0"), (False, True, 0, "01"), (False, True, 0, "1")]
    steps = Steps(((1, 2), (1, 1)))
    found = read_lines(steps, candidates_of(rows), lambda step, line: str(step) in rows[line][3], False)
    assert found == [0, 1, 2]


def test_a_line_that_stands_between_ends_a_reading_and_a_gone_one_does_not() -> None:
    steps = Steps(((1, 1), (1, 1)))
    for is_gone, found in ((True, [0, 2]), (False, [])):
        rows: Rows = [(False, True, 0, "0"), (is_gone, True, 0, ""), (False, True, 0, "1")]
        matches = [row[3] for row in rows]
        read = read_lines(steps, candidates_of(rows), lambda step, line: str(step) in matches[line], False)  # noqa: B023
        assert read == found
