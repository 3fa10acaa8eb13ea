"""`cleaner explain`: one document, line by line, with the rule that took each."""

from __future__ import annotations

from typing import Any

import click

from cleaner.cli.clean import proved, recognised
from cleaner.cli.files import EXIT_DONE, EXIT_TROUBLE, STANDARD_STREAM, print_text, read_text, shown
from cleaner.cli.options import Origin, errors_option, needs_help, palette, program_options, scope_options


@click.command("explain")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path())
@scope_options
@program_options
@errors_option
def explain_command(file: str | None, **options: Any) -> int:
    """Show a document line by line, with the rule that took each line or span.

    Reads standard input, or FILE. `-` marks a line that went, `~` one that lost a span.
    """
    from cleaner.printer import explain
    from cleaner.stacks import choose

    if needs_help([file] if file else []):
        return EXIT_TROUBLE
    origin = Origin(**options)
    scope = origin.scope()
    program = origin.program()
    source = file or STANDARD_STREAM
    result = proved(read_text(source, origin.errors), program, scope, shown(source))
    ruleset = program.ruleset
    found = recognised(result, ruleset, scope)
    choices = choose(ruleset, scope, found, site_packs=not origin.no_site_packs)
    print_text(explain(result, ruleset, choices, palette()))
    return EXIT_DONE
