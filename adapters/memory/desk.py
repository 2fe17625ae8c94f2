"""A desk without threads: each claim and each record is a transaction of its own."""

from __future__ import annotations

from concurrent.futures import Future

from attrs import frozen

from domain.jobs.claims import Claim, ClaimAnswer, Report
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import LateRecord
from domain.jobs.job import JobId
from domain.jobs.ports import Clock, Store
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class InlineDesk:
    """`Desk` over any store that writes at once: for unit tests, and where little is recorded."""

    store: Store
    clock: Clock

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim items; the claim is committed when this returns."""
        with self.store.begin(tenant) as work:
            answer = work.ledger.claim(claim)
            work.commit()
        return answer

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record a report; the future is answered already."""
        answer: Future[bool] = Future()
        try:
            answer.set_result(self._record(tenant, job_id, report))
        except ServiceUnavailable as error:
            answer.set_exception(error)
        return answer

    def _record(self, tenant: TenantContext, job_id: JobId, report: Report) -> bool:
        now = self.clock.now()
        with self.store.begin(tenant) as work:
            [was_live] = work.ledger.record(job_id, [report], now=now)
            if not was_live:
                work.outbox.add(LateRecord(job_id=job_id, item=report.no, token=report.token), now=now)
            work.commit()
        return was_live
