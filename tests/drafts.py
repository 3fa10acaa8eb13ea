"""What authors make of a pack that `cleaner rules new` wrote, done by machine."""

from __future__ import annotations

NEAR_MISS = "A line that is none of these"


def uncommented(draft: str) -> str:
    """The draft with all its candidates, and with all its `known_by` lines, in force."""
    head, _, rules = draft.partition("# rules:\n")
    before, key, after = head.partition("# known_by:\n")
    if key:
        known, blank, rest = after.partition("\n\n")
        head = before + "known_by:\n" + "\n".join(_bare(known)) + blank + rest
    return f"{head}rules:\n" + "\n".join(_bare(rules)) + "\n"


def _bare(lines: str) -> list[str]:
    """Each line without its comment mark; a comment within comments stays one."""
    return [line.removeprefix("# ") for line in lines.splitlines()]


def filled_in(draft: str) -> str:
    """The same with a near miss in each example."""
    return uncommented(draft).replace("      - |\n", f"      - |\n        = {NEAR_MISS}\n")
