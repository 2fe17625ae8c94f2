"""A library that syncs places: the family with its real kernel, a scripted model, and what readers see afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from attrs import define, evolve, field

from adapters.identifiers import UuidSource
from adapters.memory.library import MemoryLibrary
from adapters.memory.limits import MemoryCells, MemoryLimiter
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.store import MemoryStore
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.ingesting import Ingesting
from domain.embedding.library_document import LibraryDocument
from domain.embedding.ports import Library
from domain.embedding.source_service import DocumentationSources
from domain.embedding.sync import DocumentationSync
from domain.embedding.sync_counts import SyncCounts, SyncReports
from domain.embedding.sync_service import Syncs
from domain.jobs.errors import TransientFailure
from domain.jobs.job import Job
from domain.limits.breaker import BreakerRules
from domain.limits.doors import Doors
from domain.limits.permits import PermitsInHand
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext
from tests.contract.building import US, KernelStore
from tests.contract.ingesting_documents import MODEL, ScriptedEmbedders, ingesting_into, use
from tests.contract.opening_sources import ENVIRONMENT, Opening
from tests.contract.source_places import Place
from tests.contract.troubled_sources import Trouble, TroubledSources
from tests.kernel.world import Kernel


class GivenEnvironment:
    """`Environments` of a test."""

    def of(self, tenant: TenantContext) -> Mapping[str, str]:
        """Return the credentials of the places."""
        _ = tenant
        return ENVIRONMENT


@define(eq=False, slots=False)
class Syncing:
    """One installation with one place as its source; *store* and *library* belong together."""

    opening: Opening
    place: Place
    store: KernelStore = field(factory=MemoryStore)
    library: Library = field(init=False)
    embedders: ScriptedEmbedders = field(factory=ScriptedEmbedders)
    trouble: Trouble = field(factory=Trouble)
    source: DocumentationSource = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.library = _library_of(self.store)
        use(self.library, MODEL)
        self.source = self.sources.add(US, "handbook", self.place.settings)

    @cached_property
    def family(self) -> DocumentationSync:
        """The family, as it is put together for a worker."""
        permits = PermitsInHand(limiter=MemoryLimiter(), lease_s=30)
        return DocumentationSync(
            library=self.library,
            sources=TroubledSources(inner=self.opening.sources, trouble=self.trouble),
            environments=GivenEnvironment(),
            ingesting=self.ingesting,
            doors=Doors(permits=permits, cells=MemoryCells(), process="test", rules=BreakerRules(strikes=0)),
            store=self.store,
            clock=self.kernel.clock,
            ids=UuidSource(),
            sleep=lambda _: None,
        )

    @cached_property
    def ingesting(self) -> Ingesting:
        """What brings documents into the library."""
        return ingesting_into(self.library, self.embedders)

    @cached_property
    def kernel(self) -> Kernel:
        """Everything that runs jobs."""
        return _SyncKernel(store=self.store, syncing=self)

    @cached_property
    def sources(self) -> DocumentationSources:
        """The sources, for those who look after them."""
        return DocumentationSources(
            library=self.library,
            sources=self.opening.sources,
            store=self.store,
            clock=self.kernel.clock,
            ids=UuidSource(),
            audit=self.audit,
        )

    @cached_property
    def syncs(self) -> Syncs:
        """Syncs, for those who start them."""
        return Syncs(jobs=self.kernel.jobs, library=self.library, sources=self.sources, audit=self.audit)

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(directory=MemoryDirectory(), clock=self.kernel.clock, ids=UuidSource())

    def sync(self, **words: Any) -> SyncCounts:
        """Sync to the end, and return its numbers."""
        job = self.syncs.start(US, self.source.id, **words)
        self.run()
        return self.counts(job)

    def run(self) -> None:
        """Let the worker do what lies in the broker; waits are over at once."""
        self.kernel.run()

    def run_for(self, *, minutes: int) -> None:
        """Let time pass a minute at a time, for what is asked again later."""
        for _ in range(minutes):
            with suppress(TransientFailure):  # the task goes back to the broker
                self.kernel.run()
            self.kernel.clock.advance(60)
            self.kernel.sweeper.sweep()
        self.kernel.run()

    def job(self) -> Job:
        """Return the newest sync."""
        return self.sources.newest_syncs(US, [self.source.id])[self.source.id]

    def counts(self, job: Job | None = None) -> SyncCounts:
        """Return a sync's numbers, after a look at whether they add up."""
        found = self.kernel.job((job or self.job()).id)
        counts = SyncReports(store=self.store).counts(US, [found])[found.id]
        if found.status.is_end and counts.total is not None:
            assert counts.processed == counts.total
        return counts

    def remove(self, location: str) -> None:
        """Take a document out of the library, as a person does."""
        with self.library.begin(US) as work:
            document = work.documents.at(self.source.id, location, lock=True)
            assert document is not None
            work.documents.put(evolve(document, removed_at=self.kernel.clock.now()))
            work.commit()

    def documents(self) -> dict[str, LibraryDocument]:
        """Return what the library has of the source, removed ones too, by location."""
        with self.library.view(US) as work:
            return {found.location: found for found in work.documents.of_source(self.source.id, limit=1000)}

    def read(self) -> dict[str, str]:
        """Return what readers see: texts whose every chunk has a vector, by location."""
        found: dict[str, str] = {}
        with self.library.view(US) as work:
            for document in work.documents.of_source(self.source.id, limit=1000):
                if document.removed_at is None and document.generation:
                    chunks = work.chunks.of(document.id, document.generation)
                    hashes = {one.text_hash for one in chunks}
                    assert hashes <= set(work.vectors.known(MODEL.fingerprint, list(hashes)))
                    found[document.location] = work.texts.get(document.id, document.generation)
        return found


@define(eq=False, slots=False, kw_only=True)
class _SyncKernel(Kernel):
    """The kernel with the family of a `Syncing`, which needs the kernel's clock itself."""

    syncing: Syncing

    @property
    def families(self) -> dict[str, Any]:
        """The one family there is."""
        return {self.syncing.family.kind: self.syncing.family}


def _library_of(store: KernelStore) -> Library:
    if isinstance(store, MemoryStore):
        return MemoryLibrary(store)
    from adapters.database.library import SqlLibrary
    from adapters.database.store import SqlStore

    assert isinstance(store, SqlStore)
    return SqlLibrary(store.engine)
