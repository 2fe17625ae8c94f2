"""Contract of the store: what an attempt may write, and what becomes of items whose attempt was lost."""

from __future__ import annotations

import pytest

from domain.jobs.claims import Ended, Postponed, Released, Report
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, ItemState, Outcome, ended, postponed, released
from tests.contract.building import (
    FAILED,
    JOB,
    LATER,
    NOW,
    PASSED,
    REFUSED,
    US,
    KernelStore,
    a_job,
    after,
    begun,
    end,
    item,
    numbers,
    processing,
    record,
    states,
)

CANCELLED = Outcome(state=ItemState.CANCELLED)
PARTLY = Outcome(state=ItemState.FAILED, failure=REFUSED, result={"answer": "kept: ✓", "scores": [0.5]})


@pytest.mark.parametrize(
    "outcome",
    [PASSED, FAILED, PARTLY, Outcome(state=ItemState.SKIPPED), CANCELLED],
    ids=["succeeded", "failed", "failed with a result", "skipped", "cancelled"],
)
def test_an_outcome_is_stored_as_it_was_reported(store: KernelStore, outcome: Outcome) -> None:
    """The rows are the only truth: verdict, result and failure must all come back."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    assert record(store, Ended(no=taken.no, token=taken.token, outcome=outcome), now=after(5)) == [True]

    assert item(store, 0) == ended(taken, outcome, now=after(5))


def test_a_postponed_item_waits_with_its_failure(store: KernelStore) -> None:
    """The wait, the spent attempt and the reason survive until the next attempt."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    record(store, Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=after(8)), now=after(1))

    assert item(store, 0) == postponed(taken, LATER, not_before=after(8))


def test_the_last_failure_outlives_a_success(store: KernelStore) -> None:
    """A report can say that an item succeeded at its second try, and why the first failed."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]
    record(store, Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=after(1)))

    end(store, 0, now=after(2))

    assert (item(store, 0).outcome, item(store, 0).last_failure, item(store, 0).attempts) == (PASSED, LATER, 2)


def test_a_released_item_is_as_before_its_attempt(store: KernelStore) -> None:
    """A worker that shuts down gives its items back without spending their budget."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    record(store, Released(no=taken.no, token=taken.token))

    assert item(store, 0) == released(taken)
    assert begun(store, 0, now=after(1))[0].token == taken.token + 1


def test_a_second_record_changes_nothing(store: KernelStore) -> None:
    """Delivery is at least once; the first answer stands."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]
    record(store, Ended(no=taken.no, token=taken.token, outcome=PASSED))
    stored = item(store, 0)

    later: list[Report] = [
        Ended(no=taken.no, token=taken.token, outcome=FAILED),
        Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=NOW),
        Released(no=taken.no, token=taken.token),
    ]

    assert record(store, *later, now=after(9)) == [False, False, False]
    assert item(store, 0) == stored


def test_a_late_record_of_a_lost_attempt_changes_nothing(store: KernelStore) -> None:
    """Its item runs under another token now; the fence keeps the two attempts apart."""
    processing(store, a_job(), planned=1)
    old = begun(store, 0)[0]
    with store.begin(US) as work:
        work.ledger.expire(JOB, now=after(31))
        work.commit()
    assert record(store, Ended(no=old.no, token=old.token, outcome=FAILED), now=after(32)) == [False]
    new = begun(store, 0, now=after(33))[0]

    assert record(store, Ended(no=old.no, token=old.token, outcome=FAILED), now=after(34)) == [False]
    assert item(store, 0) == new
    assert record(store, Ended(no=new.no, token=new.token, outcome=PASSED), now=after(35)) == [True]


def test_a_record_counts_until_somebody_took_the_item_back(store: KernelStore) -> None:
    """A lease that ran out unnoticed cost nothing; throwing the answer away would cost a call."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    assert record(store, Ended(no=taken.no, token=taken.token, outcome=PASSED), now=after(500)) == [True]


def test_a_token_from_the_future_or_of_an_unknown_item_is_refused(store: KernelStore) -> None:
    """Only the exact live token writes."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    reports = [
        Ended(no=no, token=taken.token + step, outcome=PASSED) for no, step in ((taken.no, 1), (numbers(9)[0], 0))
    ]

    assert record(store, *reports) == [False, False]
    assert states(store) == ["running"]


def test_reports_of_a_group_are_answered_one_by_one(store: KernelStore) -> None:
    """Records are committed in groups; a late one among them spoils nothing, and a repeated one counts once."""
    processing(store, a_job(), planned=4)
    zero, one, two, three = begun(store, 0, 1, 2, 3)

    applied = record(
        store,
        Ended(no=three.no, token=three.token, outcome=FAILED),
        Ended(no=zero.no, token=zero.token + 7, outcome=PASSED),
        Postponed(no=one.no, token=one.token, failure=LATER, not_before=after(3)),
        Ended(no=two.no, token=two.token, outcome=PASSED),
        Ended(no=two.no, token=two.token, outcome=FAILED),
    )

    assert applied == [True, False, True, True, False]
    assert states(store) == ["running", "pending", "succeeded", "failed"]
    assert item(store, 2).outcome == PASSED


def test_nothing_to_record_is_fine(store: KernelStore) -> None:
    """A group may be empty."""
    processing(store, a_job(), planned=1)

    assert record(store) == []


def test_text_no_database_can_hold_does_not_fail_the_record(store: KernelStore) -> None:
    """A target may answer NUL characters or half a surrogate pair; the other items of the group must not suffer."""
    processing(store, a_job(), planned=2)
    zero, one = begun(store, 0, 1)
    strange = "before\x00\ud800after"
    outcome = Outcome(
        state=ItemState.FAILED,
        result={"answer": strange, strange: [strange]},
        failure=Failure(kind=FailureKind.BAD_ANSWER, message=strange),
    )

    applied = record(
        store,
        Ended(no=zero.no, token=zero.token, outcome=outcome),
        Ended(no=one.no, token=one.token, outcome=PASSED),
    )

    assert applied == [True, True]
    stored = item(store, 0).outcome
    assert stored is not None
    assert str(stored.result["answer"]).startswith("before")
    assert str(stored.result["answer"]).endswith("after")
