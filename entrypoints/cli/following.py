"""Following a job to its end, and reporting it in every form that was asked for."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from domain.test_execution.run import KIND as TEST_EXECUTION
from domain.test_execution.summary_document import summary_document
from entrypoints.cli.console import only_ours, print_json, progress, say
from entrypoints.cli.host import Host, Watcher
from entrypoints.cli.job_reports import report_job
from entrypoints.cli.outputs import Outputs
from entrypoints.exit_codes import ExitCode, exit_code_of
from entrypoints.health import NobodyDrives
from entrypoints.sending import NotSentYet

Show = Callable[[JobView, Outputs], int]
"""Shows how a job ended, and returns the exit code."""


def follow(host: Host, job_id: JobId, outputs: Outputs, *, show: Show | None = None, what: str = "tests") -> int:
    """Bring the job to its end with a display of *what* is done, *show* it (as a run), and return the exit code."""
    try:
        view = _to_end(host, job_id, outputs, host.bring_to_end, what)
    except KeyboardInterrupt:
        say(host.left(job_id))
        return ExitCode.INTERRUPTED
    except NotSentYet:
        raise
    except ServiceUnavailable as error:
        raise ServiceUnavailable(
            f"{error}\njob {job_id} is kept as it is: `antiphon jobs resume {job_id}` goes on with it"
        ) from error
    if left := host.left_to_do():
        say(left)
    return show(view, outputs) if show else report(host, view, outputs)


def look_on(host: Host, job_id: JobId, outputs: Outputs) -> int:
    """Show how others bring the job to its end, report it, and return the exit code."""
    try:
        view = _to_end(host, job_id, outputs, host.wait_for_end)
    except KeyboardInterrupt:
        say(f"no longer watched; job {job_id} goes on")
        return ExitCode.INTERRUPTED
    except NobodyDrives as error:
        say(f"antiphon: {error}")
        return ExitCode.INTERRUPTED
    return report(host, view, outputs)


def report(host: Host, view: JobView, outputs: Outputs) -> int:
    """Write the reports of a test run, or say how another job ended; return the exit code that fits that."""
    if view.job.kind != TEST_EXECUTION:
        return report_job(host, view, outputs)
    summary = host.summary(view)
    # first the files: printing may fail, when the reader has gone or a disk is full
    page = host.write_reports(view, summary, outputs)
    if outputs.as_json:
        print_json(summary_document(view.job, summary=summary))
    else:
        from entrypoints.cli.tables import print_summary

        print_summary(view, summary, title=host.title(view))
        _say_where(host, view, page)
    return exit_code_of(view.job.status, gates_met=summary.gates_met)


def _to_end(
    host: Host, job_id: JobId, outputs: Outputs, drive: Callable[[JobId, Watcher], JobView], what: str = "tests"
) -> JobView:
    if not outputs.as_json or host.outlives_commands:
        say(f"job {job_id}")
    with terminable(), only_ours(), progress(what, quiet=outputs.as_json) as watch:
        return drive(job_id, watch)


def _say_where(host: Host, view: JobView, page: Path | None) -> None:
    if page is not None:
        say(f"report    {page}")
    say(f"stored    {host.name}")
    if view.job.status.is_end and view.tally.failed:
        say(f"next      `antiphon jobs retry-failed {view.job.id}` runs the {view.tally.failed} not executed again")
    if view.job.status.is_end and view.tally.cancelled:
        say(f"next      `antiphon jobs resume {view.job.id}` runs the {view.tally.cancelled} cancelled")


@contextmanager
def terminable() -> Iterator[None]:
    """Treat SIGTERM like an interrupt for the length of the block, so that a stopped command gives back its items."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
