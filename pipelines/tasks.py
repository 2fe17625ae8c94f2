"""
The Celery tasks: translation, no rules. Each gets the service, calls one move, and returns ids.

Tasks are made by `register`, for one application and one set of services, so that nothing here imports an adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from types import TracebackType

import structlog
from attrs import field, frozen
from celery import Celery
from celery.app.task import Task
from celery.exceptions import Reject, Retry
from structlog.contextvars import bind_contextvars

from domain.jobs.collection import Collector
from domain.jobs.errors import InvalidInput, NotFound, ServiceUnavailable, TransientFailure, WorkerStopping
from domain.jobs.execution import Executor
from domain.jobs.item import ItemNo
from domain.jobs.job import JobId
from domain.jobs.opening import Opener
from domain.jobs.planning import Planner
from domain.jobs.request_key import IdempotencyKey
from domain.organizations.foreign_messages import ForeignMessages
from domain.schedules.answering import Answer, TickAnswers
from domain.tenancy import TenantContext
from domain.test_execution.ports import TestSets
from domain.test_execution.test_set import ConfigurationId
from domain.tracing import NO_SPANS, SpanKind, Spans
from pipelines import names
from pipelines.headers import current_origin, current_tenant
from pipelines.loops import OnTrouble, log_only

log = structlog.get_logger(__name__)

STORE_PAUSE_S = 5.0
"""How long a message waits when the database can't be reached."""


@frozen(kw_only=True)
class TaskServices:
    """What the tasks call; built inside the worker process. *openers*: by the task's name."""

    planner: Planner
    executor: Executor
    collector: Collector
    test_sets: TestSets
    openers: Mapping[str, Opener]
    sync_all: Callable[[TenantContext], Mapping[str, object]]
    foreign: ForeignMessages
    ticks: TickAnswers


def nobody_counts(_task: str) -> None:
    """Leave a message that was handed out again uncounted."""


def register(
    app: Celery,
    services: Callable[[], TaskServices],
    *,
    store_pause_s: float = STORE_PAUSE_S,
    countdown: Callable[[float], float] = float,
    on_trouble: OnTrouble = log_only,
    spans: Spans = NO_SPANS,
    on_redelivered: Callable[[str], None] = nobody_counts,
) -> None:
    """
    Make every task of Antiphon in *app*; *services* is asked at the first task, not before.

    *countdown* turns a wait, in seconds, into one the broker can keep. *on_trouble* hears of each service that a task
    has to wait for. *spans* records each task, as part of the trace that its message names;
    *on_redelivered* hears the name of a task whose message was handed out before.
    """
    boundary = partial(
        _Boundary,
        pause_s=store_pause_s,
        countdown=countdown,
        on_trouble=on_trouble,
        spans=spans,
        on_redelivered=on_redelivered,
        foreign=lambda: services().foreign,
    )
    for family in names.FAMILIES.values():
        _register_family(app, services, family, boundary)
    _register_examples(app, services)


def _register_family(
    app: Celery, services: Callable[[], TaskServices], family: names.FamilyTasks, boundary: partial[_Boundary]
) -> None:
    @app.task(name=family.start, bind=True, shared=False, max_retries=None)
    def start(task: Task, job_id: str = "", **ids: str) -> dict[str, object]:
        with boundary(task, job_id or "+".join(ids.values())):
            if not job_id:
                return {"job": _opened(services(), task, ids)}
            services().planner.start(current_tenant(), JobId(job_id), task_id=task.request.id)
        return {"job": job_id or None}

    @app.task(name=family.execute, bind=True, shared=False, max_retries=None)
    def execute(task: Task, job_id: str = "", numbers: Sequence[int] = (), **ids: str) -> dict[str, object]:
        settled: list[list[object]] = []
        with boundary(task, job_id or "+".join(ids.values())) as bounds:
            if not job_id:
                return {"job": _opened(services(), task, ids)}
            done = services().executor.execute(current_tenant(), JobId(job_id), [ItemNo(no) for no in numbers])
            if done.waiting:
                try:
                    raise task.retry(args=(job_id, list(done.waiting)), countdown=bounds.countdown(done.wait_s))
                except Reject:  # the broker did not take it, and Celery would drop the message
                    services().collector.hand_back(current_tenant(), JobId(job_id), done.waiting)
            settled = [[no, state] for no, state in done.settled]
        return {"job": job_id, "items": settled}

    @app.task(name=family.collect, bind=True, shared=False, max_retries=None)
    def collect(task: Task, job_id: str, shard: int) -> dict[str, object]:
        with boundary(task, job_id):
            services().collector.collect(current_tenant(), JobId(job_id), shard)
        return {"job": job_id, "shard": shard}


