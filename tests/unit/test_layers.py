"""What may import what, and what importing the package may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import cleaner

PACKAGE = Path(cleaner.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}

# From the bottom up: a module may import those of the rows above its own, and of its own row none.
LAYERS = [
    {"spans", "errors"},
    {"trimming"},
    {"segments", "rules", "records", "cache"},
    {"patterns", "results", "stacks", "grammar", "nodes", "index", "readings", "cores", "deletion"},
    {"structure", "literals", "costs", "pages", "schema"},
    {"facts"},
    {"compiler", "reader"},
    {"loader", "engine"},
    {"examples", "printer", "samples", "evaluator", "surveyor"},
    {"pumping", "comparer", "scorecard", "learner"},
    {"checker", "drafter"},
    {"reports"},
    {"__init__"},
    {"cli.files"},
    {"cli.documents", "cli.progress", "cli.signals"},
    {"cli.workers"},
    {"cli.options"},
    {"cli.clean", "cli.eval", "cli.rules", "cli.workbench"},
    {"cli.explain"},
    {"cli"},
    {"__main__"},
]


def imports_of(path: Path) -> set[str]:
    """Full names of the modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "cleaner":
                found |= {f"cleaner.{alias.name}" for alias in node.names if alias.name in MODULES}
    return found


def test_every_module_has_its_layer() -> None:
    assert set().union(*LAYERS) == MODULES.keys()


def test_modules_import_only_what_is_below_them() -> None:
    level = {name: number for number, names in enumerate(LAYERS) for name in names}
    wrong = [
        (name, imported)
        for name, path in MODULES.items()
        for imported in imports_of(path)
        if imported.startswith("cleaner.") and level[imported.removeprefix("cleaner.")] >= level[name]
    ]
    assert wrong == []


def test_one_importer_each_for_yaml_regex_and_click() -> None:
    importers = {
        library: {
            name.split(".")[0]
            for name, path in MODULES.items()
            if library in {i.split(".")[0] for i in imports_of(path)}
        }
        for library in ("yaml", "regex", "click")
    }
    assert importers == {"yaml": {"nodes"}, "regex": {"compiler"}, "click": {"cli"}}


def test_importing_stays_light() -> None:
    code = "import cleaner, sys; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert loaded.isdisjoint(
        {"click", "argparse", "json", "multiprocessing", "unittest", "urllib", "typing_extensions"}
    )


def test_public_names_are_there_and_few() -> None:
    assert all(hasattr(cleaner, name) for name in cleaner.__all__)
    assert len(cleaner.__all__) <= 14
