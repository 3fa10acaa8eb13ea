"""What the command line's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cleaner import compiler, loader
from tests.cli.shell import PACKS, Inside, Shell


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


@pytest.fixture(scope="session")
def ready_rules() -> Iterator[None]:
    """Rules are loaded and compiled once for all that runs in this process: nothing changes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", cache(loader.load))
        patch.setattr(compiler, "compile_rules", cache(compiler.compile_rules))
        yield


@pytest.fixture
def inside(
    ready_rules: None,
    tmp_path: Path,
    packs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Inside:
    """`cleaner` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Inside(packs, capfdbinary)
