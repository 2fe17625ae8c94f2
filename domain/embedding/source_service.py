"""The documentation sources of organizations, for those who look after them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from domain.embedding.documentation_source import DocumentationSource, SourceSettings, checked_name, checked_settings
from domain.embedding.library_document import SourceId
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.source_errors import unknown_source
from domain.embedding.source_ports import Sources
from domain.embedding.sync_spec import KIND
from domain.jobs.errors import Conflict
from domain.jobs.job import Job
from domain.jobs.ports import Clock, IdSource, Store
from domain.jobs.subjects import at_work_on, look_or_cancel
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext

MOST_SOURCES = 500
PAGE = 1000


@frozen(kw_only=True)
class DocumentationSources:
    """Adds, changes and removes sources; what is done stands in the audit log."""

    library: Library
    sources: Sources
    store: Store
    clock: Clock
    ids: IdSource
    audit: AuditLog

    def add(
        self, tenant: TenantContext, name: str, settings: SourceSettings, *, is_trusted: bool = False
    ) -> DocumentationSource:
        """
        Store a source; nothing is read of it before its first sync.

        Raises:
            InvalidInput: a word that can't be so, or a place that the operator does not allow.
            Conflict: there is one of this name, or too many.
        """
        self.sources.check(checked_settings(settings))
        source = DocumentationSource(
            id=SourceId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            name=checked_name(name),
            settings=settings,
            is_trusted=is_trusted,
            made_by=tenant.user_id,
            made_at=self.clock.now(),
        )
        with self.library.begin(tenant) as work:
            if len(work.sources.all()) >= MOST_SOURCES:
                raise Conflict(f"the organization has {MOST_SOURCES} sources, the most there may be; remove one first")
            work.sources.add(source)
            self._note(work, tenant, "documentation_source.added", source)
            work.commit()
        return source

    def all(self, tenant: TenantContext) -> Sequence[DocumentationSource]:
        """Return the sources, by name."""
        with self.library.view(tenant) as work:
            return work.sources.all()

    def find(self, tenant: TenantContext, words: str) -> DocumentationSource:
        """
        Return the source that *words* name: its name, or its id.

        Raises:
            NotFound: there is none.
        """
        with self.library.view(tenant) as work:
            found = work.sources.named(words)
            if found is None:
                found = next((source for source in work.sources.all() if source.id == words), None)
        if found is None:
            raise unknown_source(words)
        return found

    def change(
        self,
        tenant: TenantContext,
        source_id: SourceId,
        *,
        settings: SourceSettings | None = None,
        is_trusted: bool | None = None,
    ) -> DocumentationSource:
        """
        Change how a source is read, or whether it is trusted; what it brought already stays as it was decided.

        Raises:
            InvalidInput: as for `add`.
            NotFound: there is none of this id.
            Conflict: it is being synced.
        """
        if settings is not None:
            self.sources.check(checked_settings(settings))
        self.refuse_while_active(tenant, source_id)
        with self.library.begin(tenant) as work:
            source = work.sources.get(source_id, lock=True)
            changed = evolve(
                source,
                settings=settings or source.settings,
                is_trusted=source.is_trusted if is_trusted is None else is_trusted,
            )
            work.sources.put(changed)
            self._note(work, tenant, "documentation_source.changed", changed)
            work.commit()
        return changed

    def remove(self, tenant: TenantContext, source_id: SourceId) -> int:
        """
        Forget a source, and take its documents out of the library; return how many these were.

        Added again, it costs no embedding: vectors are kept by their text.

        Raises:
            NotFound: there is none of this id.
            Conflict: it is being synced.
        """
        self.refuse_while_active(tenant, source_id)
        now, removed = self.clock.now(), 0
        with self.library.begin(tenant) as work:
            source = work.sources.get(source_id, lock=True)
            after = ""
            while page := work.documents.of_source(source_id, after=after, limit=PAGE):
                for document in page:
                    if document.removed_at is None:
                        work.documents.put(evolve(document, removed_at=now, updated_at=now))
                        removed += 1
                after = page[-1].location
            work.sources.put(evolve(source, removed_at=now))
            self._note(work, tenant, "documentation_source.removed", source)
            work.commit()
        return removed

    def newest_syncs(self, tenant: TenantContext, source_ids: Sequence[SourceId]) -> dict[SourceId, Job]:
        """Return the newest job that synced each source, asked for once; one that never was has none."""
        with self.store.view(tenant) as work:
            found = work.jobs.newest(kind=KIND, subjects=source_ids)
        return {source_id: found[source_id] for source_id in source_ids if source_id in found}

    def refuse_while_active(self, tenant: TenantContext, source_id: SourceId) -> None:
        """
        Return when nobody syncs the source.

        Raises:
            Conflict: somebody does.
        """
        with self.store.view(tenant) as work:
            job = at_work_on(work.jobs, kind=KIND, subject=source_id)
        if job is not None:
            raise Conflict(f"the source is being synced (job {job.id}); wait for its end {look_or_cancel(job.id)}")

    def _note(self, work: LibraryUnitOfWork, tenant: TenantContext, action: str, source: DocumentationSource) -> None:
        """Store who did it; the place without its query, where a token of somebody's may stand."""
        details = {"kind": source.settings.kind.value, "location": source.settings.location.partition("?")[0]}
        self.audit.note(work, tenant, action=action, subject=f"source {source.name}", details=details)
