"""A broker that keeps its messages in a list, so that the test decides which arrive, when, and how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import define, field, frozen

from domain.jobs.events import RunTask
from domain.jobs.item import ItemNo
from domain.jobs.job import Job, JobId
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class StartTask:
    """The message that has a job's plan written."""

    tenant: TenantContext
    job_id: JobId


@frozen(kw_only=True)
class ItemsTask:
    """The message that has items run: one header task of a shard's chord."""

    tenant: TenantContext
    job_id: JobId
    shard: int
    numbers: tuple[ItemNo, ...]


@frozen(kw_only=True)
class CollectTask:
    """The message that has a shard collected: the body of its chord."""

    tenant: TenantContext
    job_id: JobId
    shard: int


Task = StartTask | ItemsTask | CollectTask


def _takes_everything() -> None:
    return None


@define(eq=False)
class RecordingBroker:
    """
    `Dispatcher` whose queue is *messages*.

    *before* and *after* are called around each send and may raise what a broker raises: refused before it took the
    messages, or cut off when it had taken them already.
    """

    messages: list[Task] = field(factory=list)
    before: Callable[[], None] = _takes_everything
    after: Callable[[], None] = _takes_everything

    def start(self, tenant: TenantContext, job: Job) -> None:
        """Queue the job's start task."""
        self._take([StartTask(tenant=tenant, job_id=job.id)])

    def send(self, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]) -> None:
        """Queue a task for each chunk, and the collection of the shard."""
        header = [ItemsTask(tenant=tenant, job_id=job.id, shard=shard, numbers=tuple(chunk)) for chunk in chunks]
        self._take([*header, CollectTask(tenant=tenant, job_id=job.id, shard=shard)])

    def run(self, tenant: TenantContext, command: RunTask) -> None:  # noqa: ARG002  # no schedule runs here
        """Refuse: the kernel's own suites have no schedules."""
        raise AssertionError(f"{command.task} was sent, and nothing here asks for it")

    def take_all(self) -> list[Task]:
        """Return all messages, and keep none."""
        taken, self.messages = self.messages, []
        return taken

    def _take(self, messages: Sequence[Task]) -> None:
        self.before()
        self.messages.extend(messages)
        self.after()
