"""
The command `antiphon`: its groups, and the one place where errors become messages and exit codes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from domain.jobs.errors import AntiphonError, BrokenSettings, Conflict, InvalidInput, NotFound, ServiceUnavailable
from entrypoints.exit_codes import ExitCode

_LAZY = {
    "run": ("entrypoints.cli.run", "run"),
    "demo": ("entrypoints.cli.demo", "demo"),
    "jobs": ("entrypoints.cli.jobs", "jobs"),
    "tests": ("entrypoints.cli.tests", "tests"),
    "targets": ("entrypoints.cli.targets", "targets"),
    "worker": ("entrypoints.cli.worker", "worker"),
    "db": ("entrypoints.cli.db", "db"),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names, the most used ones first."""
        _ = ctx
        return list(_LAZY)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        _ = ctx
        if cmd_name not in _LAZY:
            return None
        module, name = _LAZY[cmd_name]
        command = getattr(__import__(module, fromlist=[name]), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="antiphon")
def antiphon() -> None:
    """
    Run large batches of language-model work, and know truthfully how they ended.

    Start with `antiphon demo`, then `antiphon run YOUR-TESTS.yaml`.

    \b
    Exit codes: 0 completed and gates met, 1 completed but below a gate, 2 usage or bad input, 3 partial,
    4 failed or cancelled, 5 a service can't be reached, 130 interrupted (the job stays resumable).
    """


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(call(words))


def call(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code. Every error becomes a message on standard error."""
    try:
        code = antiphon.main(args=words, prog_name="antiphon", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("antiphon: interrupted", err=True)
        return ExitCode.INTERRUPTED
    except AntiphonError as error:
        return _explain(error)
    return int(code or 0)


def _explain(error: AntiphonError) -> int:
    click.echo(f"antiphon: {error}", err=True)
    for problem in getattr(error, "problems", ()):
        click.echo(f"  {problem}", err=True)
    bad_input = isinstance(error, InvalidInput | NotFound | Conflict | BrokenSettings)
    if isinstance(error, ServiceUnavailable):
        return ExitCode.UNAVAILABLE
    return ExitCode.BAD_INPUT if bad_input else ExitCode.FAILED
