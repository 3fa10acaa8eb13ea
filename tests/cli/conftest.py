"""What the command line's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import PACKS, Shell


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few small packs."""
    folder = tmp_path_factory.mktemp("packs")
    for name, pack in PACKS.items():
        (folder / f"{name}.yaml").write_text(pack, encoding="utf-8")
    return folder


@pytest.fixture
def shell(tmp_path: Path, packs: Path) -> Shell:
    """`cleaner` as a shell would run it, in an empty folder."""
    return Shell(tmp_path, packs)
