"""The documentation sources of an organization, looked after beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.embedding.library_document import SourceId
from domain.jobs.service import JobService
from domain.tenancy import TenantContext
from entrypoints.api.documents.documentation_sources import (
    DryRunDocument,
    NewSource,
    QueuedSyncs,
    RestoredDocuments,
    SourceChange,
    SourceDocument,
    SyncWords,
    changed_settings,
    dry_run_document,
    queued_syncs,
    settings_of,
)
from entrypoints.api.documents.jobs import JobDocument, job_document
from entrypoints.library_sources import SourceServices, shown_source, shown_sources


@frozen(kw_only=True)
class LocalDocumentationSources:
    """`DocumentationSources` of this machine's database."""

    services: SourceServices
    jobs: JobService
    tenant: TenantContext

    def all(self) -> list[SourceDocument]:
        return shown_sources(self.services, self.tenant, self.services.sources.all(self.tenant))

    def get(self, source: str) -> SourceDocument:
        return shown_source(self.services, self.tenant, self.services.sources.find(self.tenant, source))

    def add(self, words: NewSource) -> SourceDocument:
        added = self.services.sources.add(self.tenant, words.name, settings_of(words), is_trusted=words.trusted)
        return shown_source(self.services, self.tenant, added)

    def change(self, source: str, words: SourceChange) -> SourceDocument:
        service = self.services.sources
        found = service.find(self.tenant, source)
        settings = changed_settings(found.settings, words)
        changed = service.change(self.tenant, found.id, settings=settings, is_trusted=words.trusted)
        return shown_source(self.services, self.tenant, changed)

    def remove(self, source: str) -> None:
        self.services.sources.remove(self.tenant, self._id(source))

    def sync(self, source: str, words: SyncWords) -> JobDocument:
        job = self.services.syncs.start(self.tenant, self._id(source), confirms_deletions=words.confirm_deletions)
        return job_document(self.jobs.get(self.tenant, job.id))

    def sync_all(self) -> QueuedSyncs:
        return queued_syncs(self.services.syncs.start_all(self.tenant))

    def dry_run(self, source: str) -> DryRunDocument:
        return dry_run_document(self.services.dry_runs.of(self.tenant, self._id(source)))

    def undo_deletions(self, source: str) -> RestoredDocuments:
        return RestoredDocuments(restored=self.services.syncs.undo_deletions(self.tenant, self._id(source)))

    def _id(self, source: str) -> SourceId:
        return self.services.sources.find(self.tenant, source).id
