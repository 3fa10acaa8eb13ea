"""Hypothesis profiles: `quick` for every run, `long` (`make fuzz`) for the hunt.

The quick profile draws the same cases every time, so that a run fails for what was changed and for
nothing else. The long one draws new cases; CLEANER_FUZZ_CASES says how many in all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import cleaner

# Many tests start processes of their own; none should read the shipped rules anew, whatever home folder
# this machine gives us.
os.environ.setdefault("CLEANER_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "rules"))

QUICK_CASES = 250
"""Cases for each property: the properties together stay well under a minute."""

FUZZ_CASES = int(os.environ.get("CLEANER_FUZZ_CASES", "240000"))
"""Cases of a long run, of all properties together."""

PROPERTIES = 30
"""Properties that share the cases of a long run, roughly."""

SLOW_STARTS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile(
    "quick", max_examples=QUICK_CASES, deadline=None, derandomize=True, suppress_health_check=SLOW_STARTS
)
settings.register_profile(
    "long", max_examples=max(FUZZ_CASES // PROPERTIES, 1), deadline=None, suppress_health_check=SLOW_STARTS
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def shipped() -> cleaner.Program:
    """A program of the shipped packs."""
    return cleaner.compile_rules(cleaner.load())
