"""Vectors of texts that no document has any more are forgotten when jobs about the library have ended."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from adapters.memory.clock import ManualClock
from adapters.memory.library import MemoryLibrary
from adapters.memory.store import MemoryStore
from domain.embedding.embedding_spec import KIND as EMBEDDING
from domain.embedding.settling import UNUSED_FOR, Settling
from domain.embedding.sync_spec import KIND as SYNC
from domain.embedding.vector import unit_vector
from domain.jobs.events import Envelope, JobEnded
from domain.jobs.job import JobStatus
from tests.contract.building import JOB, NOW, US, a_job, add_job, ended_as
from tests.contract.library_building import SHARED

VECTOR = unit_vector([0.0, 1.0], dimensions=2)
LATER = NOW + UNUSED_FOR + timedelta(days=1)


def known_after(kind: str) -> set[str]:
    """Return which of two vectors that no text needs are kept after the end of a job of this kind."""
    store = MemoryStore()
    library = MemoryLibrary(store)
    add_job(store, ended_as(attrs.evolve(a_job(), kind=kind), JobStatus.COMPLETED))
    with library.begin(US) as work:
        work.vectors.add(SHARED, {"old": VECTOR}, now=NOW)
        work.vectors.add(SHARED, {"new": VECTOR}, now=LATER - UNUSED_FOR + timedelta(days=1))
        work.commit()
    ended = JobEnded(
        job_id=JOB, revision=1, status=JobStatus.COMPLETED, planned=0, succeeded=0, failed=0, skipped=0, cancelled=0
    )
    envelope = Envelope(id=1, organization_id=US.organization_id, message=ended, created_at=LATER)

    Settling(store=store, library=library, clock=ManualClock(LATER)).react(envelope)

    with library.view(US) as work:
        return set(work.vectors.known(SHARED, ["old", "new"]))


@pytest.mark.parametrize("kind", [EMBEDDING, SYNC])
def test_a_library_that_only_syncs_forgets_as_well(kind: str) -> None:
    """Its documents change for years, and nobody ever asks for a job of embedding."""
    assert known_after(kind) == {"new"}


def test_jobs_of_other_kinds_forget_nothing() -> None:
    """A run of tests has nothing to do with it, and there are many."""
    assert known_after("test_execution") == {"old", "new"}