def _opened(services: TaskServices, task: Task, ids: Mapping[str, str]) -> JobId | None:
    """
    Accept the job that the task was called for, by ids in place of a job; None: a tick's, that was refused.

    Raises:
        InvalidInput: the task is none that a job can be opened by.
    """
    tenant = current_tenant()

    def open_job() -> JobId:
        opener = services.openers.get(task.name)
        if opener is None:
            raise InvalidInput(f"{task.name} opens no job: call it with the id of one")
        return opener(tenant, ids, IdempotencyKey(f"task:{task.request.id}"))

    return _answered(services, task, open_job).job_id


def _answered(services: TaskServices, task: Task, move: Callable[[], JobId | None]) -> Answer:
    """Make the move, for a tick only once; a tick that comes to nothing is no error, and says so in the log."""
    answer = services.ticks.carry_out(current_tenant(), task.request.id, move)
    if answer.refusal:
        log.info("a schedule's tick started nothing", task=task.name, reason=answer.refusal)
    return answer


def plain_task(
    app: Celery, services: Callable[[], TaskServices], name: str
) -> Callable[[Callable[..., dict[str, object]]], None]:
    """Return what makes a task of a function that needs no job; a schedule learns that its tick has run."""

    def make(function: Callable[..., dict[str, object]]) -> None:
        @app.task(name=name, bind=True, shared=False)
        def run(task: Task, *words: object, **arguments: object) -> dict[str, object]:
            found: dict[str, object] = {}
            _answered(services(), task, lambda: found.update(function(*words, **arguments)))
            return found

    return make


def _register_examples(app: Celery, services: Callable[[], TaskServices]) -> None:
    @plain_task(app, services, names.ECHO)
    def echo(text: str) -> dict[str, object]:
        return {"text": text, "organization": current_tenant().organization_id}

    @plain_task(app, services, names.COUNT_TEST_SETS)
    def count_test_sets() -> dict[str, object]:
        return {"test_sets": services().test_sets.count(current_tenant())}

    @plain_task(app, services, names.SYNC_ALL)
    def sync_all_documentation_sources() -> dict[str, object]:
        return dict(services().sync_all(current_tenant()))

    @plain_task(app, services, names.GET_TEST_CONFIGURATION)
    def get_test_configuration(configuration_id: str) -> dict[str, object]:
        found = services().test_sets.configuration(current_tenant(), ConfigurationId(configuration_id))
        return found.document()


@frozen
class _Boundary:
    """
    Turns what the kernel raises into what Celery does, so that no task of a chord ever fails because of the world.

    A store or source that is away: the message waits and comes again. A job that is not there (any more, or not for
    this organization): the message is dropped, and said so; a job of another organization tells its owner.
    """

    task: Task
    job_id: str
    pause_s: float
    countdown: Callable[[float], float]
    on_trouble: OnTrouble
    spans: Spans
    on_redelivered: Callable[[str], None]
    foreign: Callable[[], ForeignMessages]
    _open: ExitStack = field(factory=ExitStack, init=False)

    def __enter__(self) -> _Boundary:
        bind_contextvars(job=self.job_id)
        if (self.task.request.delivery_info or {}).get("redelivered"):
            self.on_redelivered(self.task.name)
        attributes = {"antiphon.job": self.job_id, "antiphon.task_id": str(self.task.request.id)}
        span = self.spans.span(
            self.task.name, kind=SpanKind.CONSUMER, trace=current_origin().trace, attributes=attributes
        )
        self._open.enter_context(span)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> bool:
        if isinstance(error, Retry):  # to come again is no failure
            self._open.close()
        else:
            self._open.__exit__(kind, error, where)
        if isinstance(error, WorkerStopping):
            raise self.task.retry(countdown=self.countdown(self.pause_s)) from error
        if isinstance(error, ServiceUnavailable | TransientFailure):
            log.warning("a task waits for a service", task=self.task.name, job=self.job_id, error=str(error))
            self.on_trouble(error)
            asked = error.retry_after_s if isinstance(error, TransientFailure) else None
            pause_s = self.pause_s if asked is None else asked
            raise self.task.retry(countdown=self.countdown(pause_s)) from error
        if isinstance(error, NotFound):
            self._drop()
            return True
        return False

    def _drop(self) -> None:
        owner = None
        try:
            owner = self.foreign().note(current_tenant(), JobId(self.job_id), task=self.task.name)
        except ServiceUnavailable as error:
            log.warning("nobody could be told of a message that was dropped", task=self.task.name, error=str(error))
        if owner is None:
            log.warning("a message for an unknown job was dropped", task=self.task.name, job=self.job_id)
        else:
            log.error(
                "a message for another organization's job was refused",
                task=self.task.name,
                job=self.job_id,
                owner=owner,
                organization=current_tenant().organization_id,
            )
