"""Contract of the store: writing a plan, cutting it, and reading its items and shards."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.aggregate import Tally
from domain.jobs.claims import Ended, Postponed
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.item import Item, ItemNo, ItemState, PlannedItem
from domain.jobs.plan import Shard, ShardState
from tests.contract.building import (
    FAILED,
    JOB,
    LATER,
    NOW,
    OTHER_JOB,
    PASSED,
    US,
    KernelStore,
    a_job,
    add_job,
    after,
    begun,
    end,
    items,
    nos,
    numbers,
    processing,
    record,
    request_cancel,
    shards,
)


def test_planned_items_are_pending_and_as_good_as_new(store: KernelStore) -> None:
    """What a family planned comes back letter by letter, numbered from where the page began."""
    add_job(store, a_job())
    first = [PlannedItem(key="a", input={"prompt": "Größe? ✓", "nested": [1, {"deep": None}], "n": 1.5})]
    second = [PlannedItem(key="b", input={}), PlannedItem(key="a", input={"again": True})]

    with store.begin(US) as work:
        work.ledger.add(JOB, ItemNo(0), first)
        work.ledger.add(JOB, ItemNo(1), second)
        work.commit()

    with store.view(US) as work:
        assert work.ledger.count(JOB) == 3
        assert work.ledger.get(JOB, numbers(0, 1, 2)) == [
            Item(no=ItemNo(no), key=planned.key, input=planned.input) for no, planned in enumerate(first + second)
        ]


def test_a_discarded_plan_leaves_nothing(store: KernelStore) -> None:
    """A writer that takes over from one that vanished begins at item 0."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB))
    with store.begin(US) as work:
        work.ledger.add(JOB, ItemNo(0), items(5))
        work.ledger.add(OTHER_JOB, ItemNo(0), items(2))
        work.commit()

    with store.begin(US) as work:
        work.ledger.discard(JOB)
        work.ledger.add(JOB, ItemNo(0), items(1))
        work.commit()

    with store.view(US) as work:
        assert (work.ledger.count(JOB), work.ledger.count(OTHER_JOB)) == (1, 2)


def test_discarding_nothing_is_fine(store: KernelStore) -> None:
    """Every start discards first; the first start finds nothing."""
    add_job(store, a_job())

    with store.begin(US) as work:
        work.ledger.discard(JOB)
        work.commit()

    with store.view(US) as work:
        assert work.ledger.count(JOB) == 0


def test_a_frozen_plan_is_not_discarded(store: KernelStore) -> None:
    """From then on its rows are the only truth about the job."""
    processing(store, a_job(), planned=3)

    with store.begin(US) as work, pytest.raises(Conflict, match="frozen"):
        work.ledger.discard(JOB)

    with store.view(US) as work:
        assert work.ledger.count(JOB) == 3


def test_items_are_returned_in_number_order_without_the_unknown(store: KernelStore) -> None:
    """Callers pair what they get with what they asked for by number."""
    processing(store, a_job(), planned=10)

    with store.view(US) as work:
        assert nos(work.ledger.get(JOB, numbers(9, 8, 0, 99, 9))) == [0, 8, 9]
        assert work.ledger.get(JOB, []) == []


def test_pages_of_items_meet_without_gap_or_repeat(store: KernelStore) -> None:
    """Reports read a job of any size page by page."""
    processing(store, a_job(), planned=5)

    with store.view(US) as work:
        assert nos(work.ledger.page(JOB, after=None, limit=2)) == [0, 1]
        assert nos(work.ledger.page(JOB, after=ItemNo(1), limit=2)) == [2, 3]
        assert nos(work.ledger.page(JOB, after=ItemNo(3), limit=2)) == [4]
        assert work.ledger.page(JOB, after=ItemNo(4), limit=2) == []


