"""A summary's memory does not grow with the run."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import attrs

from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome
from domain.test_execution.summary import summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import erred, failed, job_of

ROWS = 30_000
WATCHED_FROM = 24_000
MOST_BYTES = 360_000
"""What the bounded groups take is 300 kB: the rest is less than ten bytes for each row that is watched."""


def worst_rows() -> Iterator[Item]:
    """Yield rows that share nothing: a metric, a tag and a latency each, and errors all different; watch the last."""
    good, bad = failed(0), erred(1)
    for no in range(ROWS):
        if no == WATCHED_FROM:
            tracemalloc.start()
        case = {"case": {"id": f"test {no}", "prompt": "?", "tags": [f"tag {no}"]}, "repeat": 1}
        if no % 10:
            metric = {
                "metric": f"metric {no}",
                "kind": "contains",
                "verdict": "fail",
                "value": 0.0,
                "reason": "no " * 99,
            }
            result = {"answer": "Lyon " * 200, "latency_s": 1e-5 * (no + 1), "scores": [metric]}
            outcome = Outcome(state=ItemState.SUCCEEDED, verdict="fail", result=result)
            yield attrs.evolve(good, no=ItemNo(no), key=f"test {no}", input=case, outcome=outcome)
        else:
            failure = Failure(kind=FailureKind.REFUSED, message=f"request {no} was refused")
            outcome = Outcome(state=ItemState.FAILED, failure=failure)
            yield attrs.evolve(bad, no=ItemNo(no), key=f"test {no}", input=case, outcome=outcome)


def test_30000_rows_are_summarised_in_bounded_memory() -> None:
    """A run of any size is reported on a small machine: rows are read one at a time, and every group is bounded."""
    try:
        summary = summarise(job_of(ROWS), items=worst_rows(), gates=Gates(min_pass_rate=0.9))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MOST_BYTES
    assert summary.tally.total == ROWS
    assert sum(group.count for group in summary.errors) + summary.other_errors == summary.tally.failed == ROWS // 10
