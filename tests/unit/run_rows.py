"""Item rows of a test run, built as short as a test wants to say them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import attrs

from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome
from domain.jobs.job import Job, JobId, JobStatus
from domain.tenancy import OrganizationId, UserId
from domain.test_execution.codec import item_to_json, result_to_json
from domain.test_execution.metric import Score, Verdict, verdict_of, weighted_value
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase, TestItem

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def job_of(planned: int | None, *, status: JobStatus = JobStatus.COMPLETED) -> Job:
    """Return the job of a run that began at noon and, if it has ended, ended 90 s later."""
    ended_at = NOON + timedelta(seconds=90) if status.is_end else None
    return Job(
        id=JobId("run-1"),
        organization_id=OrganizationId("org-1"),
        kind="test_execution",
        spec={},
        started_by=UserId("ann"),
        created_at=NOON - timedelta(seconds=1),
        updated_at=NOON + timedelta(seconds=60),
        status=status,
        planned=planned,
        started_at=NOON,
        ended_at=ended_at,
    )


def score(verdict: Verdict, *, metric: str = "contains", reason: str = "because", required: bool = True) -> Score:
    """Return a score of kind `contains`, worth 1 where it passed."""
    value = float(verdict is PASS)
    return Score(metric=metric, kind="contains", verdict=verdict, value=value, reason=reason, required=required)


def judged(
    no: int,
    *scores: Score,
    key: str = "",
    tags: tuple[str, ...] = (),
    answer: str = "Paris",
    prompt: str = "Capital of France?",
    latency_s: float = 0.25,
    tokens: tuple[int, int] | None = None,
    cost_nanousd: int | None = None,
) -> Item:
    """Return the row of a test that was executed and got *scores*."""
    sent, received = tokens or (None, None)
    said = Answer(
        text=answer,
        latency_s=latency_s,
        status=200,
        prompt_tokens=sent,
        completion_tokens=received,
        cost_nanousd=cost_nanousd,
    )
    result = result_to_json(prompt, said, list(scores), weighted_value(scores))
    outcome = Outcome(state=ItemState.SUCCEEDED, verdict=verdict_of(scores).value, result=result)
    return _ended(no, outcome, key=key, tags=tags)


def erred(
    no: int,
    message: str = "no answer",
    *,
    kind: FailureKind = FailureKind.TIMED_OUT,
    key: str = "",
    tags: tuple[str, ...] = (),
    result: dict[str, object] | None = None,
) -> Item:
    """Return the row of a test that could not be executed or judged."""
    failure = Failure(kind=kind, message=message)
    outcome = Outcome(state=ItemState.FAILED, failure=failure, result=result or {})
    return attrs.evolve(_ended(no, outcome, key=key, tags=tags), last_failure=failure)


def unrun(no: int, state: ItemState, *, tags: tuple[str, ...] = ()) -> Item:
    """Return the row of a test that did not run, or not to its end."""
    if not state.is_end:
        return attrs.evolve(_waiting(no, tags=tags), state=state)
    return attrs.evolve(_waiting(no, tags=tags), state=state, ended_at=NOON, outcome=Outcome(state=state))


def passed(no: int, *, tags: tuple[str, ...] = ()) -> Item:
    """Return the row of a test that passed its one metric."""
    return judged(no, score(PASS), tags=tags)


def failed(no: int, *, tags: tuple[str, ...] = ()) -> Item:
    """Return the row of a test that failed its one metric."""
    return judged(no, score(FAIL), tags=tags)


def again(*items: Item) -> Callable[[], Iterator[Item]]:
    """Return what reports are given: a way to go through the rows."""
    return lambda: iter(items)


def _ended(no: int, outcome: Outcome, *, key: str, tags: tuple[str, ...]) -> Item:
    return attrs.evolve(
        _waiting(no, key=key, tags=tags),
        state=outcome.state,
        attempts=1,
        token=1,
        started_at=NOON,
        ended_at=NOON + timedelta(seconds=2),
        outcome=outcome,
    )


def _waiting(no: int, *, key: str = "", tags: tuple[str, ...] = ()) -> Item:
    case = TestCase(
        id=key or f"test-{no}", prompt="Capital of {{ country }}?", variables={"country": "France"}, tags=tags
    )
    return Item(no=ItemNo(no), key=case.id, input=item_to_json(TestItem(case=case, repeat=1)))
