"""What a figure depends on: the machine, the tools, and the rules, so that two reports can be compared."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import date
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cleaner
from cleaner.loader import shipped_folder
from cleaner.rules import RuleSet
from tests.benchmarks.texts import Source

PACKAGES = ("regex", "click", "google-re2", "hyperscan")
TOOLS = ("rg", "sed")


def facts(ruleset: RuleSet, sources: Mapping[str, Source], day: date) -> dict[str, object]:
    """Machine, versions, rules and text, by name, in the order in which they are printed."""
    return {
        "date": day.isoformat(),
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cleaner": cleaner.__version__,
        **{name: package_version(name) for name in PACKAGES},
        **{name: tool_version(name) for name in TOOLS},
        "rules": f"{sum(1 for _ in ruleset):,} in {len(ruleset.packs)} packs",
        "digest of the rules": digest(shipped_folder()),
        **{f"text, {name}": _described(source) for name, source in sources.items()},
    }


def _described(source: Source) -> str:
    lines = sum(page.count("\n") for page in source.pages)
    size = source.byte_count / 1e6
    return f"{len(source.pages)} pages, {size:.2f} MB, {lines:,} lines, {source.origin}"


def processor() -> str:
    """The model, as Linux tells it, else as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def package_version(name: str) -> str:
    """Of an installed Python package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def tool_version(name: str) -> str:
    """The first line of what `--version` says."""
    try:
        said = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return said.partition("\n")[0]


def digest(folder: Path) -> str:
    """Of every rule file's name and bytes."""
    total = blake2b(digest_size=10)
    for path in sorted(folder.rglob("*.yaml")):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        total.update(path.read_bytes() + b"\0")
    return total.hexdigest()
