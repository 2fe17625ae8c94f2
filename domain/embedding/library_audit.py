"""
Looking whether a library's rows agree with one another, and putting right what does not.

Every move of the library keeps them in step by transactions; this is for what a restored backup, somebody's own SQL, a
process killed between two transactions, or a bug has left. It says what it found and what it did, and doing it again
finds nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from domain.embedding.embedding_jobs import EmbeddingJobs
from domain.embedding.embedding_spec import MOST_NAMED, EmbeddingSpec
from domain.embedding.library_document import DocumentId
from domain.jobs.job import JobId
from domain.jobs.ports import Clock
from domain.tenancy import TenantContext

STUCK_AFTER = timedelta(hours=1)
"""A document that was processed for so long, while no job is under way, is waited for in vain."""
UNUSED_AFTER = timedelta(days=1)
"""A vector that no chunk needs is kept so long: who embeds a document stores vectors first, its chunks at the end."""
EXAMPLES = 5


class Trouble(StrEnum):
    """What can be out of step; stable names."""

    CHUNKS_WITHOUT_VECTORS = "chunks_without_vectors"
    CHANGED_TEXTS = "changed_texts"
    STUCK_DOCUMENTS = "stuck_documents"
    BROKEN_VECTORS = "broken_vectors"
    UNUSED_VECTORS = "unused_vectors"
    VECTORS_OF_NO_MODEL = "vectors_of_no_model"
    DEAD_GENERATIONS = "dead_generations"
    MISSING_COPIES = "missing_copies"


BY_A_JOB = (Trouble.CHUNKS_WITHOUT_VECTORS, Trouble.CHANGED_TEXTS, Trouble.STUCK_DOCUMENTS)
"""What embedding the documents again puts right."""


@frozen(kw_only=True)
class Counted:
    """How many rows, and whose they are: ids of documents where a job puts it right, else ids or fingerprints."""

    count: int
    of: tuple[str, ...] = ()


@frozen(kw_only=True)
class Finding:
    """*count* rows are out of step in one way, some of them of *examples*; *done*: what a repair did about it."""

    trouble: Trouble
    count: int
    examples: tuple[str, ...] = ()
    done: str = ""


@frozen(kw_only=True)
class Audit:
    """What an audit found, in the order of `Trouble`, and the job that a repair has started."""

    findings: tuple[Finding, ...]
    job_id: JobId | None = None


class AuditRows(Protocol):
    """What the audit asks of a library's rows, and has done to them."""

    def look(self, tenant: TenantContext, *, now: datetime) -> Mapping[Trouble, Counted]:
        """Return what is out of step at one moment, without what is not."""

    def mend(self, tenant: TenantContext, trouble: Trouble, *, now: datetime) -> int:
        """Remove the rows that are too many, or add those that can be made from others; return how many."""


@frozen(kw_only=True)
class LibraryAudits:
    """Looks a library through, and repairs it."""

    rows: AuditRows
    jobs: EmbeddingJobs
    clock: Clock

    def look(self, tenant: TenantContext) -> Audit:
        """Return what is out of step; nothing is changed."""
        return Audit(findings=tuple(_findings(self.rows.look(tenant, now=self.clock.now()))))

    def repair(self, tenant: TenantContext) -> Audit:
        """
        Put right what is out of step, and return what was found, with what was done.

        Documents that lack vectors, whose text is another, or that are stuck, are embedded by a job that is started
        here: they are in order when it has ended.

        Raises:
            Conflict: documents are to be embedded, and no embedding model is in use.
        """
        now = self.clock.now()
        found = self.rows.look(tenant, now=now)
        mended = {
            trouble: f"{self.rows.mend(tenant, trouble, now=now)} {_DONE[trouble]}"
            for trouble in found
            if trouble not in BY_A_JOB
        }
        documents = {each: None for trouble in BY_A_JOB if trouble in found for each in found[trouble].of}
        # what was broken and is forgotten now is missing from here on
        again = self.rows.look(tenant, now=now) if Trouble.BROKEN_VECTORS in mended else {}
        documents |= dict.fromkeys(again.get(Trouble.CHUNKS_WITHOUT_VECTORS, Counted(count=0)).of)
        job_id = self._embed(tenant, tuple(map(DocumentId, documents)))
        if job_id is not None:
            mended |= dict.fromkeys(BY_A_JOB, f"job {job_id} embeds the documents")
        return Audit(findings=tuple(_findings(found, mended)), job_id=job_id)

    def _embed(self, tenant: TenantContext, documents: tuple[DocumentId, ...]) -> JobId | None:
        if not documents:
            return None
        return self.jobs.start(tenant, EmbeddingSpec(documents=documents[:MOST_NAMED])).id


_DONE = {
    Trouble.BROKEN_VECTORS: "forgotten",
    Trouble.UNUSED_VECTORS: "forgotten",
    Trouble.VECTORS_OF_NO_MODEL: "forgotten",
    Trouble.DEAD_GENERATIONS: "forgotten",
    Trouble.MISSING_COPIES: "copied",
}


def _findings(found: Mapping[Trouble, Counted], done: Mapping[Trouble, str] | None = None) -> list[Finding]:
    return [
        Finding(
            trouble=trouble,
            count=found[trouble].count,
            examples=found[trouble].of[:EXAMPLES],
            done=(done or {}).get(trouble, ""),
        )
        for trouble in Trouble
        if trouble in found
    ]
