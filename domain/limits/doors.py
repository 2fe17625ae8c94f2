"""Making the doors of a job: one before each of its endpoints."""

from __future__ import annotations

from attrs import field, frozen

from domain.jobs.job import Job
from domain.limits.breaker import BreakerRules
from domain.limits.door import Door
from domain.limits.limit import Limit
from domain.limits.permits import PermitsInHand
from domain.limits.ports import Cells
from domain.limits.shared_breaker import SharedBreaker


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

    def before(self, limits: tuple[Limit, ...], *, job: Job) -> Door:
        """Return the door of *job* before the endpoint of the first of *limits*."""
        name = f"{job.id}:{limits[0].key}"
        breaker = SharedBreaker(
            cells=self.cells, key=f"breaker:{name}", rules=self.rules, probe_lease_s=job.options.deadline_s
        )
        return Door(
            permits=self.permits,
            limits=limits,
            breaker=breaker,
            claimant=f"{self.process}:{name}",
            longest_s=job.options.deadline_s,
        )
