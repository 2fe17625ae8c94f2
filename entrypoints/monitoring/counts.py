"""What a process counts by itself, from its start on: requests of the API, attempts of a worker."""

from __future__ import annotations

from concurrent.futures import Future

from attrs import frozen
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from domain.jobs.claims import Claim, ClaimAnswer, Ended, Postponed, Report
from domain.jobs.job import JobId
from domain.jobs.worker_ports import Desk
from domain.tenancy import TenantContext

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestCounts:
    """What the API has answered; a route is its pattern (`/v1/jobs/{job_id}`), never a path somebody asked for."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "antiphon_http_requests", "Requests that were answered.", ["method", "route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "antiphon_http_request_seconds",
            "Time until an answer began, in seconds.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )

    def add(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class WorkerCounts:
    """What a worker has done."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter("antiphon_items_ended", "Items that ended here, by state.", ["state"], registry=registry)
        self.retries = Counter("antiphon_retries", "Attempts to be repeated, by cause.", ["cause"], registry=registry)
        self.failures = Counter("antiphon_item_failures", "Items failed here, by cause.", ["cause"], registry=registry)
        self.redeliveries = Counter(
            "antiphon_redeliveries", "Messages the broker handed out again.", ["task"], registry=registry
        )
        self.in_hand = Gauge("antiphon_items_in_hand", "Items that run here now.", registry=registry)

    def add(self, report: Report) -> None:
        """Count what an attempt came to."""
        if isinstance(report, Postponed):
            self.retries.labels(report.failure.kind.value).inc()
        elif isinstance(report, Ended):
            self.ended.labels(report.outcome.state.value).inc()
            if report.outcome.failure is not None:
                self.failures.labels(report.outcome.failure.kind.value).inc()

    def add_redelivery(self, task: str) -> None:
        """Count a message that was handed out before."""
        self.redeliveries.labels(task).inc()


@frozen(kw_only=True)
class CountingDesk:
    """`Desk` that counts what its reports changed: one that came too late, or was not stored, counts nothing."""

    desk: Desk
    counts: WorkerCounts

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Claim items; blocks until the claim is committed."""
        return self.desk.claim(tenant, claim)

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Record one attempt's report, and count it once it is stored."""
        recorded = self.desk.record(tenant, job_id, report)

        def count(done: Future[bool]) -> None:
            if not done.cancelled() and done.exception() is None and done.result():
                self.counts.add(report)

        recorded.add_done_callback(count)
        return recorded
