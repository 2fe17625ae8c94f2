"""Contract of the store: what an attempt may write, and what becomes of items whose attempt was lost."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.claims import Ended, Postponed, Released, Report
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemState, Outcome, WorkerId, ended, lost, postponed, released
from tests.contract.building import (
    FAILED,
    JOB,
    LATER,
    NOW,
    OTHER_JOB,
    PASSED,
    REFUSED,
    US,
    KernelStore,
    a_claim,
    a_job,
    after,
    begun,
    claim,
    end,
    item,
    nos,
    numbers,
    processing,
    record,
    request_cancel,
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


def test_expired_items_return_with_the_loss_counted(store: KernelStore) -> None:
    """Their worker vanished: others may go on at once, and poison is found by the count."""
    processing(store, a_job(), planned=3)
    first = begun(store, 1)[0]
    second = claim(store, a_claim(2, lease_s=60)).granted[0]

    with store.begin(US) as work:
        early = work.ledger.expire(JOB, now=after(29.999))
        expired = work.ledger.expire(JOB, now=after(30))
        again = work.ledger.expire(JOB, now=after(30))
        work.commit()

    assert (early, expired, again) == ([], [lost(first)], [])
    assert [item(store, no) for no in (1, 2)] == [lost(first), second]
    assert begun(store, 1, now=after(31))[0].attempts == 2


def test_a_gone_worker_is_forsaken_without_waiting(store: KernelStore) -> None:
    """A start after a crash knows who is gone; the leases of the living stay."""
    processing(store, a_job(), planned=2)
    gone = claim(store, a_claim(0, worker_id=WorkerId("gone"))).granted[0]
    alive = claim(store, a_claim(1, worker_id=WorkerId("alive"))).granted[0]

    with store.begin(US) as work:
        taken_back = work.ledger.forsake(JOB, WorkerId("gone"), now=after(1))
        work.commit()

    assert taken_back == [lost(gone)]
    assert [item(store, no) for no in (0, 1)] == [lost(gone), alive]


def test_only_the_named_jobs_items_are_taken_back(store: KernelStore) -> None:
    """The sweeper holds one job's lock at a time."""
    processing(store, a_job(), planned=1)
    processing(store, a_job(OTHER_JOB), planned=1)
    begun(store, 0)

    with store.begin(US) as work:
        assert work.ledger.expire(OTHER_JOB, now=after(99)) == []
        assert work.ledger.forsake(OTHER_JOB, a_claim(0).worker_id, now=NOW) == []
        assert work.ledger.overdue(OTHER_JOB, now=after(9999)) == []
        work.commit()

    assert states(store) == ["running"]


def test_overdue_items_are_named_and_left_alone(store: KernelStore) -> None:
    """Whether their lease lives or not: who ends them decides with what."""
    processing(store, a_job(), planned=4)
    overdue = claim(store, a_claim(0, 1, deadline_s=40)).granted
    claim(store, a_claim(2, deadline_s=41))

    with store.begin(US) as work:
        assert work.ledger.overdue(JOB, now=after(39.999)) == []
        assert work.ledger.overdue(JOB, now=after(40)) == list(overdue)
        work.commit()

    assert states(store) == ["running", "running", "running", "pending"]


def test_pending_items_can_be_failed_by_number(store: KernelStore) -> None:
    """Poisoned items end as failed; what is running or over by now keeps its own end."""
    processing(store, a_job(), planned=5)
    end(store, 0)
    begun(store, 1)
    waiting = begun(store, 2)[0]
    record(store, Postponed(no=waiting.no, token=waiting.token, failure=LATER, not_before=after(99)))
    poison = Failure(kind=FailureKind.POISON, message="3 workers vanished")

    with store.begin(US) as work:
        work.ledger.fail_pending(JOB, numbers(0, 1, 2, 3, 77), poison, now=after(7))
        work.ledger.fail_pending(JOB, [], poison, now=after(7))
        work.commit()

    assert states(store) == ["succeeded", "running", "failed", "failed", "pending"]
    outcome = Outcome(state=ItemState.FAILED, failure=poison)
    assert item(store, 3) == ended(_planned(3), outcome, now=after(7))
    assert (item(store, 2).outcome, item(store, 2).not_before, item(store, 2).attempts) == (outcome, None, 1)


def test_a_cancel_ends_what_is_pending_and_nothing_else(store: KernelStore) -> None:
    """Items in flight end as they end; those that have not begun never will."""
    processing(store, a_job(), planned=5)
    end(store, 0)
    running, waiting = begun(store, 1, 2)
    record(store, Postponed(no=waiting.no, token=waiting.token, failure=LATER, not_before=after(99)))

    with store.begin(US) as work:
        assert work.ledger.cancel_pending(JOB, now=after(7)) == 3
        assert work.ledger.cancel_pending(JOB, now=after(8)) == 0
        work.commit()

    assert states(store) == ["succeeded", "running", "cancelled", "cancelled", "cancelled"]
    assert item(store, 1) == running
    assert item(store, 3) == ended(_planned(3), CANCELLED, now=after(7))
    assert (item(store, 2).not_before, item(store, 2).last_failure) == (None, LATER)


def test_after_a_cancel_nothing_becomes_pending_again(store: KernelStore) -> None:
    """A job that is being cancelled would otherwise wait for ever for an item that nobody sends."""
    processing(store, a_job(), planned=4)
    waits, returns, expires, forsaken = (
        claim(store, a_claim(no, worker_id=WorkerId(f"worker-{no}"), lease_s=30 + no)).granted[0] for no in range(4)
    )
    request_cancel(store)

    assert record(
        store,
        Postponed(no=waits.no, token=waits.token, failure=LATER, not_before=after(99)),
        Released(no=returns.no, token=returns.token),
        now=after(5),
    ) == [True, True]
    with store.begin(US) as work:
        by_expiry = work.ledger.expire(JOB, now=after(32))
        by_name = work.ledger.forsake(JOB, WorkerId("worker-3"), now=after(33))
        work.commit()

    assert states(store) == ["cancelled"] * 4
    assert item(store, 0) == ended(postponed(waits, LATER, not_before=after(99)), CANCELLED, now=after(5))
    assert item(store, 1) == ended(released(returns), CANCELLED, now=after(5))
    assert by_expiry == [item(store, 2)] == [ended(lost(expires), CANCELLED, now=after(32))]
    assert by_name == [item(store, 3)] == [ended(lost(forsaken), CANCELLED, now=after(33))]


def test_an_item_in_flight_at_a_cancel_keeps_its_own_end(store: KernelStore) -> None:
    """Its answer was paid for."""
    processing(store, a_job(), planned=2)
    taken = begun(store, 0)[0]
    request_cancel(store)

    assert record(store, Ended(no=taken.no, token=taken.token, outcome=PASSED)) == [True]
    assert states(store) == ["succeeded", "cancelled"]


def test_lost_items_are_returned_in_number_order(store: KernelStore) -> None:
    """Messages about them then say the same each time."""
    processing(store, a_job(), planned=6)
    for no in (4, 0, 2):
        begun(store, no)

    with store.begin(US) as work:
        assert nos(work.ledger.overdue(JOB, now=after(9999))) == [0, 2, 4]
        assert nos(work.ledger.expire(JOB, now=after(9999))) == [0, 2, 4]


def _planned(no: int) -> Item:
    return attrs.evolve(Item(no=numbers(no)[0], key=f"test-{no}", input={"no": no}))
