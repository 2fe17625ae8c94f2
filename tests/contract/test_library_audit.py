"""The audit of a library: what is out of step is found, put right, and not found again: SQLite, Postgres, pgvector."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from adapters.database.connection import connected
from adapters.database.library import SqlLibrary
from adapters.database.library_audit import SqlAuditRows
from adapters.database.store import SqlStore
from adapters.identifiers import UuidSource
from adapters.memory.clock import ManualClock
from domain.embedding.embedding_jobs import EmbeddingJobs
from domain.embedding.embedding_spec import KIND
from domain.embedding.library_audit import Audit, LibraryAudits, Trouble
from domain.embedding.library_document import ReviewStatus
from domain.jobs.service import JobService
from domain.tenancy import TenantContext
from tests.contract.building import NOW, THEM, US
from tests.contract.ingesting_documents import use
from tests.contract.library_shelves import Shelf, a_model, direction
from tests.contract.vector_databases import VectorDatabase, vector_database

EAST, NORTH = direction(1, 0, 0), direction(0, 1, 0)
MODEL = a_model()


@pytest.fixture
def vectors() -> Iterator[VectorDatabase]:
    """A database of this test's own with pgvector in it."""
    with vector_database() as made:
        yield made


def audits_of(engine: Engine, *, now_s: float = 0) -> LibraryAudits:
    """Return the audits of a database, so many seconds after `NOW`."""
    clock = ManualClock(NOW + timedelta(seconds=now_s))
    service = JobService(
        store=SqlStore(engine), clock=clock, ids=UuidSource(), doorbell=_Silent(), kinds=frozenset({KIND})
    )
    jobs = EmbeddingJobs(jobs=service, library=SqlLibrary(engine), clock=clock)
    return LibraryAudits(rows=SqlAuditRows(engine), jobs=jobs, clock=clock)


class _Silent:
    """A bell that nobody hears."""

    def ring(self) -> None:
        """Do nothing."""


def shelf_in(engine: Engine, tenant: TenantContext = US) -> Shelf:
    """Return a library whose model is in use."""
    use(SqlLibrary(engine), MODEL)
    return Shelf(engine=engine, model=MODEL, tenant=tenant)


def run(engine: Engine, statement: str) -> None:
    """Break something by SQL of one's own, in our organization."""
    with connected(engine, tenant=US.organization_id) as connection:
        connection.execute(text(statement))
        connection.commit()


def troubles(audit: Audit) -> dict[Trouble, int]:
    """Return what was found, with how much of it."""
    return {finding.trouble: finding.count for finding in audit.findings}


def test_a_library_in_order_has_no_findings(engine: Engine) -> None:
    """An audit that cries wolf is not read."""
    shelf_in(engine).put("a.md", [EAST, NORTH])

    assert audits_of(engine, now_s=1e6).look(US) == Audit(findings=())
    assert audits_of(engine, now_s=1e6).repair(US) == Audit(findings=())


def test_chunks_without_vectors_are_embedded_by_a_job(engine: Engine) -> None:
    """Nobody finds them."""
    document = shelf_in(engine).put("a.md", [EAST, None, None])
    shelf_in(engine).put("b.md", [EAST])
    audits = audits_of(engine)
    assert troubles(audits.look(US)) == {Trouble.CHUNKS_WITHOUT_VECTORS: 2}

    repaired = audits.repair(US)

    assert repaired.findings[0].examples == (document.id,)
    assert repaired.job_id is not None
    assert repaired.job_id in repaired.findings[0].done
    with SqlStore(engine).view(US) as work:
        assert work.jobs.get(repaired.job_id).spec["documents"] == [document.id]


def test_a_text_that_is_not_what_was_embedded_is_found(engine: Engine) -> None:
    """Its quotes would be of other words than those that were compared."""
    shelf = shelf_in(engine)
    shelf.put("a.md", [EAST, NORTH], texts=["one ", "two"])
    run(engine, "UPDATE library_text SET body = 'one 2wo'")

    assert troubles(audits_of(engine).look(US)) == {Trouble.CHANGED_TEXTS: 1}


