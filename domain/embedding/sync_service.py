"""Syncs for those who start them: of one source, of all, and the way back from deletions."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.ingesting import NO_MODEL
from domain.embedding.library_document import SourceId
from domain.embedding.ports import Library
from domain.embedding.source_service import PAGE, DocumentationSources
from domain.embedding.sync_spec import KIND, OPTIONS, SyncSpec
from domain.jobs.errors import AlreadyRunning, Conflict
from domain.jobs.job import Job, JobId
from domain.jobs.opening import only_id
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class SyncedAll:
    """What a sync of all started: jobs that were *queued*, by source; and sources *skipped*, as one runs already."""

    queued: Mapping[str, JobId]
    skipped: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return it as JSON."""
        return {"queued": dict(self.queued), "skipped": list(self.skipped)}


@frozen(kw_only=True)
class Syncs:
    """Starts syncs, and undoes what they deleted."""

    jobs: JobService
    library: Library
    sources: DocumentationSources
    audit: AuditLog

    def start(
        self,
        tenant: TenantContext,
        source_id: SourceId,
        *,
        confirms_deletions: bool = False,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a sync of a source.

        Raises:
            NotFound: there is no such source.
            Conflict: no embedding model is in use.
            AlreadyRunning: the source is being synced.
        """
        with self.library.view(tenant) as work:
            source = work.sources.get(source_id)
            if work.models.in_use() is None:
                raise Conflict(NO_MODEL)
        return self._submit(tenant, source, confirms=confirms_deletions, key=idempotency_key)

    def open(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a sync of the source `source_id`, or of the one called `source` (`Opener`).

        Raises: as `start`, and InvalidInput for other ids.
        """
        return self.start(tenant, self._meant(tenant, ids), idempotency_key=key).id

    def check(self, tenant: TenantContext, ids: Mapping[str, str]) -> None:
        """
        Look whether the source that `open` would sync is there.

        Raises:
            InvalidInput: other ids than these.
            NotFound: there is no such source.
        """
        source_id = self._meant(tenant, ids)
        with self.library.view(tenant) as work:
            work.sources.get(source_id)

    def _meant(self, tenant: TenantContext, ids: Mapping[str, str]) -> SourceId:
        if "source" in ids:
            return self.sources.find(tenant, only_id(ids, "source")).id
        return SourceId(only_id(ids, "source_id"))

    def start_all(self, tenant: TenantContext, *, idempotency_key: IdempotencyKey | None = None) -> SyncedAll:
        """
        Accept a sync of each source that has none; the same key again finds the same jobs.

        Whether one runs is not looked up first: the unique index refuses a second one.

        Raises:
            Conflict: no embedding model is in use.
        """
        with self.library.view(tenant) as work:
            found = work.sources.all()
            if found and work.models.in_use() is None:
                raise Conflict(NO_MODEL)
        queued: dict[str, JobId] = {}
        skipped: list[str] = []
        for source in found:
            own = IdempotencyKey(f"{idempotency_key.key}:{source.id}") if idempotency_key else None
            try:
                queued[source.name] = self._submit(tenant, source, confirms=False, key=own).id
            except AlreadyRunning:
                skipped.append(source.name)
        return SyncedAll(queued=queued, skipped=tuple(skipped))

    def undo_deletions(self, tenant: TenantContext, source_id: SourceId) -> int:
        """
        Bring back what the newest deletions took away; return how many documents these are.

        They are found again at once, as they were. As long as the source does not list them, no sync deletes anything
        of it without a person's word.

        Raises:
            NotFound: there is no such source.
            Conflict: nothing was deleted, or the source is being synced.
        """
        self.sources.refuse_while_active(tenant, source_id)
        with self.library.begin(tenant) as work:
            source = work.sources.get(source_id, lock=True)
            if source.deletions_at is None:
                raise Conflict(f"source {source.name}: no sync has deleted anything that could be brought back")
            restored, after = 0, ""
            while page := work.documents.of_source(source_id, after=after, limit=PAGE):
                for document in page:
                    if document.removed_at == source.deletions_at:
                        work.documents.put(evolve(document, removed_at=None))
                        restored += 1
                after = page[-1].location
            work.sources.put(evolve(source, deletions_at=None, holds_deletions=True))
            details = {"documents": str(restored)}
            subject = f"source {source.name}"
            self.audit.note(
                work, tenant, action="documentation_source.deletions_undone", subject=subject, details=details
            )
            work.commit()
        return restored

    def _submit(
        self, tenant: TenantContext, source: DocumentationSource, *, confirms: bool, key: IdempotencyKey | None
    ) -> Job:
        spec = SyncSpec(source_id=source.id, source_name=source.name, confirms_deletions=confirms).to_document()
        submission = Submission(kind=KIND, spec=spec, options=OPTIONS, subject=source.id, idempotency_key=key)
        return self.jobs.submit(tenant, submission)
