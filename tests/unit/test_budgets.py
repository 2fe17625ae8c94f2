"""Budgets: what reaches them, what they say, and that jobs keep to them whoever works."""

from __future__ import annotations

import click
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.budget import Budget, Limit, Spending
from domain.jobs.errors import FailureKind, TransientFailure
from domain.jobs.events import BudgetReached
from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobOptions
from domain.jobs.usage import NOTHING, Usage, dollars
from entrypoints.cli.money import DOLLARS
from tests.contract.building import NOW, US, after, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.world import Kernel

A_CALL = Usage(requests=1, prompt_tokens=20, completion_tokens=5, cost_nanousd=3_700)
usages = st.builds(Usage, **{name: st.integers(0, 9) for name in ("requests", "prompt_tokens", "cost_nanousd")})


def paid(_: Item) -> Outcome:
    """Pass, for the price of a call."""
    return evolve(PASSED, usage=A_CALL)


@given(st.lists(usages), st.randoms())
def test_sums_are_exact_in_any_order(parts: list[Usage], chance: object) -> None:
    """Money that depends on the order of adding is no money."""
    shuffled = list(parts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    total = sum(parts, start=NOTHING)
    assert total == sum(shuffled, start=NOTHING)
    assert all(total - part + part == total for part in parts)
    assert bool(total) == (total != Usage())


@pytest.mark.parametrize(
    ("spent", "at", "limit"),
    [
        (NOTHING, 0, None),
        (Usage(requests=3), 0, Limit.REQUESTS),
        (Usage(prompt_tokens=6, completion_tokens=4), 0, Limit.TOKENS),
        (Usage(cost_nanousd=500), 0, Limit.COST),
        (Usage(requests=2, prompt_tokens=9, cost_nanousd=499), 59.9, None),
        (NOTHING, 60, Limit.DURATION),
    ],
)
def test_a_limit_is_reached_when_it_is_used_up(spent: Usage, at: float, limit: Limit | None) -> None:
    """Not before: the last call of a budget may be made."""
    budget = Budget(max_requests=3, max_tokens=10, max_cost_nanousd=500, max_duration_s=60)

    assert budget.reached(Spending(usage=spent, since=NOW), now=after(at)) is limit
    assert budget.reached(Spending(usage=spent), now=after(at)) in (None, limit)


@pytest.mark.parametrize("name", ["max_requests", "max_tokens", "max_cost_nanousd", "max_duration_s"])
def test_a_limit_of_nothing_is_refused(name: str) -> None:
    """A job that may not begin is a mistake of whoever asks for it."""
    with pytest.raises(ValueError, match=name):
        JobOptions(**{name: 0})  # type: ignore[arg-type]  # mypy takes the 0 for any field's


@pytest.mark.parametrize(
    ("words", "nanousd"), [("0.50", 500_000_000), ("$12", 12_000_000_000), ("0.000000001", 1), ("1e-3", 1_000_000)]
)
def test_dollars_are_read_exactly(words: str, nanousd: int) -> None:
    """As decimals, never as floats."""
    assert DOLLARS.convert(words, None, None) == nanousd


@pytest.mark.parametrize("words", ["0", "-1", "half", "0.0000000001", "nan", "inf"])
def test_what_is_no_amount_is_refused(words: str) -> None:
    """A budget that was misread would be found out by the bill."""
    with pytest.raises(click.BadParameter):
        DOLLARS.convert(words, None, None)


@pytest.mark.parametrize(
    ("nanousd", "words"),
    [
        (0, "$0.00"),
        (3_700, "$0.0000037"),
        (54_000_000, "$0.054"),
        (120_000_000, "$0.12"),
        (1_234_560_000_000, "$1,234.56"),
    ],
)
def test_amounts_are_shown_as_people_read_them(nanousd: int, words: str) -> None:
    """Small ones with their figures, not as nothing."""
    assert dollars(nanousd) == words


def test_a_job_makes_as_many_requests_as_it_may_and_ends_partial() -> None:
    """The plain case: one call an item, a hundred allowed."""
    it = Kernel(family=ScriptedFamily(work=paid))
    job = it.submit(40, options=JobOptions(concurrency=8, max_requests=10))
    it.run()

    view = it.jobs.get(US, job.id)
    assert (view.job.status, view.tally.succeeded, view.tally.failed) == ("partial", 10, 30)
    assert view.tally.usage.requests == 10
    stops = [message for message in it.history(job.id) if isinstance(message, BudgetReached)]
    assert [(stop.limit, stop.stopped) for stop in stops] == [("max_requests", 30)]


def test_retry_failed_grants_the_budget_once_more() -> None:
    """It is the owner's word that the rest may cost as much again."""
    it = Kernel(family=ScriptedFamily(work=paid))
    job = it.submit(5, options=JobOptions(max_cost_nanousd=2 * A_CALL.cost_nanousd, concurrency=1))
    it.run()
    it.jobs.retry_failed(US, job.id)
    it.run()

    assert it.jobs.get(US, job.id).tally.succeeded == 4
    it.jobs.retry_failed(US, job.id)
    it.run()
    assert (it.job(job.id).status, len(it.items(job.id))) == ("completed", 5)


def test_a_job_whose_time_is_up_ends_although_nobody_claims() -> None:
    """Every item waits for a far side that asked for patience: the sweeper keeps the time."""

    def busy(_: Item) -> Outcome:
        raise TransientFailure("status 429", kind=FailureKind.RATE_LIMITED, retry_after_s=100, usage=A_CALL)

    it = Kernel(family=ScriptedFamily(work=busy))
    job = it.sent(3, options=JobOptions(max_duration_s=50))
    it.worker().execute(US, job.id, numbers(0, 1, 2))
    it.clock.advance(51)
    it.sweeper.sweep()

    assert it.job(job.id).status == "failed"
    assert {item.outcome.failure.kind for item in it.items(job.id) if item.outcome and item.outcome.failure} == {
        "budget"
    }
    assert it.jobs.get(US, job.id).tally.usage.requests == 3


def test_messages_that_come_after_the_time_is_up_run_nothing() -> None:
    """The duration counts from where the plan was begun, whatever held up the rest."""
    it = Kernel(family=ScriptedFamily(work=paid))
    job = it.submit(3, options=JobOptions(max_duration_s=50))
    it.planner.start(US, job.id)
    it.clock.advance(51)
    it.run()

    assert (it.job(job.id).status, it.states(job.id)) == ("failed", ["failed"] * 3)
