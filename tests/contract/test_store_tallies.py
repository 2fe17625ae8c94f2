"""Contract of the store: counting a job, and opening ended items again."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.aggregate import Tally
from domain.jobs.claims import Ended
from domain.jobs.item import ItemState, Outcome, reset
from domain.jobs.plan import ShardState
from tests.contract.building import (
    FAILED,
    JOB,
    OTHER_JOB,
    PASSED,
    THEM,
    US,
    KernelStore,
    a_job,
    add_job,
    after,
    begun,
    end,
    item,
    numbers,
    processing,
    record,
    states,
)

MISSED = Outcome(state=ItemState.SUCCEEDED, verdict="fail")
SKIPPED = Outcome(state=ItemState.SKIPPED)
CANCELLED = Outcome(state=ItemState.CANCELLED)
DOUBTED = Outcome(state=ItemState.SKIPPED, verdict="inconclusive")


def test_the_tally_counts_every_state_and_verdict(store: KernelStore) -> None:
    """Progress and the final status are made of this."""
    processing(store, a_job(), planned=9, shard_size=4)
    for no, outcome in enumerate((PASSED, MISSED, FAILED, SKIPPED, CANCELLED, PASSED, DOUBTED)):
        end(store, no, outcome=outcome)
    begun(store, 7)

    with store.view(US) as work:
        assert work.ledger.tally(JOB) == Tally(
            pending=1,
            running=1,
            succeeded=3,
            failed=1,
            skipped=2,
            cancelled=1,
            verdicts={"pass": 2, "fail": 1, "inconclusive": 1},
        )


def test_the_tally_of_a_shard_counts_its_items_only(store: KernelStore) -> None:
    """Both ends of the shard are included, its neighbours are not."""
    processing(store, a_job(), planned=9, shard_size=3)
    end(store, 2, 3, 6)
    end(store, 5, outcome=FAILED)

    with store.view(US) as work:
        assert work.ledger.tally(JOB, work.ledger.shard(JOB, 1)) == Tally(
            pending=1, succeeded=1, failed=1, verdicts={"pass": 1}
        )


def test_a_plan_that_is_being_written_is_counted_too(store: KernelStore) -> None:
    """Before it is cut there are items and no shards."""
    processing(store, a_job(OTHER_JOB), planned=2)
    add_job(store, a_job())

    with store.view(US) as work:
        assert work.ledger.tally(JOB) == Tally()
        assert work.ledger.tally(OTHER_JOB) == Tally(pending=2)


def test_closed_shards_count_by_what_they_kept(store: KernelStore) -> None:
    """A job of a million items shows its progress without counting a million rows."""
    processing(store, a_job(), planned=4, shard_size=2)
    end(store, 0, 1)
    end(store, 2, outcome=FAILED)
    kept = Tally(succeeded=1, skipped=1, verdicts={"pass": 1, "kept": 1})
    _close(store, 0, kept)

    with store.view(US) as work:
        assert work.ledger.tally(JOB) == kept + Tally(pending=1, failed=1)
        assert work.ledger.tally(JOB, work.ledger.shard(JOB, 0)) == Tally(succeeded=2, verdicts={"pass": 2})


def test_a_reset_item_is_as_good_as_new_behind_its_fence(store: KernelStore) -> None:
    """A retry gets a new budget, and a late record of the old attempt still does not count."""
    processing(store, a_job(), planned=1)
    old = begun(store, 0)[0]
    record(store, Ended(no=old.no, token=old.token, outcome=FAILED))
    ended = item(store, 0)

    with store.begin(US) as work:
        assert work.ledger.reset(JOB, [ItemState.FAILED]) == 1
        work.commit()

    assert item(store, 0) == reset(ended)
    new = begun(store, 0, now=after(1))[0]
    assert (new.attempts, new.token) == (1, old.token + 1)
    assert record(store, Ended(no=old.no, token=old.token, outcome=FAILED)) == [False]


def test_reset_concerns_the_named_states_only(store: KernelStore) -> None:
    """Retry-failed must not run again what succeeded."""
    processing(store, a_job(), planned=7)
    for no, outcome in enumerate((PASSED, FAILED, SKIPPED, CANCELLED, FAILED)):
        end(store, no, outcome=outcome)
    begun(store, 5)

    with store.begin(US) as work:
        assert work.ledger.reset(JOB, [ItemState.FAILED, ItemState.CANCELLED]) == 3
        work.commit()

    assert states(store) == ["succeeded", "pending", "skipped", "pending", "pending", "running", "pending"]


@pytest.mark.parametrize("state", [ItemState.PENDING, ItemState.RUNNING])
def test_an_item_that_has_not_ended_cannot_be_reset(store: KernelStore, state: ItemState) -> None:
    """Resetting a running item would give it to a second worker."""
    processing(store, a_job(), planned=2)
    running = begun(store, 0)[0]

    with store.begin(US) as work:
        assert work.ledger.reset(JOB, [state]) == 0
        work.commit()

    assert item(store, 0) == running


def test_a_reset_reopens_the_shards_it_touches(store: KernelStore) -> None:
    """A closed shard is not counted from rows nor sent again; its kept tally would hide the reset item."""
    processing(store, a_job(), planned=6, shard_size=2)
    end(store, 0, 1, 2, 4, 5)
    end(store, 3, outcome=FAILED)
    for no in range(3):
        _close(store, no)

    with store.begin(US) as work:
        work.ledger.reset(JOB, [ItemState.FAILED])
        work.commit()

    with store.view(US) as work:
        found = [work.ledger.shard(JOB, no) for no in range(3)]
        assert [shard.state for shard in found] == [ShardState.CLOSED, ShardState.PLANNED, ShardState.CLOSED]
        assert [shard.tally for shard in found] == [_two_passed(), None, _two_passed()]
        assert work.ledger.tally(JOB) == Tally(pending=1, succeeded=5, verdicts={"pass": 5})
        assert work.ledger.pending_in(JOB, found[1]) == list(numbers(3))


def test_a_reset_leaves_a_shard_in_the_broker_as_it_is(store: KernelStore) -> None:
    """It counts against the window already; the sweeper sends its items when nobody else does."""
    processing(store, a_job(), planned=2, shard_size=2)
    end(store, 0, outcome=FAILED)
    with store.begin(US) as work:
        sent = attrs.evolve(work.ledger.shard(JOB, 0), state=ShardState.SENT, sends=1, sent_at=after(1))
        work.ledger.put_shard(JOB, sent)
        assert work.ledger.reset(JOB, [ItemState.FAILED]) == 1
        work.commit()

    with store.view(US) as work:
        assert work.ledger.shard(JOB, 0) == sent


def test_a_reset_of_one_job_leaves_the_others_alone(store: KernelStore) -> None:
    """Item numbers are the same in every job."""
    processing(store, a_job(), planned=2, shard_size=2)
    processing(store, a_job(OTHER_JOB), planned=2, shard_size=2)
    end(store, 0, 1, outcome=FAILED)
    _close(store, 0)

    with store.begin(US) as work:
        assert work.ledger.reset(OTHER_JOB, [ItemState.FAILED]) == 0
        work.commit()

    with store.view(US) as work:
        assert work.ledger.shard(JOB, 0).state is ShardState.CLOSED
    assert states(store) == ["failed", "failed"]


def _close(store: KernelStore, no: int, tally: Tally | None = None) -> None:
    with store.begin(US) as work:
        shard = work.ledger.shard(JOB, no)
        kept = tally or work.ledger.tally(JOB, shard)
        work.ledger.put_shard(JOB, attrs.evolve(shard, state=ShardState.CLOSED, tally=kept))
        work.commit()


def _two_passed() -> Tally:
    return Tally(succeeded=2, verdicts={"pass": 2})


def test_what_an_ended_job_came_to_is_kept_until_it_is_reset(store: KernelStore) -> None:
    """A list of jobs must not add up the shards of each; and a retry must not show the tally of before."""
    processing(store, a_job(), planned=2)
    processing(store, a_job(OTHER_JOB), planned=1)
    end(store, 0)
    end(store, 1, outcome=FAILED)
    kept = Tally(succeeded=7, verdicts={"kept": 7})
    with store.begin(US) as work:
        work.ledger.keep_tally(JOB, kept)
        work.commit()

    with store.view(US) as work:
        assert work.ledger.kept_tallies([JOB, OTHER_JOB]) == {JOB: kept}
        assert work.ledger.tally(JOB) == kept
        assert work.ledger.kept_tallies([]) == {}
    with store.view(THEM) as work:
        assert work.ledger.kept_tallies([JOB]) == {}
    with store.begin(US) as work:
        work.ledger.reset(JOB, [ItemState.FAILED])
        work.commit()
    with store.view(US) as work:
        assert work.ledger.kept_tallies([JOB]) == {}
        assert work.ledger.tally(JOB) == Tally(pending=1, succeeded=1, verdicts={"pass": 1})


def test_items_are_paged_by_state_and_verdict(store: KernelStore) -> None:
    """Whoever looks for wrong answers in a long run must not read all of it."""
    processing(store, a_job(), planned=6)
    for no, outcome in enumerate((PASSED, MISSED, FAILED, MISSED, DOUBTED)):
        end(store, no, outcome=outcome)

    with store.view(US) as work:
        missed = work.ledger.page(JOB, after=None, limit=1, verdicts=["fail"])
        rest = work.ledger.page(JOB, after=missed[-1].no, limit=5, verdicts=["fail", "inconclusive"])
        both = work.ledger.page(JOB, after=None, limit=9, states=[ItemState.SUCCEEDED], verdicts=["inconclusive"])

    assert [each.no for each in missed + rest] == [1, 3, 4]
    assert both == []
