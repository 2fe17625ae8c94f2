"""How a plan is cut: every item is sent once, and no size leaves its bounds, whatever the job."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.item import ItemNo
from domain.jobs.plan import STANDARD, ShardState, Sizes, chunks, cut_for

planned_items = st.one_of(st.integers(0, 3000), st.integers(0, 200_000))
concurrencies = st.one_of(st.integers(1, 128), st.integers(1, 5000))
sizes = st.builds(
    Sizes,
    small_job=st.integers(0, 300),
    largest_chunk=st.integers(1, 60),
    smallest_shard=st.integers(1, 100),
    largest_shard=st.integers(100, 1500),
)


@given(planned_items, concurrencies, sizes)
def test_the_shards_cover_each_item_once(planned: int, concurrency: int, sizes: Sizes) -> None:
    """An item in no shard would never be sent, one in two would be counted twice."""
    shards = list(cut_for(planned, concurrency=concurrency, sizes=sizes).shards(planned))

    firsts = [int(shard.first) for shard in shards]
    lasts = [int(shard.last) for shard in shards]
    assert firsts == [0, *[last + 1 for last in lasts[:-1]]][: len(shards)]
    assert all(first <= last for first, last in zip(firsts, lasts, strict=True))
    assert (lasts[-1] if lasts else -1) == planned - 1
    assert [shard.no for shard in shards] == list(range(len(shards)))
    assert all((shard.state, shard.sends, shard.tally) == (ShardState.PLANNED, 0, None) for shard in shards)


@given(planned_items, concurrencies, sizes)
def test_sizes_stay_within_their_bounds(planned: int, concurrency: int, sizes: Sizes) -> None:
    """They bound what one message, one chord and one job put on the broker."""
    cut = cut_for(planned, concurrency=concurrency, sizes=sizes)

    assert 1 <= cut.chunk <= sizes.largest_chunk
    assert sizes.smallest_shard <= cut.shard < sizes.largest_shard + cut.chunk
    assert cut.shard % cut.chunk == 0


@given(planned_items, concurrencies)
def test_slots_never_run_dry_while_a_shard_waits_for_its_slowest_item(planned: int, concurrency: int) -> None:
    """The window holds two rounds of the slots beyond the shard that is ending and the one that follows it."""
    cut = cut_for(planned, concurrency=concurrency)

    assert (cut.window - 2) * cut.shard >= 2 * concurrency
    assert (cut.window - 3) * cut.shard < 2 * concurrency, "the broker holds no more than that takes"


@given(st.integers(0, STANDARD.small_job), concurrencies)
def test_a_small_job_sends_its_items_one_by_one(planned: int, concurrency: int) -> None:
    """Its progress shows item by item, and one slow item holds up no other."""
    assert cut_for(planned, concurrency=concurrency).chunk == 1


@given(planned_items, concurrencies)
def test_the_slots_are_filled_by_several_chunks(planned: int, concurrency: int) -> None:
    """Chunks so large that one worker took them all would leave the others without work."""
    chunk = cut_for(planned, concurrency=concurrency).chunk

    assert -(-planned // chunk) >= min(concurrency, planned) or chunk <= max(concurrency / 8, 1) + 1


@given(st.lists(st.integers(0, 10_000), unique=True, max_size=200), st.integers(1, 60))
def test_chunks_hold_each_number_once_in_order(numbers: list[int], size: int) -> None:
    """What is left of a shard, whichever items those are, is sent as it stands."""
    wanted = [ItemNo(number) for number in numbers]

    packed = [list(chunk) for chunk in chunks(wanted, size=size)]

    assert [number for chunk in packed for number in chunk] == wanted
    assert all(len(chunk) == size for chunk in packed[:-1])
    assert all(1 <= len(chunk) <= size for chunk in packed)
