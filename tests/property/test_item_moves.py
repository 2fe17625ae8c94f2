"""The table of an item's moves: each state against everything the ledger can be asked to do with the item."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from domain.jobs.claims import Ended, Postponed, Released, Report
from domain.jobs.errors import FailureKind
from domain.jobs.item import (
    Failure,
    Item,
    ItemNo,
    ItemState,
    Outcome,
    claimed,
    holds,
    is_claimable,
    released,
    reset,
)
from domain.jobs.ports import Ledger
from tests.contract.building import JOB, LATER, NOW, PASSED, US, WORKER, a_claim, a_job, after, processing

S = ItemState
FAILURE = Failure(kind=FailureKind.POISON, message="three workers vanished")
SKIPPED = Outcome(state=S.SKIPPED)
FAILED = Outcome(state=S.FAILED, failure=FAILURE)
ZERO = ItemNo(0)
ENDS = [state for state in ItemState if state.is_end]

Move = Callable[[Ledger], object]


def _reporting(report: Report) -> Move:
    return lambda ledger: ledger.record(JOB, [report], now=after(50))


def _resetting(state: ItemState) -> Move:
    return lambda ledger: ledger.reset(JOB, [state])


MOVES: dict[str, Move] = {
    "claim": lambda ledger: ledger.claim(a_claim(0, now=after(50))),
    "end": _reporting(Ended(no=ZERO, token=1, outcome=PASSED)),
    "end as failed": _reporting(Ended(no=ZERO, token=1, outcome=FAILED)),
    "end under an old token": _reporting(Ended(no=ZERO, token=0, outcome=PASSED)),
    "end under a token to come": _reporting(Ended(no=ZERO, token=2, outcome=PASSED)),
    "postpone": _reporting(Postponed(no=ZERO, token=1, failure=LATER, not_before=after(60))),
    "release": _reporting(Released(no=ZERO, token=1)),
    "extend": lambda ledger: ledger.extend(JOB, [(ZERO, 1)], lease_until=after(90)),
    "expire": lambda ledger: ledger.expire(JOB, now=after(31)),
    "expire too early": lambda ledger: ledger.expire(JOB, now=after(29)),
    "forsake": lambda ledger: ledger.forsake(JOB, WORKER, now=after(5)),
    "fail pending": lambda ledger: ledger.fail_pending(JOB, [ZERO], FAILURE, now=after(5)),
    "cancel pending": lambda ledger: ledger.cancel_pending(JOB, now=after(5)),
    **{f"reset {state}": _resetting(state) for state in ItemState},
}
LEADS_TO = {
    (S.PENDING, "claim"): S.RUNNING,
    (S.PENDING, "fail pending"): S.FAILED,
    (S.PENDING, "cancel pending"): S.CANCELLED,
    (S.RUNNING, "end"): S.SUCCEEDED,
    (S.RUNNING, "end as failed"): S.FAILED,
    (S.RUNNING, "postpone"): S.PENDING,
    (S.RUNNING, "release"): S.PENDING,
    (S.RUNNING, "expire"): S.PENDING,
    (S.RUNNING, "forsake"): S.PENDING,
    **{(state, f"reset {state}"): S.PENDING for state in ENDS},
}
CHANGES_A_LEASE = (S.RUNNING, "extend")
OUTCOMES = {S.SUCCEEDED: PASSED, S.FAILED: FAILED, S.SKIPPED: SKIPPED}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", ItemState)
def test_each_move_on_each_state(name: str, state: ItemState) -> None:
    """A move that the table does not know changes nothing at all; ends are left by a reset only."""
    before, after_ = _move(state, name)

    assert after_.state is LEADS_TO.get((state, name), state)
    if (state, name) not in (*LEADS_TO, CHANGES_A_LEASE):
        assert after_ == before


@settings(max_examples=200)
@given(st.lists(st.sampled_from(list(MOVES)), max_size=15))
def test_tokens_only_grow_and_outcomes_belong_to_ends(names: list[str]) -> None:
    """The fence never goes back, not even in a new revision; and no end is without its outcome."""
    store = _store(S.PENDING)
    token = 0
    for name in names:
        item = _apply(store, MOVES[name])

        assert item.token >= token
        assert (item.outcome is not None) == item.state.is_end == (item.ended_at is not None)
        assert (item.lease is not None) == (item.state is S.RUNNING)
        token = item.token


@pytest.mark.parametrize("state", ItemState)
@pytest.mark.parametrize(("token", "is_held"), [(0, False), (1, True), (2, False)])
def test_a_token_holds_a_running_item_only(state: ItemState, token: int, is_held: bool) -> None:
    """After a release the token is the same, and the attempt is over: its record is late."""
    item = Item(no=ZERO, key="a", input={}, state=state, token=1)

    assert holds(item, token) == (is_held and state is S.RUNNING)


@pytest.mark.parametrize("state", ItemState)
def test_only_pending_items_that_are_due_can_be_claimed(state: ItemState) -> None:
    """Ended items are over, running ones somebody's, and a wait that was asked for is kept to its end."""
    item = Item(no=ZERO, key="a", input={}, state=state, not_before=NOW)

    assert is_claimable(item, NOW) == (state is S.PENDING)
    assert not is_claimable(item, after(-0.001))
    assert is_claimable(Item(no=ZERO, key="a", input={}), NOW)


