"""How a job of any kind stands or ended, for people and as JSON; test runs have reports of their own beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from attrs import asdict

from domain.counting_words import counted
from domain.jobs.errors import InvalidInput
from domain.jobs.service import JobView
from domain.test_execution.run import KIND as TEST_EXECUTION
from domain.test_execution.summary_document import usage_document
from entrypoints.cli.console import counts, print_json, say, show
from entrypoints.cli.host import Host
from entrypoints.cli.outputs import Outputs
from entrypoints.exit_codes import exit_code_of
from entrypoints.job_names import name_of


def report_job(host: Host, view: JobView, outputs: Outputs) -> int:
    """Print how a job ended, and what failed; return the exit code that fits. Raises as `check_files`."""
    check_files(view, outputs)
    if outputs.as_json:
        print_json(job_json(host, view))
    else:
        for line in (*_about(view), *ended_lines(view), *_failed_lines(host, view)):
            show(line)
    return exit_code_of(view.job.status, gates_met=True)


def check_files(view: JobView, outputs: Outputs) -> None:
    """
    Find out before a job is worked on that it has no such report.

    Raises:
        InvalidInput: a file was asked for that only test runs have.
    """
    if view.job.kind != TEST_EXECUTION and (outputs.junit or outputs.html):
        raise InvalidInput(
            f"job {view.job.id} is of kind {view.job.kind}, and only test runs have reports in JUnit and HTML; leave "
            "out --junit and --html"
        )


def ended_lines(view: JobView) -> Iterator[str]:
    """Yield how a job ended, in words, and what may be done next."""
    job, tally = view.job, view.tally
    again = f", {tally.skipped:,} of them as before" if tally.skipped else ""
    calls, tokens = counted(tally.usage.requests, "request"), counted(tally.usage.tokens, "token")
    spent = f"; {calls}, {tokens}" if tally.usage.requests else ""
    yield f"{job.status.value}: {counts(view)}{again}{spent}"
    if job.failure:
        yield job.failure
    if job.status.is_end and tally.failed:
        yield f"next      `antiphon jobs retry-failed {job.id}` works on the {tally.failed:,} that failed again"
    if job.status.is_end and tally.cancelled:
        yield f"next      `antiphon jobs resume {job.id}` works on the {tally.cancelled:,} cancelled"


def say_ended(host: Host, view: JobView) -> None:
    """Say the same, and what failed, beside what a command prints."""
    for line in (*ended_lines(view), *_failed_lines(host, view)):
        say(line)


def job_json(host: Host, view: JobView) -> dict[str, object]:
    """Return a job as JSON: the fields every job row carries, its counts, and how long nothing has changed."""
    job, tally = view.job, view.tally
    return {
        "id": job.id,
        "kind": job.kind,
        "name": name_of(job),
        "status": job.status.value,
        "standing": host.standing(view),
        "planned": job.planned,
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "skipped": tally.skipped,
        "cancelled": tally.cancelled,
        "pending": tally.pending,
        "running": tally.running,
        "progress": round(view.progress, 4),
        "usage": usage_document(tally.usage),
        "budget": {name: limit for name, limit in asdict(job.options.budget).items() if limit is not None},
        "revision": job.revision,
        "started_by": job.started_by,
        "celery_task_id": job.celery_task_id,
        "created_at": _time(job.created_at),
        "started_at": _time(job.started_at),
        "ended_at": _time(job.ended_at),
        "updated_at": _time(job.updated_at),
        "failure": job.failure,
        "errors": [asdict(error) for error in host.not_done(view)],
    }


def _about(view: JobView) -> Iterator[str]:
    if name := name_of(view.job):
        yield f"{view.job.kind}: {name}"


def _failed_lines(host: Host, view: JobView) -> Iterator[str]:
    return (f"failed    {error.item}: {error.kind}: {error.message}" for error in host.not_done(view))


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment is not None else None
