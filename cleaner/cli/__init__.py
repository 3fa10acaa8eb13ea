"""The command line: files and pipes in, files and pipes out, and an exit code that can be relied on.

The one package that knows of click, of streams and of exit codes. It reads bytes and writes bytes: no
newline is ever translated, and what no rule took is written as it was read. A file it writes is there
whole or not at all. What is cleaned and how is the library's; how it looks is the printer's.

Exit codes: 0 done; 1 found wanting (`--check`, a test, a floor), or done save for documents that were
reported and passed through; 2 could not do it or could not judge; 130 interrupted. A closed pipe is no error.

All that costs start-up time is imported where it is used: `cleaner --help` reads no YAML.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from io import StringIO
from typing import NoReturn

import click

from cleaner.cli.clean import clean_command
from cleaner.cli.eval import eval_command
from cleaner.cli.explain import explain_command
from cleaner.cli.files import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_TROUBLE,
    abandon,
    complain,
    print_error,
    print_lines,
)
from cleaner.cli.rules import rules_group
from cleaner.cli.workbench import (
    check_command,
    diff_command,
    new_command,
    schema_command,
    stats_command,
    test_command,
)
from cleaner.errors import CleanerError, RuleError

GC_THRESHOLD = 50_000
"""New objects between two looks for garbage. Rules, once read, stay, and a document leaves hardly a circle
behind: Python's own 700 would look through all the rules again and again while they are read."""


def main() -> NoReturn:
    """The entry point of the `cleaner` command."""
    gc.set_threshold(GC_THRESHOLD)
    code = run(sys.argv[1:])
    gc.freeze()  # Python looks for garbage once more before it ends: a tenth of the time that a page takes
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code. Never raises."""
    try:
        return _finish(_invoke(list(arguments)))
    except click.ClickException as error:
        usage = StringIO()
        error.show(usage)
        print_error(usage.getvalue())
    except RuleError as error:
        print_error(f"{error}\n")
    except CleanerError as error:
        complain(str(error))
    except BrokenPipeError:
        # The reader has gone (`| head -1`): nobody is left to be told, and nothing went wrong.
        abandon(1)
        return EXIT_DONE
    except OSError as error:
        complain(f"{error.filename or 'cannot write standard output'}: {error.strerror}")
    except (KeyboardInterrupt, click.Abort):
        return _finish(EXIT_INTERRUPTED)
    except Exception:
        # A bug. Python would exit with 1, which a script behind `--check` takes for a finding.
        import traceback

        print_error(traceback.format_exc())
    return _finish(EXIT_TROUBLE)


def _invoke(arguments: list[str]) -> int:
    # Not `cli(...)`: click would turn a closed pipe into exit code 1 and an interrupt into a message.
    try:
        with cli.make_context("cleaner", arguments) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return code if isinstance(code, int) else EXIT_DONE


def _finish(code: int) -> int:
    """Flush standard output while a failure can still be told; at exit Python would print a traceback."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        abandon(1)
        if not isinstance(error, BrokenPipeError):
            complain(f"cannot write standard output: {error.strerror}")
            return EXIT_TROUBLE
    return code


def _show_version(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not context.resilient_parsing:
        from cleaner import __version__

        print_lines([f"cleaner {__version__}"])
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
              help="Show the version and exit.")  # fmt: skip
def cli() -> None:
    """Remove the furniture from the text of web articles, by rules, with a record of every deletion."""


for _command in (test_command, check_command, new_command, schema_command, diff_command, stats_command):
    rules_group.add_command(_command)
for _command in (clean_command, explain_command, eval_command, rules_group):
    cli.add_command(_command)
