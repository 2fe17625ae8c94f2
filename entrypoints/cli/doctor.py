"""`antiphon doctor`, `antiphon repair`, `antiphon sweep`: seeing what is stuck, and setting it going."""

from __future__ import annotations

import signal
import threading

import attrs
import click

from domain.jobs.errors import BrokenSettings
from domain.jobs.repairing import Repairer
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.opening import open_antiphon
from entrypoints.driving import has_worker, only_driver, take_over
from entrypoints.examination import examine, examine_job
from entrypoints.exit_codes import ExitCode
from entrypoints.worker_side import WorkerSide


@click.command()
@click.argument("job", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(*, job: str | None, as_json: bool) -> int:
    """
    Say what is stuck, one line each: what was found, and what will happen next.

    Looks at the database, the broker, the result store, workers and queues, and at every job that has not ended; at one
    job only, when it is named (its id, the beginning of it, or `last`). Changes nothing. Exits with 0 when there is no
    problem, with 1 when there is one, with 5 when database, broker or result store can't be used.
    """
    antiphon = open_antiphon()
    tenant = antiphon.tenant
    if job is None:
        findings = list(examine(antiphon))
    else:
        job_id = antiphon.jobs.find(tenant, job)
        findings = list(examine_job(antiphon, job_id, organization_id=tenant.organization_id))
    if as_json:
        print_json({"findings": [attrs.asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            mark, then = "PROBLEM" if finding.is_problem else "ok", f"; next: {finding.next}" if finding.next else ""
            show(f"{mark:<8} {finding.about}: {finding.what}{then}")
    if any(finding.is_away for finding in findings):
        return ExitCode.UNAVAILABLE
    return ExitCode.BELOW_GATE if any(finding.is_problem for finding in findings) else ExitCode.DONE


@click.command()
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def repair(*, job: str, as_json: bool) -> None:
    """
    Close a job, or set it going again, without waiting for the sweeper.

    Takes back what vanished workers held, sends again what nobody works on, closes what is over. Safe to repeat, and
    while workers run: what is under way is left alone.
    """
    antiphon = open_antiphon()
    job_id = antiphon.jobs.find(antiphon.tenant, job)
    side = WorkerSide(antiphon, places=1)
    repairer = Repairer(store=antiphon.store, sweeper=side.sweeper)
    if has_worker(antiphon):
        done = repairer.repair(antiphon.tenant, job_id)
        if not antiphon.settings.is_embedded:
            _send_everything(side)
    else:
        with only_driver(antiphon, job_id):
            take_over(antiphon, job_id)
            done = repairer.repair(antiphon.tenant, job_id)
    status = antiphon.jobs.get(antiphon.tenant, job_id).job.status
    if as_json:
        print_json({"id": job_id, "status": status.value, "done": done})
        return
    for each in done or ["nothing had to be done"]:
        say(f"job {job_id}: {each}")
    if not status.is_end:
        going_on = "workers go on" if has_worker(antiphon) else f"`antiphon jobs resume {job_id}` goes on with it"
        say(f"job {job_id}: {status}; {going_on}")


@click.command()
@click.option("--once", is_flag=True, help="One round, and end; without it, until SIGTERM or Ctrl-C.")
def sweep(*, once: bool) -> None:
    """
    Do the work of a worker's relay and sweeper, without running items.

    Sends what is committed and not sent, takes back what vanished workers held, closes what is over. Every worker does
    this by itself; use it where no worker may run, or from a timer.
    """
    antiphon = open_antiphon()
    if antiphon.settings.is_embedded:
        raise BrokenSettings(
            "no broker is set, so nothing can be sent for others to run; `antiphon jobs resume JOB` goes on with a job"
        )
    side = WorkerSide(antiphon, places=1)
    if once:
        say(f"looked after {_round(side)} jobs")
        return
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with side.loops().running():
        stop.wait()


def _round(side: WorkerSide) -> int:
    _send_everything(side)
    looked_after = side.sweeper.sweep()
    _send_everything(side)
    return looked_after


def _send_everything(side: WorkerSide) -> None:
    while side.relay.run_once():
        pass
