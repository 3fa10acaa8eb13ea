"""Strip boilerplate from the plain text of web articles, with an owner for every deleted character.

    import cleaner

    program = cleaner.compile_rules(cleaner.load())
    print(cleaner.clean(text, program, url="https://www.dw.com/en/some-article/a-1").text)

`load` reads rule packs, `compile_rules` makes a program of them, `clean` runs it over one text and
returns a `Result`: the text that is left and a `Removal` for each piece that is not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaner.compiler import Program as Program
    from cleaner.compiler import compile_rules as compile_rules
    from cleaner.engine import clean as clean
    from cleaner.errors import CleanerError as CleanerError
    from cleaner.errors import InputError as InputError
    from cleaner.errors import IntegrityError as IntegrityError
    from cleaner.errors import RuleError as RuleError
    from cleaner.loader import load as load
    from cleaner.results import Removal as Removal
    from cleaner.results import Result as Result
    from cleaner.results import Withheld as Withheld
    from cleaner.rules import Kind as Kind
    from cleaner.rules import RuleSet as RuleSet

__version__ = "0.1.0"

# Names are imported when they are first used: the command line shows its help without a parser of
# YAML or a regex engine, and a program that only reads results needs neither.
_HOMES = {
    "CleanerError": "errors",
    "InputError": "errors",
    "IntegrityError": "errors",
    "Kind": "rules",
    "Program": "compiler",
    "Removal": "results",
    "Result": "results",
    "RuleError": "errors",
    "RuleSet": "rules",
    "Withheld": "results",
    "clean": "engine",
    "compile_rules": "compiler",
    "load": "loader",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """The public name, from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cleaner' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"cleaner.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