def test_a_released_attempt_does_not_count_and_a_reset_forgets_all_but_the_fence() -> None:
    """A polite stop costs nothing of the budget; a new revision has a new one."""
    fresh = Item(no=ZERO, key="a", input={"q": 1})
    begun = claimed(fresh, worker_id=WORKER, lease_until=after(30), deadline_at=after(60), now=NOW)

    assert (begun.attempts, begun.token, begun.state) == (1, 1, S.RUNNING)
    assert (released(begun).attempts, released(begun).token) == (0, 1)
    assert reset(begun) == Item(no=ZERO, key="a", input={"q": 1}, token=1)


@pytest.mark.parametrize("state", [S.PENDING, S.RUNNING])
def test_an_outcome_is_an_end(state: ItemState) -> None:
    """Nothing may record an item as not over."""
    with pytest.raises(ValueError, match="is an end"):
        Outcome(state=state)


@pytest.mark.parametrize("state", ENDS)
@pytest.mark.parametrize("failure", [None, FAILURE])
def test_a_failed_outcome_says_why_and_no_other_does(state: ItemState, failure: Failure | None) -> None:
    """A failed item without a reason can't be mended; a succeeded one with a reason says two things."""
    if (state is S.FAILED) == (failure is not None):
        assert Outcome(state=state, failure=failure).failure == failure
    else:
        with pytest.raises(ValueError, match="failure"):
            Outcome(state=state, failure=failure)


def _move(state: ItemState, name: str) -> tuple[Item, Item]:
    store = _store(state)
    return _apply(store, lambda _: None), _apply(store, MOVES[name])


def _apply(store: MemoryStore, move: Move) -> Item:
    with store.begin(US) as work:
        move(work.ledger)
        work.commit()
    with store.view(US) as work:
        return work.ledger.get(JOB, [ZERO])[0]


def _store(state: ItemState) -> MemoryStore:
    """Return a store with one item in that state; an end or a run was reached under token 1."""
    store = MemoryStore()
    processing(store, a_job(), planned=1)
    if state is S.CANCELLED:
        _apply(store, lambda ledger: ledger.cancel_pending(JOB, now=NOW))
    elif state is not S.PENDING:
        _apply(store, lambda ledger: ledger.claim(a_claim(0)))
    if state in OUTCOMES:
        _apply(store, _reporting(Ended(no=ZERO, token=1, outcome=OUTCOMES[state])))
    return store
