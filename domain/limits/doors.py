"""Making the doors of a job: one before each of its endpoints."""

from __future__ import annotations

import threading
from typing import Protocol

from attrs import define, evolve, field, frozen

from domain.jobs.job import Job
from domain.limits.breaker import BreakerRules
from domain.limits.door import Door
from domain.limits.limit import Limit, LimitKey
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Cells
from domain.limits.shared_breaker import SharedBreaker
from domain.tenancy import OrganizationId


@frozen(kw_only=True)
class Doors:
    """
    Makes doors; *process* is a name that no other process has.

    Limits are shared by all jobs; a breaker is one job's own. Whether a target is dead each job finds out itself, in a
    bounded number of calls: nobody's new run fails for what another one saw a minute ago.
    """

    permits: PermitsInHand
    cells: Cells
    process: str
    rules: BreakerRules = field(factory=BreakerRules)

    def before(self, limits: tuple[Limit, ...], *, job: Job, whom: str = "the target") -> Door:
        """
        Return the door of *job* before the endpoint of the first of *limits*; messages call it *whom*.

        Organizations share no limit, though they may name one address: each has accounts of its own, under names that
        others use too, and none may hold up or learn of another's calls.
        """
        return self._door(
            limits, organization_id=job.organization_id, asker=job.id, longest_s=job.options.deadline_s, whom=whom
        )

    def of_organization(
        self, limits: tuple[Limit, ...], *, organization_id: OrganizationId, longest_s: float, whom: str
    ) -> Door:
        """
        Return the door of an organization before an endpoint that several of its jobs ask together.

        They share its breaker, too: for what is asked in one request they can't each find out whether it is dead. A
        call takes at most *longest_s* seconds.
        """
        asker = f"organization:{organization_id}"
        return self._door(limits, organization_id=organization_id, asker=asker, longest_s=longest_s, whom=whom)

    def _door(
        self, limits: tuple[Limit, ...], *, organization_id: OrganizationId, asker: str, longest_s: float, whom: str
    ) -> Door:
        limits = tuple(evolve(one, key=LimitKey(f"{organization_id}:{one.key}")) for one in limits)
        name = f"{asker}:{limits[0].key}"
        breaker = SharedBreaker(
            cells=self.cells, key=f"breaker:{name}", rules=self.rules, probe_lease_s=longest_s, whom=whom
        )
        return Door(
            permits=self.permits,
            limits=limits,
            breaker=breaker,
            claimant=f"{self.process}:{name}",
            longest_s=longest_s,
        )


class EndpointDoors(Protocol):
    """Whose doors they are is known; asked for one before an endpoint."""

    def before(self, limit: Limit, *, whom: str = "the target") -> Door:
        """Return the door before the limit's endpoint."""


@frozen(kw_only=True)
class OrganizationDoors:
    """The doors of an organization in one process, for what its jobs ask together; a call takes at most *longest_s*."""

    doors: Doors
    organization_id: OrganizationId
    longest_s: float

    def before(self, limit: Limit, *, whom: str = "the target") -> Door:
        """Return a door before the limit's endpoint."""
        return self.doors.of_organization(
            (limit,), organization_id=self.organization_id, longest_s=self.longest_s, whom=whom
        )


@define(kw_only=True, eq=False)
class JobDoors:
    """
    The doors of one job in one process: one an endpoint, whoever asks there.

    A model that is a target and a judge has one door: an item that was let in through it may use its permit for
    either. Two doors would have it wait, with a permit in hand, for the permit that it holds.
    """

    doors: Doors
    job: Job
    _made: dict[LimitKey, Door] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def before(self, *limits: Limit, whom: str = "the target") -> Door:
        """
        Return the door before the endpoint of the first of *limits*; the others are its account's.

        Written twice, the tightest limits count.
        """
        with self._lock:
            made = self._made.get(limits[0].key)
            door = self.doors.before(limits, job=self.job, whom=whom)
            if made is None:
                made = self._made[limits[0].key] = door
            else:
                made.limits = _together(made.limits, door.limits)
            return made


def _together(known: tuple[Limit, ...], more: tuple[Limit, ...]) -> tuple[Limit, ...]:
    merged = {limit.key: limit for limit in known}
    for limit in more:
        merged[limit.key] = merged[limit.key].tightest(limit) if limit.key in merged else limit
    return tuple(merged.values())