def test_vectors_nobody_needs_are_forgotten_after_a_day(engine: Engine) -> None:
    """Not the newest: who embeds a document stores vectors first."""
    shelf = shelf_in(engine)
    shelf.put("a.md", [EAST, NORTH])
    shelf.put("a.md", [EAST], texts=["other"])
    run(engine, "DELETE FROM library_text WHERE generation = 1")
    assert troubles(audits_of(engine, now_s=3600).look(US)) == {}

    later = audits_of(engine, now_s=90_000)

    assert troubles(later.repair(US)) == {Trouble.UNUSED_VECTORS: 2}
    assert later.look(US).findings == ()
    with SqlLibrary(engine).view(US) as work:
        assert work.vectors.coverage(MODEL.fingerprint).missing == 0


def test_vectors_of_a_model_that_is_gone_are_forgotten(engine: Engine) -> None:
    """This is when the vectors of the model before are dropped: once its row was removed."""
    shelf_in(engine).put("a.md", [EAST])
    other = a_model(name="old")
    Shelf(engine=engine, model=other).put("a.md", [EAST])
    run(engine, "DELETE FROM library_text WHERE generation = 1")
    Shelf(engine=engine, model=MODEL).put("a.md", [EAST])

    repaired = audits_of(engine).repair(US)

    assert troubles(repaired)[Trouble.VECTORS_OF_NO_MODEL] == 1
    assert repaired.findings[0].done == "1 forgotten"


def test_dead_generations_are_forgotten(engine: Engine) -> None:
    """Their texts may be ten times what is visible."""
    shelf = shelf_in(engine)
    for no in range(3):
        shelf.put("a.md", [EAST], texts=[f"text {no}"])
    audits = audits_of(engine)

    assert troubles(audits.repair(US)) == {Trouble.DEAD_GENERATIONS: 2}

    assert audits.look(US).findings == ()
    with SqlLibrary(engine).view(US) as work:
        assert len(work.documents.page(limit=9)) == 1


def test_broken_vectors_are_made_again(engine: Engine) -> None:
    """A vector of another length can't be compared, and would be passed over for ever."""
    document = shelf_in(engine).put("a.md", [EAST, NORTH])
    run(engine, "DELETE FROM library_vector")
    with SqlLibrary(engine).begin(US) as work:
        hashes = [stored.text_hash for stored in work.chunks.of(document.id, document.generation)]
        work.vectors.add(MODEL.fingerprint, dict.fromkeys(hashes, direction(1, 1)), now=NOW)
        work.commit()
    audits = audits_of(engine)

    repaired = audits.repair(US)

    assert troubles(repaired) == {Trouble.BROKEN_VECTORS: 2}
    assert repaired.job_id is not None
    assert troubles(audits.look(US)) == {Trouble.CHUNKS_WITHOUT_VECTORS: 2}


def test_a_document_that_is_processed_for_ever_is_found_while_no_job_is_under_way(engine: Engine) -> None:
    """Whoever processed it is gone; one whose job waits is only slow."""
    shelf = shelf_in(engine)
    document = shelf.put("a.md", [EAST])
    shelf.change(document, review_status=ReviewStatus.PROCESSING)
    assert troubles(audits_of(engine, now_s=600).look(US)) == {}

    later = audits_of(engine, now_s=7200)

    assert troubles(later.look(US)) == {Trouble.STUCK_DOCUMENTS: 1}
    assert later.repair(US).job_id is not None
    assert troubles(later.look(US)) == {}


def test_an_audit_is_of_one_organization(engine: Engine) -> None:
    """What is out of step elsewhere is nobody else's business."""
    shelf_in(engine).put("a.md", [None])

    assert audits_of(engine).look(THEM).findings == ()


@pytest.mark.postgres
def test_vectors_without_a_copy_are_copied(vectors: VectorDatabase) -> None:
    """pgvector would never find them; until then numpy answers."""
    shelf_in(vectors.login).put("a.md", [EAST, NORTH])
    run(vectors.login, "DELETE FROM library_vector_index")
    audits = audits_of(vectors.login)

    repaired = audits.repair(US)

    assert troubles(repaired) == {Trouble.MISSING_COPIES: 2}
    assert repaired.findings[0].done == "2 copied"
    assert audits.look(US).findings == ()
