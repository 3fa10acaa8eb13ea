"""Strip boilerplate from the plain text of web articles, with an owner for every deleted character.

    import cleaner

    program = cleaner.compile_rules(cleaner.load())
    print(cleaner.clean(text, program, url="https://www.dw.com/en/some-article/a-1").text)

`load` reads rule packs, `compile_rules` makes a program of them, `clean` runs it over one text and
returns a `Result`: the text that is left and a `Removal` for each piece that is not.
"""

__version__ = "0.1.0"

from cleaner.compiler import Program, compile_rules
from cleaner.engine import clean
from cleaner.errors import (
    CleanerError,
    InputError,
    IntegrityError,
    MissingDependencyError,
    RuleError,
)
from cleaner.loader import load
from cleaner.results import Removal, Result, Withheld
from cleaner.rules import Kind, RuleSet

__all__ = [
    "CleanerError",
    "InputError",
    "IntegrityError",
    "Kind",
    "MissingDependencyError",
    "Program",
    "Removal",
    "Result",
    "RuleError",
    "RuleSet",
    "Withheld",
    "clean",
    "compile_rules",
    "load",
]
