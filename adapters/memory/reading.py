"""Reading the items and shards of one job in memory: ranges, filters, counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from adapters.memory.rows import LedgerRows
from domain.jobs.aggregate import Tally, tally_of, total
from domain.jobs.item import Item, ItemNo, ItemState
from domain.jobs.plan import Shard


def between(rows: LedgerRows, first: int, last: int) -> Iterator[Item]:
    """Yield the items from number *first* to *last*, in order."""
    return (rows.items[ItemNo(no)] for no in range(first, last + 1) if no in rows.items)


def page(
    rows: LedgerRows, *, after: ItemNo | None, limit: int, states: Sequence[ItemState], verdicts: Sequence[str]
) -> list[Item]:
    """Return items from just behind *after*; only those in *states* and with *verdicts*, when some are named."""
    items = between(rows, 0 if after is None else after + 1, len(rows.items) - 1)
    wanted = (item for item in items if not states or item.state in states)
    return list(islice((item for item in wanted if not verdicts or _verdict(item) in verdicts), limit))


def pending_in(rows: LedgerRows, shard: Shard) -> list[ItemNo]:
    """Return the numbers of the shard's pending items, in order."""
    return [item.no for item in between(rows, shard.first, shard.last) if item.state is ItemState.PENDING]


def tally_of_shard(rows: LedgerRows, shard: Shard) -> Tally:
    """Count the items of the shard."""
    return tally_of(between(rows, shard.first, shard.last))


def tally_of_job(rows: LedgerRows) -> Tally:
    """Add up what closed shards kept, and the items of the others; all items of a plan that is not cut yet."""
    if not rows.shards:
        return tally_of(rows.items.values())
    return total(shard.tally or tally_of_shard(rows, shard) for shard in rows.shards.values())


def _verdict(item: Item) -> str | None:
    return item.outcome.verdict if item.outcome is not None else None
