"""A desk that holds the real one to the model: every claim and every record is predicted, then compared."""

from __future__ import annotations

from concurrent.futures import Future

from attrs import evolve, field, frozen

from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.job import JobId
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext
from tests.kernel.accidents import Accidents, Killed
from tests.kernel.model import JobFate


@frozen(kw_only=True)
class WitnessDesk:
    """`Desk` in front of another."""

    desk: Desk
    fates: dict[JobId, JobFate]
    accidents: Accidents = field(factory=Accidents)

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim, and compare what was granted and refused, and why."""
        fate = self.fates[claim.job_id]
        expected = fate.claim(claim)
        answer = self.desk.claim(tenant, claim)
        assert evolve(answer, granted=()) == expected
        assert {item.no for item in answer.granted} == set(claim.numbers) - set(expected.refused)
        assert not answer.granted or fate.running_at(claim.now) <= fate.options.concurrency
        return answer

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record, and compare whether the attempt was the live one; the dead record nothing."""
        if self.accidents.is_dead:
            self.accidents.is_dead = False
            raise Killed
        expected = self.fates[job_id].record(report)
        answer = self.desk.record(tenant, job_id, report)
        assert answer.result() is expected
        return answer
