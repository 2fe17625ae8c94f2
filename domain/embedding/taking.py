"""
FETCH to SWAP of a sync: one document that is new, or may have changed, is fetched, compared and taken in.

Every step may be made again after a crash, and says the same then: whether a document is new was decided in the plan,
and what an earlier attempt had finished is seen by its hash.
"""

from __future__ import annotations

import hashlib
from time import monotonic

from attrs import evolve, frozen

from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.ingesting import Ingested, Ingesting
from domain.embedding.library_document import DocumentId, LibraryDocument, checked_location, with_content
from domain.embedding.ports import Library
from domain.embedding.source_ports import MOST_BYTES, Fetched, SourceReader, Unchanged
from domain.embedding.source_rows import source_in
from domain.embedding.sync_counts import CREATED, SKIPPED, UPDATED
from domain.embedding.sync_failures import lost, too_large
from domain.embedding.sync_plan import Take, is_settled
from domain.jobs.errors import Conflict, FailureKind, InvalidInput, PermanentFailure
from domain.jobs.family import Keep
from domain.jobs.item import ItemState, Outcome
from domain.jobs.ports import Clock, IdSource
from domain.tenancy import TenantContext


@frozen(kw_only=True, eq=False)
class Taking:
    """Takes documents of one source in."""

    tenant: TenantContext
    source: DocumentationSource
    reader: SourceReader
    library: Library
    ingesting: Ingesting
    clock: Clock
    ids: IdSource

    def take(self, step: Take, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Fetch the document, and make what it says visible where that is new.

        Raises:
            TransientFailure, PermanentFailure: it can't be fetched, read or embedded; what readers saw of it before,
                they still see.
            Deferred: the source may not be asked yet, or the embedding model.
        """
        ends = monotonic() + deadline_s
        if step.entry.size is not None and step.entry.size > MOST_BYTES:
            raise too_large(step.entry.location, size=step.entry.size)
        found = self.reader.fetch(step.entry, known=step.version, deadline_s=deadline_s)
        document = self._handed_in(step, found)
        if isinstance(found, Unchanged) or document.removed_at is not None:
            return _skipped()
        if not is_settled(document):
            return _taken(step, document, self._ingested(document, found.content, ends=ends, keep=keep))
        is_known = not step.is_new and step.visible_hash == document.visible_hash
        return _skipped() if is_known else _taken(step, document)  # an earlier attempt had come so far

    def _ingested(self, document: LibraryDocument, content: bytes, *, ends: float, keep: Keep) -> Ingested:
        trusts = self.source.is_trusted
        left_s = ends - monotonic()
        try:
            return self.ingesting.ingest(
                self.tenant, document, content, deadline_s=left_s, keep=keep, is_trusted=trusts
            )
        except Conflict as error:  # somebody removed it, or handed something else in, in this very moment
            raise PermanentFailure(str(error), kind=FailureKind.REFUSED) from error

    def _handed_in(self, step: Take, found: Fetched | Unchanged) -> LibraryDocument:
        """Return the document as it is stored with what was found; nothing is written where nothing is new."""
        with self.library.begin(self.tenant) as work:
            source_in(work, self.source)
            current = work.documents.at(self.source.id, step.entry.location, lock=True)
            document = self._with(current, step, found)
            if current is None:
                work.documents.add(document)
            elif document != current:
                work.documents.put(document)
            if document != current:
                work.commit()
        return document

    def _with(self, current: LibraryDocument | None, step: Take, found: Fetched | Unchanged) -> LibraryDocument:
        if isinstance(found, Unchanged):
            if current is None or not is_settled(current):
                raise lost(step.entry.location)
            return evolve(current, version=found.version)
        digest, now = hashlib.sha256(found.content).hexdigest(), self.clock.now()
        if current is None:
            return self._new(step, found, digest)
        if _has(current, digest):
            return evolve(current, version=found.version)
        size = len(found.content)
        newer = with_content(current, content_hash=digest, size_bytes=size, version=found.version, now=now)
        return evolve(newer, media_type=found.media_type)

    def _new(self, step: Take, found: Fetched, digest: str) -> LibraryDocument:
        now = self.clock.now()
        try:
            checked_location(step.entry.location)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.BAD_INPUT) from error
        return LibraryDocument(
            id=DocumentId(self.ids.new_id()),
            organization_id=self.tenant.organization_id,
            source_id=self.source.id,
            location=step.entry.location,
            title=found.name,
            media_type=found.media_type,
            version=found.version,
            content_hash=digest,
            size_bytes=len(found.content),
            created_at=now,
            updated_at=now,
        )


def _has(document: LibraryDocument, digest: str) -> bool:
    """Whether a document is what was found; a person who removed it said so of this very content."""
    is_there = document.removed_at is None or bool(document.version)
    return is_there and is_settled(document) and document.visible_hash == digest


def _skipped() -> Outcome:
    return Outcome(state=ItemState.SKIPPED, verdict=SKIPPED)


def _taken(step: Take, document: LibraryDocument, ingested: Ingested | None = None) -> Outcome:
    verdict = CREATED if step.is_new else UPDATED
    if ingested is None:
        return Outcome(state=ItemState.SUCCEEDED, verdict=verdict, result={"document": document.id})
    counts = {"chunks": ingested.chunks, "embedded": ingested.embedded, "reused": ingested.reused}
    result = {"document": document.id, **counts}
    return Outcome(state=ItemState.SUCCEEDED, verdict=verdict, result=result, usage=ingested.usage)
