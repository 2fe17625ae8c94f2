"""Contract of the store: what becomes of items whose worker vanished, and of those that a cancel or give-up ends."""

from __future__ import annotations

import attrs

from domain.jobs.claims import Ended, Postponed, Released
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemState, Outcome, WorkerId, ended, lost, postponed, released
from tests.contract.building import (
    JOB,
    LATER,
    NOW,
    OTHER_JOB,
    PASSED,
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
