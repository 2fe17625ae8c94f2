"""What an attempt keeps while it runs, and what items cost: stored under the token, added up exactly."""

from __future__ import annotations

import pytest
from attrs import evolve

from domain.jobs.claims import Ended, Kept, Postponed, Refusal, Released, Report
from domain.jobs.item import Document, ItemNo, ItemState, Outcome
from domain.jobs.plan import ShardState
from domain.jobs.usage import NOTHING, Usage
from tests.contract.building import (
    FAILED,
    JOB,
    LATER,
    PASSED,
    US,
    KernelStore,
    a_claim,
    a_job,
    after,
    begun,
    claim,
    item,
    processing,
    record,
    request_cancel,
)

TURN_1, TURN_2 = {"turns": ["hello"]}, {"turns": ["hello", "how are you?"]}
ONE = Usage(requests=1, prompt_tokens=20, completion_tokens=5, cost_nanousd=3_700)
TWO = ONE + ONE


@pytest.fixture(autouse=True)
def a_job_of_three(store: KernelStore) -> None:
    """A job of three items in one shard."""
    processing(store, a_job(), planned=3)


def kept(no: int = 0, *, token: int = 1, progress: Document = TURN_1, spent: Usage = ONE) -> Kept:
    """Return the report that an attempt has come so far."""
    return Kept(no=ItemNo(no), token=token, progress=progress, spent=spent)


def test_what_is_kept_is_there_for_the_next_attempt(store: KernelStore) -> None:
    """Nine turns were paid for when the worker died at the tenth."""
    [running] = begun(store, 0)

    assert record(store, kept(), kept(progress=TURN_2, spent=TWO)) == [True, True]
    assert item(store, 0).lease == running.lease
    record(store, Postponed(no=ItemNo(0), token=1, failure=LATER, not_before=after(1)))
    [again] = claim(store, a_claim(0, now=after(1))).granted

    assert (again.progress, again.usage, again.attempts) == (TURN_2, TWO, 2)


def test_what_a_late_attempt_keeps_changes_nothing(store: KernelStore) -> None:
    """Two attempts must not write over each other's turns."""
    begun(store, 0)
    record(store, Released(no=ItemNo(0), token=1))
    begun(store, 0)

    assert record(store, kept()) == [False]
    assert record(store, kept(1), kept(9)) == [False, False]
    assert (item(store, 0).progress, item(store, 0).usage) == (None, NOTHING)


def test_the_same_report_twice_counts_once(store: KernelStore) -> None:
    """A commit whose answer was lost is written again, and money is not spent by writing."""
    begun(store, 0)

    record(store, kept())
    record(store, kept(), kept())

    assert item(store, 0).usage == ONE


@pytest.mark.parametrize("first", ["kept", "ended"])
def test_kept_and_ended_in_one_group_count_in_their_order(store: KernelStore, first: str) -> None:
    """The keeper may give an attempt up while it hands in a turn."""
    begun(store, 0)
    end = Ended(no=ItemNo(0), token=1, outcome=FAILED)

    together: list[Report] = [kept(), end] if first == "kept" else [end, kept()]

    answers = record(store, *together)

    assert answers == ([True, True] if first == "kept" else [True, False])
    assert item(store, 0).usage == (ONE if first == "kept" else NOTHING)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (PASSED, None),
        (Outcome(state=ItemState.SKIPPED), None),
        (FAILED, TURN_1),
        (Outcome(state=ItemState.CANCELLED), TURN_1),
    ],
)
def test_only_what_can_be_run_again_keeps_its_progress(
    store: KernelStore, outcome: Outcome, expected: dict[str, object] | None
) -> None:
    """What succeeded has it in its result; once more would double the rows."""
    begun(store, 0)
    record(store, kept(), Ended(no=ItemNo(0), token=1, outcome=outcome, spent=TWO))

    assert (item(store, 0).progress, item(store, 0).usage) == (expected, TWO)
    assert item(store, 0).outcome == outcome


def test_a_new_revision_goes_on_with_what_was_paid_for(store: KernelStore) -> None:
    """The answer is there and only its judge failed: retry-failed must not buy it again."""
    begun(store, 0)
    record(store, kept(), Ended(no=ItemNo(0), token=1, outcome=FAILED))
    with store.begin(US) as work:
        work.ledger.reset(JOB, [ItemState.FAILED])
        work.commit()

    assert (item(store, 0).state, item(store, 0).attempts) == ("pending", 0)
    assert (item(store, 0).progress, item(store, 0).usage) == (TURN_1, ONE)


def test_an_empty_progress_forgets(store: KernelStore) -> None:
    """A family that wants to begin anew says so."""
    begun(store, 0)

    record(store, kept(), kept(progress={}))

    assert item(store, 0).progress is None


def test_a_deferred_item_waits_and_its_attempt_does_not_count(store: KernelStore) -> None:
    """Waiting for a rate limit is no failure, however often it happens."""
    begun(store, 0)

    record(store, Released(no=ItemNo(0), token=1, not_before=after(7), spent=ONE))

    waiting = item(store, 0)
    assert (waiting.state, waiting.attempts, waiting.last_failure) == ("pending", 0, None)
    assert (waiting.not_before, waiting.usage) == (after(7), ONE)
    answer = claim(store, a_claim(0, now=after(6)))
    assert (answer.refused, answer.due) == ({0: Refusal.NOT_DUE}, {0: after(7)})


def test_a_deferred_item_of_a_cancelled_job_is_over(store: KernelStore) -> None:
    """Nothing may be pending behind a cancel's back."""
    begun(store, 0)
    request_cancel(store)

    record(store, Released(no=ItemNo(0), token=1, not_before=after(7), spent=ONE))

    assert (item(store, 0).state, item(store, 0).not_before, item(store, 0).usage) == ("cancelled", None, ONE)


def test_the_tally_adds_up_what_items_cost(store: KernelStore) -> None:
    """Open items and closed shards alike; sums beyond 32 bits too."""
    large = Usage(requests=1, cost_nanousd=5_000_000_000_000)
    begun(store, 0, 1)
    record(store, kept(0, spent=large), Ended(no=ItemNo(1), token=1, outcome=PASSED, spent=large))

    with store.begin(US) as work:
        assert work.ledger.tally(JOB).usage == large + large
        [shard] = work.ledger.shards(JOB, ShardState.PLANNED, limit=1)
        tally = work.ledger.tally(JOB, shard)
        work.ledger.put_shard(JOB, evolve(shard, state=ShardState.CLOSED, tally=tally))
        assert work.ledger.shard(JOB, 0).tally == tally
        assert work.ledger.tally(JOB).usage == large + large
