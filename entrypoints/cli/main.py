"""
The command `antiphon`: its groups, and the one place where errors become messages and exit codes.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO

import click

from domain.jobs.errors import AntiphonError, BrokenSettings, Conflict, InvalidInput, NotFound, ServiceUnavailable
from domain.organizations.errors import Forbidden, Unauthenticated
from entrypoints.cli.console import open_streams, say
from entrypoints.cli.lazy_group import LazyGroup
from entrypoints.exit_codes import ExitCode

_LAZY = {
    "run": ("entrypoints.cli.run", "Run a file of tests against a target, and report."),
    "demo": ("entrypoints.cli.demo", "Run the tests of a small support bot, started for it."),
    "jobs": ("entrypoints.cli.jobs", "List jobs; show, watch, cancel, resume or retry one."),
    "runs": ("entrypoints.cli.runs", "Compare stored runs, export them, judge them anew."),
    "configs": ("entrypoints.cli.configs", "Save what to run under a name, and run it by that."),
    "tests": ("entrypoints.cli.tests", "Check files of tests; convert them to Antiphon YAML."),
    "targets": ("entrypoints.cli.targets", "Check endpoints under test."),
    "prices": ("entrypoints.cli.prices", "Show what models cost."),
    "judges": ("entrypoints.cli.judges", "Check what a judge is worth, beside people."),
    "llm": ("entrypoints.cli.llm", "Register accounts at LLM providers; name their models everywhere."),
    "library": ("entrypoints.cli.library", "Keep documents that answers are found in; review them."),
    "rfp": ("entrypoints.cli.rfp", "Answer buyers' questionnaires from the library."),
    "secrets": ("entrypoints.cli.secrets", "Keep the keys and passwords that targets name."),
    "schedules": ("entrypoints.cli.schedules", "Have commands run by themselves, at certain times."),
    "webhooks": ("entrypoints.cli.webhooks", "Tell other programs, or people by mail, what happens to jobs."),
    "cache": ("entrypoints.cli.cache", "Look at the answers that runs with --cache keep."),
    "api": ("entrypoints.cli.api", "Serve the HTTP API."),
    "orgs": ("entrypoints.cli.orgs", "Make organizations, and list them."),
    "users": ("entrypoints.cli.users", "Say who belongs to an organization, and as what."),
    "keys": ("entrypoints.cli.keys", "Make API keys; list, revoke, rotate them."),
    "audit": ("entrypoints.cli.audit", "Read who did what."),
    "worker": ("entrypoints.cli.worker", "Run a worker process (with a broker)."),
    "doctor": ("entrypoints.cli.doctor", "Say what is stuck, and what will happen next."),
    "repair": ("entrypoints.cli.doctor", "Close a stuck job, or set it going again."),
    "sweep": ("entrypoints.cli.doctor", "Do the work of relay and sweeper by hand."),
    "db": ("entrypoints.cli.db", "Bring the database's tables up to date."),
}


_BAD_INPUT = (InvalidInput, NotFound, Conflict, BrokenSettings, Unauthenticated, Forbidden)


@click.group(
    cls=LazyGroup, members=_LAZY, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="antiphon")
@click.option("--server", metavar="URL", help="Act at this server, with the key in ANTIPHON_API_KEY.")
def antiphon(*, server: str | None) -> None:
    """
    Run large batches of language-model work, and know truthfully how they ended.

    Start with `antiphon demo`, then `antiphon run YOUR-TESTS.yaml`.

    \b
    Exit codes: 0 completed and gates met, 1 completed but below a gate, 2 usage or bad input,
    3 partial, 4 failed or cancelled, 5 a service can't be reached or refuses to work,
    130 interrupted (the job stays resumable), 70 a bug in Antiphon.

    \b
    Settings are environment variables, ANTIPHON_HOME (where state lives) the first of them;
    docs/settings.md lists them all.
    """
    if server is not None:
        from entrypoints.settings import choose_server

        choose_server(server)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    open_streams()
    try:
        code = call(words)
    except Exception:  # noqa: BLE001  # Python's own code for this is 1, which says "below a gate"
        with suppress(OSError):
            traceback.print_exc()
        say("antiphon: this is a bug; please report it with the lines above")
        code = ExitCode.BUG
    sys.exit(code)


def call(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code. Every error becomes a message on standard error."""
    try:
        code = antiphon.main(args=words, prog_name="antiphon", standalone_mode=False)
    except click.ClickException as error:
        shown = StringIO()
        error.show(shown)
        say(shown.getvalue().rstrip("\n"))
        return ExitCode.BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("antiphon: interrupted")
        return ExitCode.INTERRUPTED
    except AntiphonError as error:
        return _explain(error)
    except SystemExit:  # click's answer to a closed pipe: who read our output (`| head`) has seen enough
        return ExitCode.UNREAD
    return int(code or 0)


def _explain(error: AntiphonError) -> int:
    message = str(error)
    say(f"antiphon: {message}")
    for problem in getattr(error, "problems", ()):
        if problem not in message:  # some messages hold their problems themselves
            say(f"  {problem}")
    if isinstance(error, ServiceUnavailable):
        return ExitCode.UNAVAILABLE
    bad_input = isinstance(error, _BAD_INPUT)
    return ExitCode.BAD_INPUT if bad_input else ExitCode.FAILED
