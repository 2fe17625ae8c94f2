"""
Requests to one host, apart in time: whoever reads websites, in whichever process, keeps the pace of a polite guest.

The pace is a shared limit like that of a target, so that it holds over all workers of an installation.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from attrs import frozen

from domain.embedding.source_ports import Pace
from domain.jobs.errors import Deferred
from domain.jobs.job import Job
from domain.limits.door import Door
from domain.limits.doors import Doors, EndpointDoors, JobDoors, OrganizationDoors
from domain.limits.limit import Limit, Rate, limit_key
from domain.tenancy import OrganizationId

INTERVAL_S = 1.0
"""Seconds between two requests to a host, where its robots.txt asks for no more."""

LONGEST_INTERVAL_S = 60.0


@frozen(kw_only=True)
class HostPace:
    """`Pace` behind *doors*: it counts with everybody else of the organization who asks the same host."""

    doors: EndpointDoors

    @classmethod
    def of_job(cls, doors: Doors, job: Job) -> HostPace:
        """Return the pace of a job's requests."""
        return cls(doors=JobDoors(doors=doors, job=job))

    @classmethod
    def of_organization(cls, doors: Doors, organization_id: OrganizationId) -> HostPace:
        """Return the pace of requests that are made for no job."""
        return cls(doors=OrganizationDoors(doors=doors, organization_id=organization_id, longest_s=LONGEST_INTERVAL_S))

    def __call__(self, host: str, *, interval_s: float) -> None:
        """Return when the next request may be made; within an item, the wait is a deferral."""
        self._door(host, interval_s=interval_s).call(lambda: None, tokens_of=lambda _: 0)

    def door_of(self, url: str) -> Door:
        """Return who lets in items that ask the host of *url*, so that those that would only wait are not begun."""
        return self._door(urlsplit(url).hostname or "", interval_s=INTERVAL_S)

    def _door(self, host: str, *, interval_s: float) -> Door:
        rate = Rate(amount=1, window_s=min(max(interval_s, 0.001), LONGEST_INTERVAL_S))
        return self.doors.before(Limit(key=limit_key("website", host), requests=rate), whom=host)


def patient(pace: Pace, *, sleep: Callable[[float], object]) -> Pace:
    """Return a pace that waits for its turn instead of being deferred: for listings, which can't come again."""

    def wait(host: str, *, interval_s: float) -> None:
        while True:
            try:
                return pace(host, interval_s=interval_s)
            except Deferred as error:
                sleep(error.retry_after_s)

    return wait
