"""Budgets of both stages: what a job may spend is kept by the kernel, and told by question and by job."""

from __future__ import annotations

import pytest

from domain.jobs.budget import Limit
from domain.jobs.errors import FailureKind
from domain.jobs.events import BudgetReached
from domain.jobs.item import Item
from domain.jobs.job import Job, JobOptions, JobStatus
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import Completion, FinishReason
from domain.rfp_answering.rfp import Rfp
from domain.rfp_answering.stage import RESPONDING, REVIEWING
from tests.contract.building import US
from tests.unit.rfp_replies import ENCRYPTED
from tests.unit.rfp_world import MODEL, OTHER_MODEL, RfpWorld, opinion, said, spec_of
from tests.unit.small_library import TEXTS

A_CALL = Usage(requests=1, prompt_tokens=90, completion_tokens=10, cost_nanousd=5_000)
QUESTIONS = tuple(f"Is customer data of kind {kind} encrypted at rest?" for kind in "abcd")
BOTH = pytest.mark.parametrize("stage", [RESPONDING, REVIEWING])
LIMITS = [
    (JobOptions(concurrency=1, max_requests=2), Limit.REQUESTS),
    (JobOptions(concurrency=1, max_tokens=150), Limit.TOKENS),
    (JobOptions(concurrency=1, max_cost_nanousd=9_999), Limit.COST),
]


def priced(told: str) -> Completion:
    """Answer truly, as a draft and as a review at once, for the price of a call."""
    text = opinion("accept") if "You review one answer" in told else said(ENCRYPTED, "answered", ENCRYPTED)
    return Completion(
        text=text,
        finish_reason=FinishReason.STOP,
        model="priced",
        latency_s=0.0,
        prompt_tokens=A_CALL.prompt_tokens,
        completion_tokens=A_CALL.completion_tokens,
        cost_nanousd=A_CALL.cost_nanousd,
    )


def a_job(stage: str, options: JobOptions) -> tuple[RfpWorld, Rfp, Job]:
    """Return a job of a stage over four questions, each of which costs a call."""
    world = RfpWorld(priced)
    world.library.texts = {"encryption": TEXTS["encryption"]}
    rfp = world.imported(QUESTIONS)
    if stage == RESPONDING:
        return world, rfp, world.answering.respond(US, spec_of(rfp, MODEL, {}), options=options)
    world.answered(rfp)
    return world, rfp, world.answering.review(US, spec_of(rfp, OTHER_MODEL, {}), options=options)


def states(items: list[Item]) -> list[tuple[str, FailureKind | None]]:
    """Return how items ended, and why they failed."""
    return [
        (one.state.value, one.outcome.failure.kind if one.outcome and one.outcome.failure else None) for one in items
    ]


@BOTH
@pytest.mark.parametrize(("options", "limit"), LIMITS, ids=lambda one: one.value if isinstance(one, Limit) else "")
def test_a_stage_stops_at_its_budget_and_says_so(stage: str, options: JobOptions, limit: Limit) -> None:
    """Nobody agreed to more; what was answered stays, and the rest is told apart from questions that failed."""
    world, _rfp, job = a_job(stage, options)

    ended = world.run(job)

    tally = world.kernel.jobs.get(US, job.id).tally
    assert (ended.status, tally.succeeded, tally.failed) == (JobStatus.PARTIAL, 2, 2)
    assert states(world.kernel.items(job.id)) == [("succeeded", None)] * 2 + [("failed", FailureKind.BUDGET)] * 2
    [stop] = [one for one in world.kernel.history(job.id) if isinstance(one, BudgetReached)]
    assert (stop.limit, stop.stopped) == (limit.value, 2)


@BOTH
def test_what_a_stage_spends_is_told_by_question_and_by_job(stage: str) -> None:
    """The sums are those of the rows, and those of the records that a person looks at."""
    world, rfp, job = a_job(stage, JobOptions(concurrency=1))

    world.run(job)

    items = world.kernel.items(job.id)
    assert [one.usage for one in items] == [A_CALL] * 4
    assert world.kernel.jobs.get(US, job.id).tally.usage == sum((one.usage for one in items), start=NOTHING)
    records = [one.draft if stage == RESPONDING else one.review for one in world.standings(rfp)]
    assert [one.usage for one in records if one] == [A_CALL] * 4


@BOTH
def test_retry_failed_grants_a_stage_its_budget_once_more(stage: str) -> None:
    """It is the owner's word; what was paid for is not bought again."""
    world, _rfp, job = a_job(stage, JobOptions(concurrency=1, max_requests=2))
    world.run(job)
    asked = len(world.authors.asked)

    world.kernel.jobs.retry_failed(US, job.id)
    ended = world.run(job)

    tally = world.kernel.jobs.get(US, job.id).tally
    assert (ended.status, tally.succeeded, tally.usage.requests) == (JobStatus.COMPLETED, 4, 4)
    assert len(world.authors.asked) == asked + 2


@BOTH
def test_without_a_model_a_stage_spends_nothing(stage: str) -> None:
    """The offline authors call nobody, so no limit of money or tokens stops them."""
    world = RfpWorld()
    rfp = world.imported()
    options = JobOptions(max_tokens=1, max_cost_nanousd=1)
    job = world.answering.respond(US, spec_of(rfp, None, {}), options=options)
    assert world.run(job).status is JobStatus.COMPLETED
    if stage == REVIEWING:
        job = world.answering.review(US, spec_of(rfp, None, {}), options=options)
        assert world.run(job).status is JobStatus.COMPLETED

    assert world.kernel.jobs.get(US, job.id).tally.usage == NOTHING
