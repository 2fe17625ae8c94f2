"""Starting jobs of embedding: by a person, by a message that names a document, or because a document is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from domain.embedding.embedding_spec import KIND, OPTIONS, EmbeddingSpec
from domain.embedding.ingesting import NO_MODEL
from domain.embedding.library_document import DocumentId, ReviewStatus, failed
from domain.embedding.ports import Library
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.events import DocumentCreated, Envelope
from domain.jobs.job import Job, JobId, JobStatus
from domain.jobs.opening import only_id
from domain.jobs.ports import Clock
from domain.jobs.relaying import system_context
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.tenancy import TenantContext

NOT_BY_ITSELF = (
    "it waits to be embedded: `antiphon library embed` does it; new documents are not embedded by themselves while "
    "`antiphon library auto-embed` is off"
)
EVERYTHING = "everything"
LOOKED_AT = 20
"""So many of the newest jobs are looked at for a document: one job more than needed does no harm."""


@frozen(kw_only=True)
class EmbeddingJobs:
    """Jobs of embedding, for those who start them."""

    jobs: JobService
    library: Library
    clock: Clock

    def start(
        self, tenant: TenantContext, spec: EmbeddingSpec, *, idempotency_key: IdempotencyKey | None = None
    ) -> Job:
        """
        Accept a job that embeds what *spec* says.

        Any number of jobs may be about one document: what one has embedded the others find. Two about everything
        would only be in each other's way.

        Raises:
            Conflict: no embedding model is in use.
            NotFound: a document or model that is named is not there.
            AlreadyRunning: everything is being embedded with this model already.
        """
        with self.library.view(tenant) as work:
            if work.models.in_use() is None:
                raise Conflict(NO_MODEL)
            if spec.model_id is not None:
                work.models.get(spec.model_id)
            for document_id in spec.documents:
                work.documents.get(document_id)
        return self._submit(tenant, spec, idempotency_key)

    def start_added(self, tenant: TenantContext, documents: Sequence[DocumentId]) -> Job | None:
        """
        Start one job for documents that were handed in, as their facts would one each; None where it has nothing to do.

        Where nothing may be started, the documents say why they wait.
        """
        ready: list[DocumentId] = []
        for document_id in documents:
            reason = self._reason_to_wait(tenant, document_id)
            if reason is None:
                ready.append(document_id)
            elif reason:
                self._let_wait(tenant, document_id, reason)
        return self._submit(tenant, EmbeddingSpec(documents=tuple(ready)), None) if ready else None

    def open(self, tenant: TenantContext, ids: Mapping[str, str], key: IdempotencyKey) -> JobId:
        """
        Accept a job that embeds the document `document_id` (`Opener`).

        Raises: as `start`; InvalidInput: other ids than that.
        """
        document_id = DocumentId(only_id(ids, "document_id"))
        return self.start(tenant, EmbeddingSpec(documents=(document_id,)), idempotency_key=key).id

    def react(self, envelope: Envelope) -> None:
        """
        Embed a document that is new, or has new content (`Reaction`); the same fact again finds the same job.

        What a source brings is embedded by its sync. Where nothing may be started, the document says why it waits.
        """
        fact = envelope.message
        if not isinstance(fact, DocumentCreated):
            return
        tenant, document_id = system_context(envelope.organization_id), DocumentId(fact.document_id)
        reason = self._reason_to_wait(tenant, document_id)
        if reason is None and not self._is_on_its_way(tenant, document_id):
            spec = EmbeddingSpec(documents=(document_id,))
            self._submit(tenant, spec, IdempotencyKey(f"event:{envelope.id}"))
        elif reason:
            self._let_wait(tenant, document_id, reason)

    def _submit(self, tenant: TenantContext, spec: EmbeddingSpec, key: IdempotencyKey | None) -> Job:
        subject = f"{EVERYTHING} {spec.model_id or ''}".strip() if spec.is_everything else None
        return self.jobs.submit(
            tenant,
            Submission(kind=KIND, spec=spec.to_document(), options=OPTIONS, subject=subject, idempotency_key=key),
        )

    def _reason_to_wait(self, tenant: TenantContext, document_id: DocumentId) -> str | None:
        """Return why the document is not to be embedded now, None if it is; "" where nobody waits for it."""
        with self.library.view(tenant) as work:
            try:
                document = work.documents.get(document_id)
            except NotFound:
                return ""
            if document.removed_at is not None or document.source_id is not None:
                return ""
            if document.review_status is not ReviewStatus.PROCESSING:  # somebody was quicker
                return ""
            if not work.settings.get().auto_embeds:
                return NOT_BY_ITSELF
            return NO_MODEL if work.models.in_use() is None else None

    def _is_on_its_way(self, tenant: TenantContext, document_id: DocumentId) -> bool:
        """Return whether a job that began after this content came will read it: a command embeds what it hands in."""
        with self.library.view(tenant) as work:
            document = work.documents.get(document_id)
        for status in (JobStatus.PENDING, JobStatus.PROCESSING):
            for view in self.jobs.page(tenant, status=status, kind=KIND, limit=LOOKED_AT):
                is_newer = view.job.created_at >= document.updated_at
                if is_newer and EmbeddingSpec.from_document(view.job.spec).covers(document):
                    return True
        return False

    def _let_wait(self, tenant: TenantContext, document_id: DocumentId, reason: str) -> None:
        with self.library.begin(tenant) as work:
            document = work.documents.get(document_id, lock=True)
            if document.review_status is ReviewStatus.PROCESSING:  # else somebody has come to an end with it meanwhile
                now = self.clock.now()
                work.documents.put(failed(document, content_hash=document.content_hash, reason=reason, now=now))
                work.commit()
