"""Contract of the store: whose a job is, for those who were told wrongly."""

from __future__ import annotations

from domain.jobs.job import JobId
from tests.contract.building import JOB, OTHER_JOB, THEM, US, KernelStore, a_job, add_job


def test_whose_a_job_is_can_be_asked(store: KernelStore) -> None:
    """A message that names the wrong organization is reported to the right one."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB, tenant=THEM))

    owners = [store.owner_of(job_id) for job_id in (JOB, OTHER_JOB, JobId("nobody's"))]

    assert owners == [US.organization_id, THEM.organization_id, None]
