"""What the command line's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from cleaner import compiler, loader
from tests.cli.shell import LAUNCHER, PACKS, WITH_SHIPPED_PACKS, Inside, Shell

ChangedShell = Callable[[str], Shell]


@pytest.fixture(scope="session")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few small packs."""
    folder = tmp_path_factory.mktemp("packs")
    for name, pack in PACKS.items():
        (folder / f"{name}.yaml").write_text(pack, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that is `cleaner` without the shipped packs."""
    path = tmp_path_factory.mktemp("launcher") / "launcher.py"
    path.write_text(LAUNCHER.format(more=""))
    return path


@pytest.fixture
def changed_shell(tmp_path: Path, packs: Path, tmp_path_factory: pytest.TempPathFactory) -> ChangedShell:
    """Makes a `cleaner` that runs some lines of ours before it starts, to plant what cannot be had."""

    def make(lines: str) -> Shell:
        path = tmp_path_factory.mktemp("launcher") / "launcher.py"
        path.write_text(LAUNCHER.format(more=lines))
        return Shell(tmp_path, packs, [path])

    return make


@pytest.fixture
def shell(tmp_path: Path, packs: Path, launcher: Path) -> Shell:
    """`cleaner` as a shell would run it, in an empty folder."""
    return Shell(tmp_path, packs, [launcher])


@pytest.fixture
def whole_shell(tmp_path: Path, packs: Path) -> Shell:
    """The same with the shipped packs."""
    return Shell(tmp_path, packs, WITH_SHIPPED_PACKS)


@pytest.fixture(scope="module")
def ready_rules() -> Iterator[None]:
    """Rules are loaded and compiled once for all that a module runs in this process: nothing changes them.
    Other modules' tests are to see the functions as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", cache(partial(loader.load, shipped=False)))
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
