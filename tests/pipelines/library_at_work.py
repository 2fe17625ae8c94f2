"""An embedded installation whose worker stands, and documents for its library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from adapters.database.library import SqlLibrary
from domain.embedding.library_document import DocumentId, LibraryDocument, ReviewStatus
from domain.jobs.events import DocumentCreated
from domain.jobs.job import JobId
from domain.jobs.service import JobView
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.settings import read_settings
from entrypoints.standing_worker import StandingWorker
from tests.pipelines.looking import look_until


@contextmanager
def installation(home: Path, **settings: str) -> Iterator[Antiphon]:
    """Yield an installation of the test's own, nobody at work in it."""
    antiphon = build(read_settings({"ANTIPHON_HOME": str(home), **settings}))
    ready_database(antiphon)
    try:
        yield antiphon
    finally:
        antiphon.engine.dispose()


@contextmanager
def at_work(antiphon: Antiphon) -> Iterator[None]:
    """Have its worker stand."""
    with StandingWorker(antiphon=antiphon, on_take_over=lambda _: None).running():
        yield


def add(antiphon: Antiphon, name: str, content: bytes, *, is_told: bool = True) -> LibraryDocument:
    """Hand in a document, as an upload does; without the fact of it, if not *is_told*."""
    now = antiphon.clock.now()
    document = LibraryDocument(
        id=DocumentId(str(uuid4())),
        organization_id=antiphon.tenant.organization_id,
        location=name,
        title=name,
        content_hash=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        created_at=now,
        updated_at=now,
    )
    with library_of(antiphon).begin(antiphon.tenant) as work:
        work.documents.add(document)
        work.contents.put(document.id, content)
        if is_told:
            work.outbox.add(DocumentCreated(document_id=document.id), now=now)
        work.commit()
    return document


def library_of(antiphon: Antiphon) -> SqlLibrary:
    """Return the installation's library."""
    return SqlLibrary(antiphon.engine)


def now_of(antiphon: Antiphon, document: LibraryDocument) -> LibraryDocument:
    """Return the document as it is stored now."""
    with library_of(antiphon).view(antiphon.tenant) as work:
        return work.documents.get(document.id)


def settled(antiphon: Antiphon, document: LibraryDocument) -> LibraryDocument:
    """Wait until the document is in processing no more; return it."""
    look_until(lambda: now_of(antiphon, document).review_status is not ReviewStatus.PROCESSING, what="its processing")
    return now_of(antiphon, document)


def ended(antiphon: Antiphon, job_id: JobId) -> JobView:
    """Wait for the job's end; return it."""
    look_until(lambda: antiphon.jobs.get(antiphon.tenant, job_id).job.status.is_end, what="the end of the job")
    return antiphon.jobs.get(antiphon.tenant, job_id)
