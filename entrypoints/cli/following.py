"""Following a job to its end, and reporting it in every form that was asked for."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import summarise
from domain.test_execution.summary_document import summary_document
from entrypoints.cli.console import only_ours, print_json, progress, say
from entrypoints.cli.outputs import Outputs, write_reports
from entrypoints.container import Antiphon
from entrypoints.driving import has_worker, run_to_end, wait_for_end
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.health import NobodyDrives
from entrypoints.sending import NotSentYet
from entrypoints.stored_runs import items_of

Show = Callable[[Antiphon, JobView, Outputs], int]
"""Shows how a job ended, and returns the exit code."""


def follow(antiphon: Antiphon, job_id: JobId, outputs: Outputs, *, show: Show | None = None) -> int:
    """Bring the job to its end with a progress display, *show* it (as a run), and return the exit code."""
    try:
        view = _to_end(antiphon, job_id, outputs, run_to_end)
    except KeyboardInterrupt:
        if antiphon.settings.is_embedded and has_worker(antiphon):
            say(f"no longer watched; job {job_id} goes on in the `antiphon api` of this home")
        else:
            say(f"interrupted; nothing is lost: `antiphon jobs resume {job_id}` goes on with it")
        return ExitCode.INTERRUPTED
    except NotSentYet:
        raise
    except ServiceUnavailable as error:
        raise ServiceUnavailable(
            f"{error}\njob {job_id} is kept as it is: `antiphon jobs resume {job_id}` goes on with it"
        ) from error
    _say_what_waits(antiphon)
    return (show or report)(antiphon, view, outputs)


def look_on(antiphon: Antiphon, job_id: JobId, outputs: Outputs) -> int:
    """Show how others bring the job to its end, report it, and return the exit code."""
    try:
        view = _to_end(antiphon, job_id, outputs, wait_for_end)
    except KeyboardInterrupt:
        say(f"no longer watched; job {job_id} goes on")
        return ExitCode.INTERRUPTED
    except NobodyDrives as error:
        say(f"antiphon: {error}")
        return ExitCode.INTERRUPTED
    return report(antiphon, view, outputs)


def report(antiphon: Antiphon, view: JobView, outputs: Outputs) -> int:
    """Write the reports of a test run and return the exit code that fits how it ended."""
    spec = RunSpec.from_document(view.job.spec)
    rows = functools.partial(items_of, antiphon.store, antiphon.tenant, view.job.id)
    summary = summarise(view.job, items=rows(), gates=spec.gates)
    # first the files: printing may fail, when the reader has gone or a disk is full
    page = write_reports(antiphon.settings.home, view, summary, rows, title=spec.test_set_name, outputs=outputs)
    if outputs.as_json:
        print_json(summary_document(view.job, summary=summary))
    else:
        from entrypoints.cli.tables import print_summary

        print_summary(view, summary, title=spec.test_set_name)
        _say_where(antiphon, view, page)
    return exit_code_of(view.job.status, gates_met=summary.gates_met)


def _to_end(antiphon: Antiphon, job_id: JobId, outputs: Outputs, drive: Callable[..., JobView]) -> JobView:
    if not outputs.as_json or not antiphon.settings.is_embedded:  # with workers, it goes on without this command
        say(f"job {job_id}")
    with _terminable(), only_ours(), progress("tests", quiet=outputs.as_json) as watch:
        return drive(antiphon, job_id, watch)


def _say_where(antiphon: Antiphon, view: JobView, page: Path | None) -> None:
    from adapters.database.errors import place

    if page is not None:
        say(f"report    {page}")
    say(f"stored    {place(antiphon.engine)}")
    if view.job.status.is_end and view.tally.failed:
        say(f"next      `antiphon jobs retry-failed {view.job.id}` runs the {view.tally.failed} not executed again")
    if view.job.status.is_end and view.tally.cancelled:
        say(f"next      `antiphon jobs resume {view.job.id}` runs the {view.tally.cancelled} cancelled")


def _say_what_waits(antiphon: Antiphon) -> None:
    """Say that webhooks were not told yet: with workers that is their matter, embedded nobody is left to do it."""
    if not antiphon.settings.is_embedded:
        return
    waiting = antiphon.notifications.waiting(antiphon.tenant)
    if waiting:
        left = f"{waiting} {'delivery' if waiting == 1 else 'deliveries'} to webhooks could not be made yet"
        say(f"{left}: `antiphon webhooks deliver` tries again, and so does the next command that runs a job")


@contextmanager
def _terminable() -> Iterator[None]:
    """Treat SIGTERM like an interrupt for the length of the block, so that a stopped command gives back its items."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
