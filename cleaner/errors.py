"""What can go wrong, and where.

A finding is a `Problem`, a value; an exception means that we cannot go on. Branch on the class of
the exception; read the problems' codes for detail. Every exception here survives pickling, because
worker processes send them home.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file. `line` and `column` count from 1; 0 means the file as a whole."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`path:line:column`, as far as they are known.

        >>> print(Location("dw.com.yaml", 6, 12), Location("dw.com.yaml"))
        dw.com.yaml:6:12 dw.com.yaml
        """
        numbers = [str(n) for n in (self.line, self.column) if n]
        return ":".join([self.path, *numbers])


class Problem(NamedTuple):
    """One finding about a rule file: a stable `code`, what is wrong, and the way out."""

    code: str
    message: str
    location: Location
    rule: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.location}: {self.code} {self.message}"


class CleanerError(Exception):
    """The root of everything this package raises on purpose."""


class RuleError(CleanerError):
    """Rules that cannot be used. `problems` holds every finding, of all files, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class RuleLoadError(RuleError):
    """Not YAML, an unknown or duplicate key, a name that does not exist, a bad pattern's syntax."""


class RuleCompileError(RuleError):
    """A pattern that the regex engine will not take, though the loader let it pass."""


class InputError(CleanerError):
    """Text or records that cannot be read. The message names the place and the way out."""


class CacheError(CleanerError):
    """A file of the cache is not what was written. The message names it; deleting it is the way out."""


class IntegrityError(CleanerError):
    """A result failed its own check. This is a bug in cleaner, never in the input or the rules."""


class MissingDependencyError(CleanerError, ImportError):
    """An optional package is needed. The message names the extra to install."""
