"""Contract of the store: who may begin an attempt at an item, when, and how many at once."""

from __future__ import annotations

import attrs

from domain.jobs.claims import Postponed, Refusal, Released
from domain.jobs.item import ItemState, Lease, WorkerId
from tests.contract.building import (
    FAILED,
    JOB,
    LATER,
    NOW,
    OTHER_JOB,
    US,
    WORKER,
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
)


def test_a_claim_begins_an_attempt_under_a_lease(store: KernelStore) -> None:
    """What is granted is what is stored: the runner works with it without reading again."""
    processing(store, a_job(), planned=2)

    answer = claim(store, a_claim(1))

    granted = answer.granted[0]
    assert granted.lease == Lease(worker_id=WORKER, token=1, until=after(30), deadline_at=after(300))
    assert (granted.state, granted.attempts, granted.token, granted.started_at) == (ItemState.RUNNING, 1, 1, NOW)
    assert (granted.key, granted.input) == ("test-1", {"no": 1})
    assert answer == attrs.evolve(answer, refused={}, due={})
    assert item(store, 1) == granted
    assert item(store, 0).state is ItemState.PENDING


def test_a_claim_that_is_not_committed_did_not_happen(store: KernelStore) -> None:
    """A worker may run an item only once its claim is durable; one that is not must be free for others."""
    processing(store, a_job(), planned=1)
    with store.begin(US) as work:
        assert work.ledger.claim(a_claim(0)).granted

    answer = claim(store, a_claim(0, worker_id=WorkerId("other")))

    assert [granted.token for granted in answer.granted] == [1]


def test_items_are_granted_in_the_order_of_the_wish(store: KernelStore) -> None:
    """With room for some only, the first named are first served."""
    processing(store, a_job(), planned=5)

    answer = claim(store, a_claim(4, 1, 3, 0, concurrency=3))

    assert nos(answer.granted) == [4, 1, 3]
    assert answer.refused == {0: Refusal.BUSY}


def test_an_item_that_is_named_twice_is_granted_once(store: KernelStore) -> None:
    """A message may be packed badly; an item still has one attempt at a time."""
    processing(store, a_job(), planned=2)

    answer = claim(store, a_claim(0, 0, 1))

    assert (nos(answer.granted), answer.refused) == ([0, 1], {})


def test_a_leased_item_is_refused(store: KernelStore) -> None:
    """A redelivered message must not call the target a second time."""
    processing(store, a_job(), planned=1)
    taken = begun(store, 0)[0]

    answer = claim(store, a_claim(0, worker_id=WorkerId("other"), now=after(1)))

    assert (answer.granted, answer.refused) == ((), {0: Refusal.LEASED})
    assert item(store, 0) == taken


def test_an_item_whose_lease_ran_out_waits_for_the_sweeper(store: KernelStore) -> None:
    """Only `expire` takes an item from a worker, so that its loss is counted, and poison is found."""
    processing(store, a_job(), planned=1)
    begun(store, 0)

    answer = claim(store, a_claim(0, now=after(31)))

    assert answer.refused == {0: Refusal.LEASED}


def test_an_ended_item_is_refused(store: KernelStore) -> None:
    """An item ends once, whatever is delivered again."""
    processing(store, a_job(), planned=2)
    end(store, 0)
    end(store, 1, outcome=FAILED)

    assert claim(store, a_claim(0, 1)).refused == {0: Refusal.ENDED, 1: Refusal.ENDED}


def test_unknown_items_are_refused(store: KernelStore) -> None:
    """A number outside the plan, and a job outside the store, are answered and not raised about."""
    processing(store, a_job(), planned=1)

    assert claim(store, a_claim(1)).refused == {1: Refusal.UNKNOWN}
    assert claim(store, a_claim(0, job_id=OTHER_JOB)).refused == {0: Refusal.UNKNOWN}


def test_an_item_that_is_not_due_is_refused_with_the_time_it_is(store: KernelStore) -> None:
    """The asker comes back then, instead of asking in a loop."""
    processing(store, a_job(), planned=2)
    taken = begun(store, 0)[0]
    record(store, Postponed(no=taken.no, token=taken.token, failure=LATER, not_before=after(20)))

    early = claim(store, a_claim(0, now=after(19.999)))
    assert (early.granted, early.refused, early.due) == ((), {0: Refusal.NOT_DUE}, {0: after(20)})

    late = claim(store, a_claim(0, now=after(20)))
    assert [(granted.attempts, granted.token, granted.not_before) for granted in late.granted] == [(2, 2, None)]
    assert late.due == {}


