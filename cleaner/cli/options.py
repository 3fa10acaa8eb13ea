"""Options that several commands share, and what they mean: where texts come from, which rules are wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cleaner.cli.files import Failure, complain
from cleaner.cli.progress import waiting
from cleaner.errors import InputError

if TYPE_CHECKING:
    from cleaner.compiler import Program
    from cleaner.printer import Palette
    from cleaner.rules import RuleSet
    from cleaner.stacks import Scope

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def _read_kinds(_: click.Context, __: click.Parameter, lists: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds named in comma-separated lists; a name that is none is refused with the nearest that is."""
    from cleaner.rules import Kind

    names = [name.strip() for names in lists for name in names.split(",")]
    for name in names:
        if name not in list(Kind):
            from cleaner.structure import nearest

            hint = nearest(name, [str(kind) for kind in Kind]) or f" (kinds: {', '.join(Kind)})"
            raise click.BadParameter(f"there is no kind {name!r}{hint}")
    return tuple(names)


KINDS_HELP = "nav, caption, footer, byline, related, promo, ad, media, share, comments, notice, code"


def together(*decorators: Callable[[_Decorated], _Decorated]) -> Callable[[_Decorated], _Decorated]:
    def decorate(command: _Decorated) -> _Decorated:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


rules_option = click.option(
    "--rules", multiple=True, metavar="PATH", help="Add your own packs: a file or a folder. Repeatable."
)
scope_options = together(
    click.option("--site", metavar="HOST", help="The site that the text is from."),
    click.option("--url", metavar="URL", help="The page that the text is from."),
    click.option("--lang", metavar="TAG", help="Its language; without one all language packs serve."),
    click.option("--extractor", metavar="NAME", help="What made the text: resiliparse, wet, ..."),
)
# fmt: off
program_options = together(
    rules_option,
    click.option("--no-site-packs", is_flag=True, help="Use general packs only."),
    click.option("--strip", multiple=True, metavar="KINDS", callback=_read_kinds,
                 help=f"Remove these kinds only, of {KINDS_HELP}."),
    click.option("--keep", multiple=True, metavar="KINDS", callback=_read_kinds,
                 help="Remove all kinds but these."),
)
# fmt: on
errors_option = click.option(
    "--errors",
    type=click.Choice(["strict", "surrogateescape"]),
    default="strict",
    help="What to do with bytes that are not UTF-8: stop, or pass them through.",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the command line says of where the documents come from, and which rules it wants."""

    site: str | None
    url: str | None
    lang: str | None
    extractor: str | None
    rules: tuple[str, ...]
    no_site_packs: bool
    strip: tuple[str, ...]
    keep: tuple[str, ...]
    errors: str
    is_quiet: bool = False

    def __post_init__(self) -> None:
        if self.strip and self.keep:
            raise click.UsageError("--strip and --keep are two ways to say one thing: use one of them")

    def scope(self) -> Scope:
        """What is known of every document. A site says more than a URL, and an empty option nothing."""
        from cleaner.stacks import Scope, host_of

        hosts = {}
        for option, address in (("--site", self.site), ("--url", self.url)):
            if address:
                try:
                    hosts[option] = host_of(address)
                except InputError as error:
                    raise Failure(f"{option}: {error}") from None
        return Scope(hosts.get("--site", hosts.get("--url")), self.lang or None, self.extractor or None)

    def kinds(self) -> tuple[str, ...]:
        """The kinds to remove."""
        from cleaner.rules import Kind

        return self.strip or tuple(kind for kind in Kind if kind not in self.keep)

    def program(self) -> Program:
        """The compiled rules."""
        from cleaner.compiler import compile_rules

        ruleset = load_rules(self.rules, is_quiet=self.is_quiet)
        if not self.is_quiet:
            self._note_unserved(ruleset)
        return compile_rules(ruleset, kinds=self.kinds(), site_packs=not self.no_site_packs)

    def _note_unserved(self, ruleset: RuleSet) -> None:
        """Say so if no pack knows the site or the language that was named: it may be a slip of the pen."""
        from cleaner.stacks import speaks

        if self.site and not self.no_site_packs:
            note_unserved_host(ruleset, self.scope())
        if self.lang and not any(speaks(pack.languages, self.lang) for pack in ruleset.packs):
            known = sorted({tag for pack in ruleset.packs for tag in pack.languages})
            complain(f"no pack serves the language {self.lang!r}; there are {', '.join(known) or 'none'}")


def note_unserved_host(ruleset: RuleSet, scope: Scope) -> None:
    from cleaner.stacks import choose, nearest_host

    if scope.host and not any(choice.pack.sites for choice in choose(ruleset, scope)):
        near = nearest_host(ruleset, scope.host)
        hint = f"did you mean {near}?" if near else "it gets the packs for all sites"
        complain(f"no pack serves {scope.host}; {hint}")


def load_rules(paths: Sequence[str], shipped: bool = True, is_quiet: bool = False) -> RuleSet:
    """The shipped packs and these, or these alone."""
    from cleaner.loader import load

    with waiting("cleaner: reading the rules; what is read once is at hand the next time", not is_quiet):
        return load(*paths) if shipped else load(*paths, shipped=False)


def palette() -> Palette:
    """Colour on a terminal only, and not for those who said that they want none (https://no-color.org)."""
    from cleaner.printer import COLOURED, COLOURLESS, PLAIN

    if sys.stdout is None or not sys.stdout.isatty():
        return PLAIN
    wants_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return COLOURLESS if wants_none else COLOURED


def needs_help(files: Sequence[str]) -> bool:
    """Print the help if nothing was given to read: on a terminal the program would seem to hang."""
    if files or sys.stdin is None or not sys.stdin.isatty():
        return False
    click.echo(click.get_current_context().get_help(), err=True)
    return True