def test_pages_can_be_of_some_states_only(store: KernelStore) -> None:
    """The limit counts the items that are shown, not those that were skipped on the way."""
    processing(store, a_job(), planned=6)
    end(store, 1, 4, outcome=FAILED)
    end(store, 2)

    with store.view(US) as work:
        failed = work.ledger.page(JOB, after=None, limit=2, states=[ItemState.FAILED])
        either = work.ledger.page(JOB, after=ItemNo(1), limit=9, states=[ItemState.FAILED, ItemState.SUCCEEDED])
    assert (nos(failed), nos(either)) == ([1, 4], [2, 4])


def test_pending_items_of_a_shard_are_those_still_to_be_sent(store: KernelStore) -> None:
    """A shard that is sent again must not send what runs or has ended."""
    processing(store, a_job(), planned=8, shard_size=4)
    end(store, 1)
    end(store, 5, outcome=FAILED)

    with store.view(US) as work:
        first, second = (work.ledger.shard(JOB, no) for no in (0, 1))
        assert work.ledger.pending_in(JOB, first) == [0, 2, 3]
        assert work.ledger.pending_in(JOB, second) == [4, 6, 7]


def test_shards_come_in_order_and_by_state(store: KernelStore) -> None:
    """The window sends the first planned shards first."""
    add_job(store, a_job())
    with store.begin(US) as work:
        work.ledger.cut(JOB, reversed(shards(12, size=2)))
        for no in (0, 2):
            work.ledger.put_shard(JOB, attrs.evolve(work.ledger.shard(JOB, no), state=ShardState.SENT))
        work.commit()

    with store.view(US) as work:
        assert [shard.no for shard in work.ledger.shards(JOB, ShardState.SENT, limit=9)] == [0, 2]
        assert [shard.no for shard in work.ledger.shards(JOB, ShardState.PLANNED, limit=3)] == [1, 3, 4]
        assert work.ledger.shards(JOB, ShardState.CLOSED, limit=9) == []


def test_a_shard_comes_back_with_every_field(store: KernelStore) -> None:
    """The kept tally is all that remains of a closed shard in the job's progress."""
    processing(store, a_job(), planned=3, shard_size=2)
    closed = Shard(
        no=1,
        first=ItemNo(2),
        last=ItemNo(2),
        state=ShardState.CLOSED,
        sends=2,
        sent_at=after(3),
        tally=Tally(succeeded=1, verdicts={"pass": 1}),
    )

    with store.begin(US) as work:
        work.ledger.put_shard(JOB, closed)
        work.commit()

    with store.view(US) as work:
        assert work.ledger.shard(JOB, 1) == closed
        assert work.ledger.shard(JOB, 0) == shards(3, size=2)[0]


def test_an_unknown_shard_is_not_found(store: KernelStore) -> None:
    """A message about a shard that does not exist is refused, not worked on."""
    processing(store, a_job(), planned=1)

    with store.begin(US) as work, pytest.raises(NotFound):
        work.ledger.shard(JOB, 7)


def test_last_activity_is_the_newest_sign_of_life_in_the_shard(store: KernelStore) -> None:
    """The sweeper sends again what shows none: attempts that begin, or end, and waits that were asked for are some."""
    processing(store, a_job(), planned=10, shard_size=2)
    begun(store, 2, now=after(3))
    begun(store, 3, now=after(2))
    taken, waiting = begun(store, 4, 6, now=after(1))
    record(store, Ended(no=taken.no, token=taken.token, outcome=PASSED), now=after(7))
    record(store, Postponed(no=waiting.no, token=waiting.token, failure=LATER, not_before=after(40)), now=after(2))
    end(store, 9, now=after(5))

    with store.view(US) as work:
        found = [work.ledger.last_activity(JOB, work.ledger.shard(JOB, no)) for no in range(5)]
    assert found == [None, after(3), after(7), after(40), after(5)]


def test_cancelled_items_count_as_activity(store: KernelStore) -> None:
    """Ends are signs of life whoever brought them about."""
    processing(store, a_job(), planned=2)
    request_cancel(store)

    with store.view(US) as work:
        assert work.ledger.last_activity(JOB, work.ledger.shard(JOB, 0)) == NOW
