"""
Who is served next where several jobs wait for the same places: organizations take turns, then jobs by their priority.

Weighted max-min fairness (Bertsekas and Gallager, "Data Networks", 1992, section 6.5.2): whoever holds least for its
weight is served first. Nobody is starved, and what one does not use is there for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from domain.jobs.job import Job, JobId, Priority
from domain.tenancy import OrganizationId


@frozen(kw_only=True)
class Party:
    """Who asks for places: a job, of an organization, with the weight of its priority."""

    organization_id: OrganizationId
    job_id: JobId
    weight: int = Priority.NORMAL.weight


def party_of(job: Job) -> Party:
    """Return the party that asks for the job's items."""
    return Party(organization_id=job.organization_id, job_id=job.id, weight=job.options.priority.weight)


def neediest(waiting: Iterable[Party], held: Mapping[Party, int]) -> Party:
    """
    Return which of the parties that wait is to get the next place, given how many places each party holds.

    The organization with the fewest places goes first; within it the job with the fewest for its weight; then the one
    that waits longest, which is the first.
    """
    of_organization: dict[OrganizationId, int] = {}
    for party, places in held.items():
        of_organization[party.organization_id] = of_organization.get(party.organization_id, 0) + places
    return min(
        waiting,
        key=lambda party: (of_organization.get(party.organization_id, 0), held.get(party, 0) / party.weight),
    )
