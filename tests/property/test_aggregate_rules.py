"""Counting and the final status: what deliveries do on their way changes neither."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryStore
from domain.jobs.aggregate import Tally, final_status, tally_from_counts, tally_of, total
from domain.jobs.claims import Ended
from domain.jobs.errors import FailureKind
from domain.jobs.item import Failure, Item, ItemNo, ItemState, Outcome
from domain.jobs.job import JobStatus
from tests.contract.building import JOB, NOW, US, a_claim, a_job, after, processing

FAILURE = Failure(kind=FailureKind.REFUSED, message="status 403")
OPEN = [ItemState.PENDING, ItemState.RUNNING]
ENDS = [state for state in ItemState if state not in OPEN]

counts = st.integers(0, 5)
tallies = st.builds(
    Tally,
    **{state.value: counts for state in ItemState},
    verdicts=st.dictionaries(st.sampled_from(["pass", "fail"]), st.integers(1, 5)),
)
outcomes = st.one_of(
    st.builds(
        Outcome, state=st.just(ItemState.SUCCEEDED), verdict=st.sampled_from(["pass", "fail", "inconclusive", None])
    ),
    st.just(Outcome(state=ItemState.SKIPPED)),
    st.just(Outcome(state=ItemState.FAILED, failure=FAILURE)),
)


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    """Return items in any states."""
    states = draw(st.lists(st.sampled_from(ItemState), max_size=20))
    return [_item(ItemNo(no), state, draw(outcomes)) for no, state in enumerate(states)]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Outcome], list[int]]:
    """Return what each item comes to, and the items of the records in the order they arrive: late, twice, or never."""
    ends = draw(st.lists(outcomes, min_size=1, max_size=8))
    return ends, draw(st.lists(st.integers(0, len(ends) - 1), max_size=20))


@settings(max_examples=60)
@given(deliveries())
def test_order_repetition_and_loss_of_records_do_not_matter(case: tuple[list[Outcome], list[int]]) -> None:
    """Celery delivers late, twice or never; what a run came to must not depend on it."""
    ends, arriving = case
    store = MemoryStore()
    processing(store, a_job(), planned=len(ends))

    with store.begin(US) as work:
        work.ledger.claim(a_claim(*range(len(ends))))
        for no in arriving:
            work.ledger.record(JOB, [Ended(no=ItemNo(no), token=1, outcome=ends[no])], now=NOW)
        lost = work.ledger.expire(JOB, now=after(31))
        again = work.ledger.claim(a_claim(*[item.no for item in lost], now=after(32)))
        for item in reversed(again.granted):
            report = Ended(no=item.no, token=item.token, outcome=ends[item.no])
            assert work.ledger.record(JOB, [report, report], now=after(33)) == [True, False]
        counted = work.ledger.tally(JOB)

    assert {item.no for item in lost} == set(range(len(ends))) - set(arriving)
    assert counted == tally_of(_item(ItemNo(no), end.state, end) for no, end in enumerate(ends))
    assert final_status(len(ends), counted) is _in_words([end.state for end in ends])


@given(items(), st.randoms(use_true_random=False))
def test_a_tally_does_not_depend_on_the_order(counted: list[Item], random: Random) -> None:
    """Databases return rows in any order."""
    shuffled = list(counted)
    random.shuffle(shuffled)

    assert tally_of(shuffled) == tally_of(counted)


@given(items(), st.lists(st.integers(0, 20), max_size=4))
def test_the_tallies_of_parts_add_up_to_the_whole(counted: list[Item], cuts: list[int]) -> None:
    """Closed shards keep their tally, the others are counted: together they are the job, wherever it is cut."""
    bounds = [0, *sorted(min(cut, len(counted)) for cut in cuts), len(counted)]
    parts = [counted[first:last] for first, last in pairwise(bounds)]

    assert total(tally_of(part) for part in parts) == tally_of(counted)


@given(tallies, tallies, tallies)
def test_addition_is_a_commutative_monoid(one: Tally, two: Tally, three: Tally) -> None:
    """So shards may close in any order, and be added in any grouping."""
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one
    assert one + Tally() == one == Tally() + one


@given(items())
def test_every_item_is_counted_once(counted: list[Item]) -> None:
    """Planned is what has ended and what has not; nothing is lost between the counts."""
    tally = tally_of(counted)
    states = Counter(item.state for item in counted)

    assert tally.total == len(counted)
    assert tally.ended == sum(states[state] for state in ENDS)
    assert tally.is_over == (tally.ended == tally.total)
    assert tally == tally_from_counts(_by_name(states), tally.verdicts)


@given(st.lists(st.sampled_from(ItemState), max_size=12), st.integers(0, 3))
def test_a_job_has_no_status_before_its_last_item_has_ended(states: list[ItemState], missing: int) -> None:
    """Neither open items nor rows that are not there yet may pass for an end."""
    planned = len(states) + missing
    is_open = missing > 0 or any(state in OPEN for state in states)

    assert (final_status(planned, _tally(states)) is None) == is_open


@given(st.lists(st.sampled_from(ENDS), max_size=8))
def test_the_final_status_says_what_the_product_says(states: list[ItemState]) -> None:
    """The rules of the product, stated a second time, agree for every mixture of ends."""
    assert final_status(len(states), _tally(states)) is _in_words(states)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ("", "completed"),
        ("succeeded", "completed"),
        ("skipped", "completed"),
        ("succeeded skipped", "completed"),
        ("succeeded failed", "partial"),
        ("skipped failed", "partial"),
        ("failed", "failed"),
        ("failed failed", "failed"),
        ("cancelled", "cancelled"),
        ("succeeded cancelled", "cancelled"),
        ("failed cancelled", "cancelled"),
        ("succeeded failed skipped cancelled", "cancelled"),
    ],
)
def test_each_rule_of_the_final_status(states: str, status: str) -> None:
    """One line for each case that a user meets."""
    ended = [ItemState(state) for state in states.split()]

    assert final_status(len(ended), _tally(ended)) == status


@given(tallies, st.integers(1, 5))
def test_rows_of_another_plan_are_refused(tally: Tally, surplus: int) -> None:
    """More items than were planned can only be a mistake, and no status could be true."""
    planned = tally.total - surplus
    with pytest.raises(ValueError, match="planned"):
        final_status(planned, tally)


def test_verdicts_are_counted_apart_from_states() -> None:
    """A test that ran and failed its metrics is a succeeded item: quality says nothing about the job's status."""
    wrong = Outcome(state=ItemState.SUCCEEDED, verdict="fail")

    tally = tally_of([_item(ItemNo(no), wrong.state, wrong) for no in (0, 1)])

    assert tally == Tally(succeeded=2, verdicts={"fail": 2})
    assert final_status(2, tally) is JobStatus.COMPLETED


def _item(no: ItemNo, state: ItemState, outcome: Outcome) -> Item:
    item = Item(no=no, key=f"item-{no}", input={}, state=state)
    if state in OPEN:
        return item
    if outcome.state is not state:
        outcome = Outcome(state=state, failure=FAILURE if state is ItemState.FAILED else None)
    return Item(no=no, key=item.key, input={}, state=state, outcome=outcome)


def _tally(states: list[ItemState]) -> Tally:
    return tally_from_counts(_by_name(Counter(states)), {})


def _by_name(states: Counter[ItemState]) -> dict[str, int]:
    return {state.value: count for state, count in states.items()}


def _in_words(states: list[ItemState]) -> JobStatus:
    if ItemState.CANCELLED in states:
        return JobStatus.CANCELLED
    if ItemState.FAILED not in states:
        return JobStatus.COMPLETED
    return JobStatus.PARTIAL if {ItemState.SUCCEEDED, ItemState.SKIPPED} & set(states) else JobStatus.FAILED
