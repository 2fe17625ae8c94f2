"""Summaries for those who hand documents in: upload, look at, list, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from attrs import frozen

from domain.embedding.adding import MOST_BYTES, Upload
from domain.embedding.chunking import chunks_of
from domain.embedding.library_document import checked_location
from domain.embedding.parsed import ParsedDocument, Parsers
from domain.embedding.tokens import estimated_tokens
from domain.jobs.errors import (
    Conflict,
    Deferred,
    InvalidInput,
    PermanentFailure,
    ServiceUnavailable,
    TransientFailure,
)
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import Job, JobOptions
from domain.jobs.ports import Clock, IdSource
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import JobService, Submission
from domain.jobs.subjects import look_or_cancel, newest_about
from domain.organizations.audit_log import AuditLog
from domain.rfp_answering.stage import OPTIONS
from domain.rfp_answering.summaries.information_document import (
    CHUNK_TOKENS,
    InformationDocument,
    InformationId,
    InformationPlace,
    TextChunk,
    subject_of,
)
from domain.rfp_answering.summaries.ports import SummaryStore
from domain.rfp_answering.summaries.spec import SummarySpec
from domain.rfp_answering.summaries.summarizing import SUMMARIZING, basis_in
from domain.rfp_answering.summaries.summary import Summary, put_together
from domain.tenancy import TenantContext

_PAGE = 500


@frozen(kw_only=True)
class Summaries:
    """The summaries of organizations' information documents."""

    summaries: SummaryStore
    parsers: Parsers
    jobs: JobService
    clock: Clock
    ids: IdSource
    audit: AuditLog

    def add(self, tenant: TenantContext, upload: Upload) -> tuple[InformationDocument, bool]:
        """
        Read a file and store its text in chunks; return its document, and whether that is new.

        A file that was handed in before under this name is the document that it made then.

        Raises:
            InvalidInput: no file that can be read, too large, or without text.
            ServiceUnavailable: there was no process to read it in, or the store can't be reached.
        """
        checked_location(upload.name)
        if len(upload.content) > MOST_BYTES:
            raise InvalidInput(f"{upload.name}: {len(upload.content):,} bytes; at most {MOST_BYTES:,} are read")
        content_hash = hashlib.sha256(upload.content).hexdigest()
        known = self._known(tenant, content_hash, upload.name)
        if known is not None:
            return known, False
        parsed = self._parsed(upload)
        chunks = chunks_of(parsed, most_units=CHUNK_TOKENS, units=estimated_tokens)
        document = InformationDocument(
            id=InformationId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            name=upload.name,
            title=parsed.title or upload.name,
            content_hash=content_hash,
            size_bytes=len(upload.content),
            chunks=len(chunks),
            created_at=self.clock.now(),
            created_by=tenant.user_id,
        )
        texts = [TextChunk(ordinal=one.ordinal, text=one.text, heading_path=one.heading_path) for one in chunks]
        try:
            with self.summaries.begin(tenant) as work:
                work.documents.add(document, texts)
                subject = f"information document {document.id}"
                self.audit.note(work, tenant, action="summary.add", subject=subject, details={"name": upload.name})
                work.commit()
        except Conflict:  # somebody handed the same file in at the same moment
            known = self._known(tenant, content_hash, upload.name)
            if known is None:
                raise
            return known, False
        return document, True

    def check(self, tenant: TenantContext, document_id: InformationId) -> InformationDocument:
        """
        Return the document, if there is such a one.

        Raises:
            NotFound: there is none of this id in this organization.
        """
        with self.summaries.view(tenant) as work:
            return work.documents.get(document_id)

    def newest_job(self, tenant: TenantContext, document_id: InformationId) -> Job | None:
        """Return the newest job that summarizes a document: the one at work, if there is one."""
        with self.jobs.store.view(tenant) as work:
            return newest_about(work.jobs, kind=SUMMARIZING, subject=subject_of(document_id))

    def summarize(
        self,
        tenant: TenantContext,
        spec: SummarySpec,
        *,
        options: JobOptions | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Job:
        """
        Accept a job that summarizes a document; parts that the same author has summarized already are not asked again.

        Raises:
            NotFound: there is no such document.
            AlreadyRunning: a job summarizes it already.
        """
        name = self.check(tenant, spec.document_id).name
        submission = Submission(
            kind=SUMMARIZING,
            spec={**spec.to_document(), "name": name},  # what lists of jobs show; nobody works by it
            options=options or OPTIONS,
            subject=subject_of(spec.document_id),
            idempotency_key=idempotency_key,
        )
        return self.jobs.submit(tenant, submission)

    def get(self, tenant: TenantContext, document_id: InformationId) -> Summary:
        """
        Return the summary of a document as far as it is, of its newest job.

        Raises:
            NotFound: there is no document of this id in this organization.
        """
        job = self.newest_job(tenant, document_id)
        items = list(self._items(tenant, job)) if job else []
        with self.summaries.view(tenant) as work:
            document = work.documents.get(document_id)
            chunks = work.documents.chunks(document_id)
            records = work.partials.of(document_id, [basis for item in items if (basis := basis_in(item))])
        return put_together(document, chunks, job=job, items=items, records=records)

    def page(
        self, tenant: TenantContext, *, id_prefix: str = "", before: InformationPlace | None = None, limit: int
    ) -> list[tuple[InformationDocument, Job | None]]:
        """Return documents whose id starts with *id_prefix*, newest first, each with its newest job."""
        with self.summaries.view(tenant) as work:
            documents = work.documents.page(id_prefix=id_prefix, before=before, limit=limit)
        with self.jobs.store.view(tenant) as rows:
            jobs = rows.jobs.newest(kind=SUMMARIZING, subjects=[subject_of(one.id) for one in documents])
        return [(one, jobs.get(subject_of(one.id))) for one in documents]

    def remove(self, tenant: TenantContext, document_id: InformationId) -> None:
        """
        Forget a document with its summary; its jobs stay.

        Raises:
            NotFound: there is none of this id.
            Conflict: a job is at work on it.
        """
        job = self.newest_job(tenant, document_id)
        if job is not None and not job.status.is_end:
            raise Conflict(
                f"summary {document_id}: job {job.id} is at work on it; wait for that {look_or_cancel(job.id)}"
            )
        with self.summaries.begin(tenant) as work:
            work.documents.remove(document_id)
            subject = f"information document {document_id}"
            self.audit.note(work, tenant, action="summary.remove", subject=subject, details={})
            work.commit()

    def _parsed(self, upload: Upload) -> ParsedDocument:
        try:
            parsed = self.parsers.parse(upload.content, name=upload.name, media_type=upload.media_type)
        except PermanentFailure as failure:
            raise InvalidInput(f"{upload.name}: {failure}") from failure
        except (TransientFailure, Deferred) as failure:
            raise ServiceUnavailable(f"{upload.name} was not read: {failure}; try again in a minute") from failure
        if not parsed.text.strip():
            raise InvalidInput(f"{upload.name}: there is no text in it")
        return parsed

    def _known(self, tenant: TenantContext, content_hash: str, name: str) -> InformationDocument | None:
        with self.summaries.view(tenant) as work:
            return work.documents.of(content_hash=content_hash, name=name)

    def _items(self, tenant: TenantContext, job: Job) -> Iterator[Item]:
        after: ItemNo | None = None
        while True:
            with self.jobs.store.view(tenant) as work:
                page = work.ledger.page(job.id, after=after, limit=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].no
