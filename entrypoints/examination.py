"""Examining an installation: services, workers, queues, what waits to be sent, and every job that has not ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from adapters.database.connection import connected
from adapters.database.isolation import look_for_escapes
from adapters.database.overview import SqlOverviews
from adapters.database.vector_index import is_set_up
from domain.jobs.diagnosis import Finding, diagnose
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import JobId
from domain.jobs.relaying import LONGEST_POSTPONE_S, system_context
from domain.tenancy import OrganizationId
from entrypoints.container import Antiphon
from entrypoints.driving import is_driven
from entrypoints.worker_side import WorkerSide, broker_settings

ASK_S = 2.0
ASK_AGAIN_S = 8.0
"""Before a queue is said to be served by nobody: a worker whose machine is busy may need longer to answer."""
JOBS_READ = 100

QueuesServed = Mapping[str, Sequence[Mapping[str, object]]]
"""Of each worker that answered, by name: what Celery says of its queues."""


def examine(antiphon: Antiphon) -> Iterator[Finding]:
    """Yield what is found in the whole installation; the database has been opened, so it is there and up to date."""
    yield Finding(about="database", what="it answers, and its tables are of this version", is_problem=False)
    for escape in look_for_escapes(antiphon.engine):
        yield Finding(
            about="isolation",
            what=escape,
            next="compare with a database of `antiphon db upgrade`; until then organizations may see each other's rows",
        )
    if not antiphon.settings.is_embedded:
        yield _vectors(antiphon)
        yield _outbox(antiphon)
        yield from _services(antiphon)
    active = antiphon.store.active_jobs()
    for organization_id, job_id in active[:JOBS_READ]:
        yield from examine_job(antiphon, job_id, organization_id=organization_id)
    if len(active) > JOBS_READ:
        yield Finding(about="jobs", what=f"{len(active) - JOBS_READ} more jobs were not looked at", is_problem=False)


def examine_job(antiphon: Antiphon, job_id: JobId, *, organization_id: OrganizationId) -> Iterator[Finding]:
    """Yield what is found of one job."""
    with antiphon.store.view(system_context(organization_id)) as work:
        job = work.jobs.get(job_id)
        found = diagnose(work, job, now=antiphon.clock.now(), resend_after_s=antiphon.settings.resend_after_s)
    if not job.status.is_end and not is_driven(antiphon, job_id):
        yield Finding(
            about=f"job {job_id}",
            what="it was interrupted, and no process is at work on it",
            next=f"nothing, until `antiphon jobs resume {job_id}` goes on with it",
        )
        return
    yield from found


def _vectors(antiphon: Antiphon) -> Finding:
    with connected(antiphon.engine, tenant=antiphon.tenant.organization_id, reads=True) as connection:
        if is_set_up(connection):
            return Finding(about="library", what="its vectors are searched by pgvector", is_problem=False)
    what = "its vectors are compared one by one; `antiphon db vectors` sets up pgvector, if large ones are slow"
    return Finding(about="library", what=what, is_problem=False)


def _outbox(antiphon: Antiphon) -> Finding:
    unsent = SqlOverviews(antiphon.engine).look().unsent
    if unsent.since is None:
        return Finding(about="outbox", what="no message waits to be sent", is_problem=False)
    age_s = (antiphon.clock.now() - unsent.since).total_seconds()
    return Finding(
        about="outbox",
        what=f"{unsent.count} messages wait to be sent, the oldest for {age_s:.0f} s",
        next="any worker's relay sends them, when one runs and reaches the broker",
        is_problem=age_s > LONGEST_POSTPONE_S,
    )


def _services(antiphon: Antiphon) -> Iterator[Finding]:
    from pipelines.services import ask_broker, ask_results, queue_lengths, services_problems

    broker = broker_settings(antiphon.settings)
    waits = "jobs are accepted meanwhile, and go on when it is back"
    broker_answers = True
    for name, ask in (("broker", ask_broker), ("result store", ask_results)):
        trouble = _trouble(lambda ask=ask: ask(broker, timeout_s=ASK_S))  # type: ignore[misc]  # bound for this round
        if trouble:
            broker_answers = broker_answers and name != "broker"
            yield Finding(about=name, what=trouble, next=waits, is_away=True)
        else:
            yield Finding(about=name, what="it answers", is_problem=False)
    for problem in services_problems(broker, timeout_s=ASK_S):
        yield Finding(about="settings", what=problem, next="workers refuse to start")
    if broker_answers:
        yield from _queues(antiphon)
        for queue, length in queue_lengths(broker, timeout_s=ASK_S).items():
            if length:
                yield Finding(about=f"queue {queue}", what=f"{length} messages wait in it", is_problem=False)


def _queues(antiphon: Antiphon) -> Iterator[Finding]:
    from pipelines.names import DEFAULT, FAMILIES

    side = WorkerSide(antiphon, places=1)
    wanted = {DEFAULT, *(family.queue for family in FAMILIES.values())}
    answers = answers_of_workers(lambda time_s: side.app.control.inspect(timeout=time_s).active_queues(), wanted)
    yield Finding(about="workers", what=f"{len(answers)} answer", is_problem=False)
    for queue in sorted(wanted - _served(answers)):
        yield Finding(
            about=f"queue {queue}",
            what="no worker serves it",
            next="what is sent there waits; start `antiphon worker` for it or for all queues",
        )


def answers_of_workers(ask: Callable[[float], QueuesServed | None], wanted: Set[str]) -> QueuesServed:
    """Return the queues that each worker serves; they are asked again, for longer, if that leaves out some *wanted*."""
    answers = ask(ASK_S) or {}
    return answers if wanted <= _served(answers) else {**answers, **(ask(ASK_AGAIN_S) or {})}


def _served(answers: QueuesServed) -> set[str]:
    return {str(queue["name"]) for queues in answers.values() for queue in queues}


def _trouble(ask: Callable[[], object]) -> str | None:
    try:
        ask()
    except ServiceUnavailable as error:
        return str(error)
    return None
