"""
What to fan out, and in which sizes: the only place that decides how many items go into a message and a shard.

A plan is the frozen list of a job's items, numbered from 0. It is cut into shards (one Celery chord each), a shard
into chunks (one Celery task each). The sizes follow from measurements: a task costs 1.2-1.9 ms of CPU, so jobs of many
items pack several into one; at most `window` shards of a job are in the broker, so that its memory is bounded, a
cancel is quick, and jobs take turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from math import ceil

from attrs import frozen

from domain.jobs.aggregate import Tally
from domain.jobs.item import ItemNo


@frozen(kw_only=True)
class Sizes:
    """The bounds of a cut, in items; a shard may pass its own by less than one chunk, to hold whole chunks."""

    small_job: int = 200
    largest_chunk: int = 50
    smallest_shard: int = 100
    largest_shard: int = 1000


STANDARD = Sizes()


class ShardState(StrEnum):
    """Where a shard stands: waiting for its turn, in the broker, or over with its tally kept."""

    PLANNED = "planned"
    SENT = "sent"
    CLOSED = "closed"


@frozen(kw_only=True)
class Shard:
    """Items *first* to *last* (both included) of a job; *tally* is written once, from the rows, when it closes."""

    no: int
    first: ItemNo
    last: ItemNo
    state: ShardState = ShardState.PLANNED
    sends: int = 0
    sent_at: datetime | None = None
    tally: Tally | None = None


@frozen(kw_only=True)
class Cut:
    """The sizes for one job: items a chunk, items a shard, shards in the broker at once."""

    chunk: int
    shard: int
    window: int

    def shards(self, planned: int) -> Iterator[Shard]:
        """Yield the shards that cover items 0 to *planned* - 1, each item once."""
        for no, first in enumerate(range(0, planned, self.shard)):
            yield Shard(no=no, first=ItemNo(first), last=ItemNo(min(first + self.shard, planned) - 1))


def cut_for(planned: int, *, concurrency: int, sizes: Sizes = STANDARD) -> Cut:
    """
    Return the sizes for a job of *planned* items of which *concurrency* run at once.

    A small job sends each item on its own. Above that a chunk is half of what the slots would get if all was shared
    out evenly, and an eighth of the slots at least: a claim is for items of one chunk, and should be for as many as get
    free during the claim before it. The items of a chunk run side by side, so slots do not run dry at its end
    (benchmarks/fanout.py). A shard holds about four rounds of the slots. The window keeps one shard beyond those being
    worked on, so that the slowest item of one shard never leaves the slots without work.
    """
    fair, least = ceil(planned / (concurrency * 2)), ceil(concurrency / 8)
    chunk = 1 if planned <= sizes.small_job else min(max(fair, least), sizes.largest_chunk)
    shard = min(max(4 * concurrency, sizes.smallest_shard), sizes.largest_shard)
    shard = ceil(shard / chunk) * chunk
    return Cut(chunk=chunk, shard=shard, window=2 + ceil(2 * concurrency / shard))


def chunks(numbers: Sequence[ItemNo], *, size: int) -> Iterator[Sequence[ItemNo]]:
    """Yield *numbers* in order, *size* at a time; the last chunk may be shorter."""
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
