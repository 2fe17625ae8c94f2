"""
The family of syncs: LIST and PLAN happen while the plan is written, FETCH, PARSE, CHUNK, EMBED and SWAP in an item for
each document that may have changed, PRUNE in items that wait for all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from attrs import field, frozen

from domain.embedding.documentation_source import DocumentationSource, SourceKind
from domain.embedding.ending import Ending
from domain.embedding.ingesting import Ingesting
from domain.embedding.pacing import HostPace, patient
from domain.embedding.ports import Library
from domain.embedding.source_ports import Sources
from domain.embedding.source_rows import counted, known_documents, removed
from domain.embedding.sync_counts import SKIPPED, verdict
from domain.embedding.sync_items import planned_items, step_of
from domain.embedding.sync_plan import Delete, Leave, Skip, Take, steps_of
from domain.embedding.sync_rows import SyncRows
from domain.embedding.sync_spec import KIND, SyncSpec
from domain.embedding.taking import Taking
from domain.jobs.admission import Admission, OpenDoor
from domain.jobs.errors import NotFound
from domain.jobs.family import Keep
from domain.jobs.item import Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.ports import Clock, IdSource, Store
from domain.limits.doors import Doors
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext


@frozen(kw_only=True, eq=False)
class SyncRunner:
    """Runs the items of one sync in one process."""

    taking: Taking
    ending: Ending
    admission: Admission

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Do one step; what is known to be unchanged needs none."""
        step = step_of(item.input)
        if isinstance(step, Take):
            return self.taking.take(step, deadline_s=deadline_s, keep=keep)
        if isinstance(step, Skip):
            return Outcome(state=ItemState.SKIPPED, verdict=verdict(SKIPPED, count=step.count))
        return self.ending.delete(item, step) if isinstance(step, Delete) else self.ending.finish(step)


@frozen(kw_only=True)
class DocumentationSync:
    """The family; *sleep* is how a listing waits for its next request."""

    library: Library
    sources: Sources
    environments: Environments
    ingesting: Ingesting
    doors: Doors
    store: Store
    clock: Clock
    ids: IdSource
    sleep: Callable[[float], object] = field(repr=False)
    kind: ClassVar[str] = KIND
    allows_empty_plan: ClassVar[bool] = True

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """
        List the source, and yield what there is to do.

        Raises:
            TransientFailure, PermanentFailure: the source can't be listed; then nothing of it is believed.
        """
        spec = SyncSpec.from_document(job.spec)
        source = self._source(tenant, spec)
        pace = patient(HostPace.of_job(self.doors, job), sleep=self.sleep)
        reader = self.sources.open(source, environment=self.environments.of(tenant), pace=pace)
        leave = Leave(confirmed=spec.confirms_deletions, is_held=source.holds_deletions)
        known = known_documents(self.library, tenant, source.id)
        try:
            steps = steps_of(known, counted(source, reader.entries()), leave=leave)
            yield from planned_items(steps, now=self.clock.now())
        finally:
            reader.close()

    def prepare(self, tenant: TenantContext, job: Job) -> SyncRunner:
        """Open the source for the items of the job."""
        source = self._source(tenant, SyncSpec.from_document(job.spec))
        pace = HostPace.of_job(self.doors, job)
        admission: Admission = OpenDoor()
        if source.settings.kind is SourceKind.SITEMAP:
            admission = pace.door_of(source.settings.location)
        reader = self.sources.open(source, environment=self.environments.of(tenant), pace=pace)
        rows = SyncRows(store=self.store, tenant=tenant, job_id=job.id)
        return SyncRunner(
            taking=Taking(
                tenant=tenant,
                source=source,
                reader=reader,
                library=self.library,
                ingesting=self.ingesting,
                clock=self.clock,
                ids=self.ids,
            ),
            ending=Ending(tenant=tenant, source=source, library=self.library, rows=rows, clock=self.clock),
            admission=admission,
        )

    def _source(self, tenant: TenantContext, spec: SyncSpec) -> DocumentationSource:
        with self.library.view(tenant) as work:
            try:
                return work.sources.get(spec.source_id)
            except NotFound as error:
                raise removed(spec.source_name) from error
