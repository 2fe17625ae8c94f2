"""A worker counts what its reports changed, and nothing that came too late."""

from __future__ import annotations

from concurrent.futures import Future

import pytest
from attrs import frozen
from prometheus_client import CollectorRegistry

from domain.jobs.claims import Claim, ClaimAnswer, Ended, Kept, Postponed, Released, Report
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import ItemNo
from domain.jobs.job import JobId
from domain.jobs.usage import NOTHING
from domain.tenancy import TenantContext
from entrypoints.monitoring.counts import CountingDesk, WorkerCounts
from tests.contract.building import FAILED, JOB, LATER, NOW, PASSED, US, a_claim

PASS = Ended(no=ItemNo(0), token=1, outcome=PASSED)
FAIL = Ended(no=ItemNo(0), token=1, outcome=FAILED)
AGAIN = Postponed(no=ItemNo(0), token=1, failure=LATER, not_before=NOW)


@frozen
class Answering:
    """A desk that answers each report as told."""

    answer: bool | Exception

    def claim(self, tenant: TenantContext, claim: Claim) -> ClaimAnswer:
        """Grant nothing."""
        _ = tenant, claim
        return ClaimAnswer(granted=(), refused={})

    def record(self, tenant: TenantContext, job_id: JobId, report: Report) -> Future[bool]:
        """Answer."""
        _ = tenant, job_id, report
        told: Future[bool] = Future()
        if isinstance(self.answer, Exception):
            told.set_exception(self.answer)
        else:
            told.set_result(self.answer)
        return told


def counted(report: Report, *, answer: bool | Exception = True) -> dict[str, float]:
    """Hand in the report; return the figures that are not 0."""
    registry = CollectorRegistry()
    desk = CountingDesk(desk=Answering(answer), counts=WorkerCounts(registry))
    desk.record(US, JOB, report)
    samples = [sample for family in registry.collect() for sample in family.samples]
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for sample in samples
        if sample.value and not sample.name.endswith("_created")
    }


@pytest.mark.parametrize(
    ("report", "figures"),
    [
        (PASS, {"antiphon_items_ended_total['succeeded']": 1}),
        (FAIL, {"antiphon_items_ended_total['failed']": 1, "antiphon_item_failures_total['refused']": 1}),
        (AGAIN, {"antiphon_retries_total['rate_limited']": 1}),
        (Released(no=ItemNo(0), token=1), {}),
        (Kept(no=ItemNo(0), token=1, progress={"answer": "yes"}, spent=NOTHING), {}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_end_and_each_retry_counts_once_by_its_cause(report: Report, figures: dict[str, float]) -> None:
    """An alert on a cause is only as good as its label."""
    assert counted(report) == figures


@pytest.mark.parametrize("answer", [False, ServiceUnavailable("the database is away")])
@pytest.mark.parametrize("report", [PASS, AGAIN], ids=lambda value: type(value).__name__)
def test_what_changed_no_row_is_not_counted(report: Report, answer: bool | Exception) -> None:
    """A late record's item was counted where it ended; counting it here too would make two of it."""
    assert counted(report, answer=answer) == {}


def test_claims_pass_through() -> None:
    """Counting must change nothing."""
    desk = CountingDesk(desk=Answering(True), counts=WorkerCounts(CollectorRegistry()))

    assert desk.claim(US, a_claim(0)) == ClaimAnswer(granted=(), refused={})
