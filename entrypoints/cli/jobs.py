"""`antiphon jobs`: looking at jobs, and the moves of their owner."""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

import click

from domain.jobs.item import ItemState
from domain.jobs.job import JobId, JobStatus
from entrypoints.api.cursors import LARGEST_NUMBER
from entrypoints.cli.acting import ORG
from entrypoints.cli.console import print_json, say
from entrypoints.cli.following import follow, look_on, report
from entrypoints.cli.host import Host
from entrypoints.cli.hosts import open_host
from entrypoints.cli.job_reports import check_files, job_json
from entrypoints.cli.local_host import INTERRUPTED
from entrypoints.cli.opening import open_antiphon
from entrypoints.cli.outputs import Outputs, output_options
from entrypoints.exit_codes import ExitCode
from entrypoints.purging import purged_from_broker

F = TypeVar("F", bound=Callable[..., Any])


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        _ = ctx
        return list(self.commands)


@click.group(cls=_InOrder)
def jobs() -> None:
    """
    Look at jobs, and cancel, resume or retry them.

    A job is named by its id, the beginning of it, or `last`.
    """


def _of_job(command: F) -> F:
    """Find the job that was named, for the command."""

    @functools.wraps(command)
    def with_job(*args: Any, job: str, org: str | None, **rest: Any) -> Any:
        host = open_host(org=org)
        return command(*args, host=host, job_id=host.find(job), **rest)

    wrapped: Any = click.argument("job")(ORG(with_job))
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


@jobs.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@click.option("--status", type=click.Choice([status.value for status in JobStatus]), help="Only jobs that are so.")
@ORG
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_jobs(*, limit: int, status: str | None, org: str | None, as_json: bool) -> None:
    """List jobs, newest first."""
    host = open_host(org=org)
    views = host.newest(limit=limit, status=JobStatus(status) if status else None)
    if as_json:
        print_json({"jobs": [job_json(host, view) for view in views]})
    elif not views:
        say("no jobs yet; `antiphon demo` runs one")
    else:
        from entrypoints.cli.tables import print_jobs

        print_jobs([(view, host.standing(view)) for view in views])


@jobs.command()
@_of_job
@output_options
def show(*, host: Host, job_id: JobId, outputs: Outputs) -> int:
    """
    Show a job as it stands now.

    Its counts, what failed, its report. Exits as the job's own command would when it has ended, else with 0.
    """
    outputs.check()
    view = host.view(job_id)
    if view.job.status.is_end:
        return report(host, view, outputs)
    if not outputs.as_json:
        standing = host.standing(view)
        go_on = f"; `antiphon jobs resume {job_id}` goes on with it" if standing == INTERRUPTED else ""
        say(f"{standing}: {view.tally.ended} of {view.job.planned or '?'} ended{go_on}")
    report(host, view, outputs)
    return ExitCode.DONE


@jobs.command()
@_of_job
@click.option(
    "--state",
    "states",
    type=click.Choice([state.value for state in ItemState]),
    multiple=True,
    help="Only items in this state; repeat it for several.",
)
@click.option(
    "--verdict",
    "verdicts",
    metavar="WORD",
    multiple=True,
    help="Only items with this verdict, in the words of the job's kind: pass, fail, inconclusive of a test, "
    "answered, no_answer of a question; repeat it for several.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@click.option(
    "--after",
    metavar="N",
    type=click.IntRange(0, LARGEST_NUMBER),
    help="Only items behind number N: where the list before this one ended.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")  # fmt: skip
def items(
    *,
    host: Host,
    job_id: JobId,
    states: tuple[str, ...],
    verdicts: tuple[str, ...],
    limit: int,
    after: int | None,
    as_json: bool,
) -> None:
    """
    List the items of a job in the order of its plan: a test, a document, a question, an LLM API each.

    Each with its state, the verdict on what it came to, the tries it took, how long the last one took, and why it
    failed or is tried again. An item that succeeded may have the verdict `fail`: it was done, and the answer was wrong.

    \b
    antiphon jobs items last --state failed
    antiphon jobs items 0b9f2c56 --verdict fail --verdict inconclusive
    antiphon jobs items last --after 49 --json
    """
    found = host.items(job_id, states=[ItemState(state) for state in states], verdicts=verdicts, after=after)
    page = list(islice(found, limit + 1))
    shown, following = page[:limit], page[limit - 1].no if len(page) > limit else None
    if as_json:
        print_json({"items": [one.model_dump(mode="json") for one in shown], "next": following})
        return
    if shown:
        from entrypoints.cli.item_tables import print_items

        print_items(shown)
    else:
        say("no such items" if states or verdicts or after is not None else "its plan is being written: no items yet")
    if following is not None:
        say(f"there are more; `--after {following}` goes on")


@jobs.command()
@_of_job
@output_options
def watch(*, host: Host, job_id: JobId, outputs: Outputs) -> int:
    """
    Watch a job until it ends, then show it.

    Exits as the job's own command would, with 130 when the process that ran it is gone.
    """
    outputs.check()
    check_files(host.view(job_id), outputs)
    return look_on(host, job_id, outputs)


@jobs.command()
@_of_job
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def cancel(*, host: Host, job_id: JobId, as_json: bool) -> None:
    """
    Cancel a job.

    Tests that have not begun never will, those in flight end as they end. `resume` runs the cancelled ones after all.
    """
    host.cancel(job_id)
    view = host.view(job_id)
    if as_json:
        print_json(job_json(host, view))
    else:
        say(f"job {job_id}: {view.job.status}, {view.tally.cancelled} cancelled, {view.tally.running} in flight")


@jobs.command()
@_of_job
@output_options
def resume(*, host: Host, job_id: JobId, outputs: Outputs) -> int:
    """
    Go on with an interrupted or cancelled job.

    What has ended is not done again.
    """
    return _again(host, job_id, outputs, host.resume)


@jobs.command("retry-failed")
@_of_job
@output_options
def retry_failed(*, host: Host, job_id: JobId, outputs: Outputs) -> int:
    """
    Run the failed tests of an ended job again.

    Those that could not be executed, that is: tests that were judged stay as they are, wrong answers too.
    """
    return _again(host, job_id, outputs, host.retry_failed)


@jobs.command()
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def purge(*, job: str, as_json: bool) -> None:
    """
    Take what is left of an ended job out of the broker.

    Beside the broker only: at a server this is its operator's matter. Only the job's own messages go: those in the
    queues are removed, those that workers have fetched are revoked. Results stay, and `resume` or `retry-failed` sends
    new messages.
    """
    antiphon = open_antiphon()
    job_id = antiphon.jobs.find(antiphon.tenant, job)
    purged = purged_from_broker(antiphon, job_id)
    if as_json:
        print_json({"job": job_id, "removed": purged.removed, "revoked": purged.revoked})
    else:
        say(f"job {job_id}: {purged.removed} messages removed, {purged.revoked} revoked")


def _again(host: Host, job_id: JobId, outputs: Outputs, move: Callable[[JobId], None]) -> int:
    outputs.check()
    check_files(host.view(job_id), outputs)
    move(job_id)
    return follow(host, job_id, outputs)
