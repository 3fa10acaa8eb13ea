"""`cleaner rules`: look at the rules, and work on them."""

from __future__ import annotations

import click

from cleaner.cli.files import EXIT_DONE, Failure, naming, print_lines
from cleaner.cli.options import load_rules, note_unserved_host, rules_option


@click.group("rules", no_args_is_help=True)
def rules_group() -> None:
    """Look at the rules."""


@rules_group.command("list")
@rules_option
def list_command(rules: tuple[str, ...]) -> int:
    """List the packs: their rules and what they serve."""
    from cleaner.printer import pack_lines

    print_lines(pack_lines(load_rules(rules)))
    return EXIT_DONE


@rules_group.command("show")
@click.argument("name", metavar="PACK/ID")
@rules_option
def show_command(name: str, rules: tuple[str, ...]) -> int:
    """Show a rule as its author wrote it, and where; or a PACK's head and its rules."""
    from cleaner.printer import pack_source, place, rule_lines, rule_source

    ruleset = load_rules(rules)
    if name in ruleset.by_name:
        pack = ruleset.by_name[name]
        source = pack_source(_source_lines(pack.location.path))
        print_lines([place(pack.location), *source, "", *rule_lines(pack)])
        return EXIT_DONE
    try:
        rule = ruleset.rule(name)
    except KeyError:
        from cleaner.structure import nearest

        known = [*ruleset.by_name, *(rule.name for rule in ruleset)]
        hint = nearest(name, known)
        raise Failure(f"there is no rule or pack {name!r}{hint}; see `cleaner rules list`") from None
    print_lines([place(rule.location), *rule_source(_source_lines(rule.location.path), rule)])
    return EXIT_DONE


def _source_lines(path: str) -> list[str]:
    with naming("read", path, Failure), open(path, encoding="utf-8-sig") as stream:
        return stream.read().splitlines()


@rules_group.command("which")
@click.argument("url")
@click.option("--lang", metavar="TAG", help="The page's language.")
@click.option("--extractor", metavar="NAME", help="What made the text.")
@rules_option
def which_command(url: str, lang: str | None, extractor: str | None, rules: tuple[str, ...]) -> int:
    """Show which packs serve the page at URL, in order, and why."""
    from cleaner.printer import choice_lines
    from cleaner.stacks import Scope, choose, host_of

    scope = Scope(host_of(url), lang, extractor)
    ruleset = load_rules(rules)
    note_unserved_host(ruleset, scope)
    print_lines(choice_lines(choose(ruleset, scope)))
    return EXIT_DONE