def test_every_reason_in_one_answer(store: KernelStore) -> None:
    """A chunk's items stand differently; each gets its own answer, and refused ones take no room."""
    processing(store, a_job(), planned=7)
    end(store, 0)
    running, waiting = begun(store, 1, 2)
    record(store, Postponed(no=waiting.no, token=waiting.token, failure=LATER, not_before=after(50)))

    answer = claim(store, a_claim(0, 1, 2, 99, 3, 4, 5, concurrency=3))

    assert nos(answer.granted) == [3, 4]
    assert answer.refused == {
        0: Refusal.ENDED,
        1: Refusal.LEASED,
        2: Refusal.NOT_DUE,
        99: Refusal.UNKNOWN,
        5: Refusal.BUSY,
    }
    assert item(store, 1) == running


def test_no_more_items_run_than_the_job_allows(store: KernelStore) -> None:
    """The limit holds over all claims and workers of the job, not per claim."""
    processing(store, a_job(), planned=6)
    claim(store, a_claim(0, 1, concurrency=3))

    answer = claim(store, a_claim(2, 3, worker_id=WorkerId("other"), concurrency=3))

    assert (nos(answer.granted), answer.refused) == ([2], {3: Refusal.BUSY})


def test_an_end_makes_room(store: KernelStore) -> None:
    """Otherwise a job would stop after its first few items."""
    processing(store, a_job(), planned=3)
    end(store, 0)
    taken = claim(store, a_claim(1, concurrency=1)).granted[0]
    record(store, Released(no=taken.no, token=taken.token))

    assert nos(claim(store, a_claim(2, concurrency=1)).granted) == [2]


def test_a_lease_that_ran_out_leaves_its_room(store: KernelStore) -> None:
    """A killed worker must not block its slots until the sweeper comes by."""
    processing(store, a_job(), planned=2)
    begun(store, 0)

    assert claim(store, a_claim(1, concurrency=1, now=after(29.999))).refused == {1: Refusal.BUSY}
    assert nos(claim(store, a_claim(1, concurrency=1, now=after(30))).granted) == [1]


def test_jobs_have_rooms_of_their_own(store: KernelStore) -> None:
    """One job's running items don't slow another's."""
    processing(store, a_job(), planned=1)
    processing(store, a_job(OTHER_JOB), planned=1)
    claim(store, a_claim(0, concurrency=1))

    assert nos(claim(store, a_claim(0, job_id=OTHER_JOB, concurrency=1)).granted) == [0]


def test_claims_in_one_transaction_see_each_other(store: KernelStore) -> None:
    """Claims of a process are committed in groups; together they must not exceed the limit either."""
    processing(store, a_job(), planned=6)

    with store.begin(US) as work:
        granted = [nos(work.ledger.claim(a_claim(no, no + 1, concurrency=3)).granted) for no in (0, 2, 4)]
        work.commit()

    assert granted == [[0, 1], [2], []]


def test_extending_a_lease_keeps_the_item(store: KernelStore) -> None:
    """However long an item takes, it is its worker's for as long as the worker lives."""
    processing(store, a_job(), planned=3)
    first, second, third = begun(store, 0, 1, 2)

    with store.begin(US) as work:
        work.ledger.extend(JOB, [(first.no, first.token), (second.no, second.token)], lease_until=after(90))
        work.commit()

    assert item(store, 0).lease == attrs.evolve(first.lease or _no_lease(), until=after(90))
    assert item(store, 1).lease == attrs.evolve(second.lease or _no_lease(), until=after(90))
    assert item(store, 2) == third


def test_a_lost_lease_cannot_be_extended(store: KernelStore) -> None:
    """A worker that was cut off for a while must not keep alive what is another's, pending, or over."""
    processing(store, a_job(), planned=3)
    taken, ended, postponed = begun(store, 0, 1, 2)
    with store.begin(US) as work:
        work.ledger.expire(JOB, now=after(31))
        work.commit()
    again = begun(store, 0, 1, now=after(32))
    record(store, Released(no=again[1].no, token=again[1].token))
    stored = [item(store, no) for no in range(3)]

    with store.begin(US) as work:
        tokens = [(old.no, old.token) for old in (taken, ended, postponed)]
        work.ledger.extend(JOB, tokens, lease_until=after(999))
        work.ledger.extend(JOB, [], lease_until=after(999))
        work.commit()

    assert [item(store, no) for no in range(3)] == stored


def test_workers_of_a_job_are_those_with_a_lease(store: KernelStore) -> None:
    """A start after a crash asks for them, to take their items back at once."""
    processing(store, a_job(), planned=4)
    for no, name in enumerate(("a", "a", "b", "c")):
        claim(store, a_claim(no, worker_id=WorkerId(name)))
    taken = item(store, 3)
    record(store, Released(no=taken.no, token=taken.token))

    with store.view(US) as work:
        assert work.ledger.workers_of(JOB) == {"a", "b"}
        assert work.ledger.get(JOB, numbers(3))[0].lease is None


def _no_lease() -> Lease:
    raise AssertionError("a running item has a lease")
