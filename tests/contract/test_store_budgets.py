"""Budgets: nothing begins once a limit is reached, and what has been spent is the sum over the rows."""

from __future__ import annotations

from random import Random

import attrs
import pytest

from domain.jobs.budget import Budget, Limit, Spending
from domain.jobs.claims import Ended, Kept, Postponed, Refusal, Released
from domain.jobs.closing import advance, settle
from domain.jobs.errors import FailureKind
from domain.jobs.events import BudgetReached, JobEnded
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.job import Job, JobOptions, JobStatus, revised
from domain.jobs.usage import NOTHING, Usage
from tests.contract.building import (
    JOB,
    LATER,
    NOW,
    PASSED,
    US,
    KernelStore,
    a_claim,
    a_job,
    after,
    begun,
    claim,
    nos,
    processing,
    record,
    states,
)

ONE = Usage(requests=1, prompt_tokens=20, completion_tokens=5, cost_nanousd=3_700)


def spend(store: KernelStore, no: int, usage: Usage, *, token: int = 1) -> None:
    """End a running item that has cost so much."""
    assert record(store, Ended(no=ItemNo(no), token=token, outcome=PASSED, spent=usage)) == [True]


def spending(store: KernelStore) -> Spending:
    """Return what the newest revision has spent."""
    with store.view(US) as work:
        return work.ledger.spending(JOB)


@pytest.mark.parametrize(
    ("budget", "limit"),
    [
        (Budget(max_requests=2), Limit.REQUESTS),
        (Budget(max_tokens=50), Limit.TOKENS),
        (Budget(max_cost_nanousd=7_400), Limit.COST),
        (Budget(max_tokens=51, max_cost_nanousd=7_000), Limit.COST),
    ],
)
def test_nothing_begins_once_a_limit_is_reached(store: KernelStore, budget: Budget, limit: Limit) -> None:
    """Whoever sets a limit means it: the claim refuses, and says why."""
    processing(store, a_job(), planned=4)
    begun(store, 0, 1)
    spend(store, 0, ONE)
    assert nos(claim(store, attrs.evolve(a_claim(2), budget=Budget(max_tokens=26))).granted) == [2]
    spend(store, 1, ONE)

    answer = claim(store, attrs.evolve(a_claim(2, 3), budget=budget))

    assert (answer.granted, answer.refused) == ((), {2: Refusal.LEASED, 3: Refusal.BUDGET})
    assert budget.reached(spending(store), now=NOW) is limit


def test_requests_are_reserved_for_what_runs(store: KernelStore) -> None:
    """Ten requests are ten requests, also where twenty items could run at once."""
    processing(store, a_job(), planned=5)
    wish = attrs.evolve(a_claim(0, 1, 2, 3, 4), budget=Budget(max_requests=3))

    first = claim(store, wish)
    assert (nos(first.granted), first.refused) == ([0, 1, 2], {3: Refusal.BUSY, 4: Refusal.BUSY})
    record(store, Released(no=ItemNo(0), token=1, not_before=after(60)))
    spend(store, 1, ONE)
    again = claim(store, wish)
    assert (nos(again.granted), again.refused[ItemNo(4)]) == ([3], Refusal.BUSY)
    spend(store, 2, ONE)
    spend(store, 3, ONE)

    assert claim(store, wish).refused[ItemNo(4)] is Refusal.BUDGET


def test_time_is_a_budget_too(store: KernelStore) -> None:
    """It counts from where the plan was begun, not from where the job began to wait."""
    job = processing(store, attrs.evolve(a_job(created_at=after(-500))), planned=2)
    budget = Budget(max_duration_s=10)

    assert job.opened_at == NOW
    assert nos(claim(store, attrs.evolve(a_claim(0, now=after(9.9)), budget=budget)).granted) == [0]
    assert claim(store, attrs.evolve(a_claim(1, now=after(10)), budget=budget)).refused == {1: Refusal.BUDGET}


def test_a_new_revision_has_its_budget_once_more(store: KernelStore) -> None:
    """Whoever asks for a retry agrees to pay for it."""
    processing(store, a_job(), planned=2)
    begun(store, 0)
    spend(store, 0, ONE)
    with store.begin(US) as work:
        job = work.jobs.get(JOB, lock=True)
        work.jobs.close(attrs.evolve(job, status=JobStatus.FAILED, ended_at=NOW), revision=1)
        work.jobs.put(revised(work.jobs.get(JOB, lock=True), now=after(100)))
        work.commit()

    assert spending(store) == Spending(since=after(100))
    begun(store, 1)
    spend(store, 1, ONE + ONE)
    assert spending(store).usage == ONE + ONE
    with store.view(US) as work:
        assert work.ledger.tally(JOB).usage == ONE + ONE + ONE


