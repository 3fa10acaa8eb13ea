"""The wheel, installed where no checkout is near: the rules travel inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, folder: Path, text: str = "") -> str:
    """The standard output of a command, run in a folder without any sign of the checkout."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        list(map(str, command)), cwd=folder, input=text, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a fresh virtual environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        folder,
        ROOT,
        folder=folder,
    )
    (wheel,) = folder.glob("cleaner-*.whl")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(
        programs / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        wheel,
        folder=folder,
    )
    return programs


def test_the_filter_cleans_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert (
        run(installed / "cleaner", "clean", folder=tmp_path, text="Read more\nThe boats are in.\n")
        == "The boats are in.\n"
    )
    assert (
        run(installed / "python", "-m", "cleaner", "clean", folder=tmp_path, text="Original Article\nEnd\n")
        == "End\n"
    )


def test_the_rules_are_inside_the_package(installed: Path, tmp_path: Path) -> None:
    code = "import cleaner as c; print(c.__file__, *(p.location.path for p in c.load().packs), sep='\\n')"
    home, *paths = run(installed / "python", "-c", code, folder=tmp_path).splitlines()
    assert len(paths) == sum(1 for _ in (ROOT / "rules").rglob("*.yaml"))
    assert all(path.startswith(str(Path(home).parent)) for path in paths)
