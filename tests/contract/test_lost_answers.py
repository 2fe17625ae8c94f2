"""Claims whose commit was made, and whose answer was lost: the worker gets its items all the same."""

from __future__ import annotations

import attrs
import pytest

from adapters.group_commit import GroupCommit
from adapters.memory.clock import ManualClock
from domain.jobs.claims import Refusal
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.item import WorkerId
from tests.contract.building import (
    NOW,
    US,
    KernelStore,
    a_claim,
    a_job,
    after,
    begun,
    claim,
    item,
    nos,
    numbers,
    processing,
    request_cancel,
)
from tests.kernel.outage import StoreThatLosesAnswers


def test_a_claim_whose_answer_was_lost_is_answered_by_the_next_try(store: KernelStore) -> None:
    """Without it the items wait for a whole lease, held by a worker that does not know of them."""
    processing(store, a_job(), planned=3)
    desk = GroupCommit(StoreThatLosesAnswers(store, lost=2), ManualClock(NOW), gather_s=0, patience_s=20)

    answer = desk.claim(US, a_claim(1, 0, concurrency=2))
    desk.close()

    assert (nos(answer.granted), answer.refused) == ([1, 0], {})
    assert [(granted.attempts, granted.token) for granted in answer.granted] == [(1, 1), (1, 1)]


def test_a_claim_that_was_given_up_is_remembered_for_the_next_message(store: KernelStore) -> None:
    """The message comes again in some seconds; the items were this process' all the time."""
    processing(store, a_job(), planned=3)
    losing = StoreThatLosesAnswers(store, lost=1)
    desk = GroupCommit(losing, ManualClock(NOW), gather_s=0, patience_s=0)

    with pytest.raises(ServiceUnavailable):
        desk.claim(US, a_claim(0))
    again = desk.claim(US, a_claim(0, 1, concurrency=1))
    third = desk.claim(US, a_claim(0))
    desk.close()

    assert (nos(again.granted), again.refused) == ([0], {1: Refusal.BUSY})
    assert (third.granted, third.refused) == ((), {0: Refusal.LEASED})


def test_nothing_begins_after_a_cancel(store: KernelStore) -> None:
    """The owner stopped the job while the worker had no answer; its call was not made, and must not be."""
    processing(store, a_job(), planned=1)
    begun(store, 0)
    request_cancel(store)

    answer = claim(store, attrs.evolve(a_claim(0), unconfirmed={numbers(0)[0]: 1}))

    assert answer.refused == {0: Refusal.LEASED}


def test_only_the_very_attempt_is_given_back(store: KernelStore) -> None:
    """Another token, or another worker's: then the item is somebody's who knows of it."""
    processing(store, a_job(), planned=2)
    begun(store, 0)
    wish = attrs.evolve(a_claim(0, now=after(5)), unconfirmed={numbers(0)[0]: 1})

    assert claim(store, attrs.evolve(wish, worker_id=WorkerId("other"))).refused == {0: Refusal.LEASED}
    assert claim(store, attrs.evolve(wish, unconfirmed={numbers(0)[0]: 2})).refused == {0: Refusal.LEASED}
    [mine] = claim(store, wish).granted
    assert mine == item(store, 0)
    assert mine.lease is not None
    assert (mine.token, mine.attempts, mine.started_at, mine.lease.until) == (1, 1, after(5), wish.lease_until)