def test_what_waits_is_ended_when_a_limit_is_reached(store: KernelStore) -> None:
    """The job ends by the ordinary rule; what ran is kept, what runs ends as it ends, the rest says why not."""
    job = with_options(store, planned=9, options=JobOptions(max_requests=1, concurrency=2))
    begun(store, 0, 1)
    spend(store, 0, ONE)

    job = moved_on(store)

    assert states(store) == ["succeeded", "running", *["failed"] * 7]
    assert not job.status.is_end
    record(store, Postponed(no=ItemNo(1), token=1, failure=LATER, not_before=after(5), spent=ONE))
    job = moved_on(store)
    assert (job.status, states(store)[1]) == ("partial", "failed")
    with store.view(US) as work:
        [failed] = work.ledger.get(JOB, [ItemNo(8)])
        history = [envelope.message for envelope in work.outbox.history(JOB)]
    assert failed.outcome is not None
    assert failed.outcome.failure is not None
    assert failed.outcome.failure.kind is FailureKind.BUDGET
    assert "1 requests (--max-requests)" in failed.outcome.failure.message
    stops = [message for message in history if isinstance(message, BudgetReached)]
    assert [(stop.limit, stop.stopped, stop.revision) for stop in stops] == [
        ("max_requests", 7, 1),
        ("max_requests", 1, 1),
    ]
    assert sum(isinstance(message, JobEnded) for message in history) == 1


def test_a_job_within_its_budget_is_left_alone(store: KernelStore) -> None:
    """A limit that is not reached changes nothing."""
    with_options(store, planned=3, options=JobOptions(max_requests=3, max_tokens=1000))
    begun(store, 0)
    spend(store, 0, ONE)

    assert not moved_on(store).status.is_end
    assert states(store) == ["succeeded", "pending", "pending"]


@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_events_spends_more_than_what_was_in_flight(store: KernelStore, seed: int) -> None:
    """The bound that is promised: at each grant less than the limit is spent, and requests never pass theirs."""
    chance = Random(seed)
    concurrency = chance.randint(1, 4)
    budget = Budget(max_requests=chance.randint(1, 9), max_cost_nanousd=chance.randint(1, 40))
    processing(store, a_job(), planned=20)
    running: dict[ItemNo, Item] = {}
    for _ in range(80):
        spent = spending(store).usage
        if chance.random() < 0.5:
            wanted = chance.sample(range(20), 3)
            wish = attrs.evolve(a_claim(*wanted, concurrency=concurrency), budget=budget)
            for item in claim(store, wish).granted:
                assert budget.reached(Spending(usage=spent), now=NOW) is None
                running[item.no] = item
        elif running:
            _report(store, running.pop(chance.choice(list(running))), chance)

    spent = spending(store).usage
    with store.view(US) as work:
        assert spent == work.ledger.tally(JOB).usage
    assert spent.requests <= (budget.max_requests or 0)
    assert spent.cost_nanousd < (budget.max_cost_nanousd or 0) + concurrency * 10


def _report(store: KernelStore, item: Item, chance: Random) -> None:
    spent = item.usage + Usage(requests=1, cost_nanousd=chance.randint(0, 10))
    if chance.random() < 0.5:
        record(store, Kept(no=item.no, token=item.token, progress={"a": 1}, spent=spent))
    end = Ended(no=item.no, token=item.token, outcome=PASSED, spent=spent)
    later = Postponed(no=item.no, token=item.token, failure=LATER, not_before=NOW, spent=spent)
    assert record(store, end if chance.random() < 0.5 else later) == [True]


def with_options(store: KernelStore, *, planned: int, options: JobOptions) -> Job:
    """Store a job with these options, its first shards sent."""
    processing(store, attrs.evolve(a_job(), options=options), planned=planned)
    return moved_on(store)


def moved_on(store: KernelStore) -> Job:
    """Move the job on, as every collection and every sweep does."""
    with store.begin(US) as work:
        job = work.jobs.get(JOB, lock=True)
        settle(work, job)
        job = advance(work, job, now=NOW)
        work.commit()
    return job


def test_nothing_is_spent_before_anything_is_reported(store: KernelStore) -> None:
    """A job without rows of its own has no spending, rather than an error."""
    assert spending(store) == Spending()
    processing(store, a_job(), planned=1)
    assert spending(store) == Spending(usage=NOTHING, since=NOW)
    assert ItemState.PENDING in states(store)
