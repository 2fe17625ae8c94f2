"""Shard rows, and counting: what closed shards kept, and the rows of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice

from sqlalchemy import and_, bindparam, func, insert, select, update

from adapters.database import tables
from adapters.database.items import item, the_job
from adapters.database.rows import (
    SHARD_COLUMNS,
    USAGE_COLUMNS,
    AnyResult,
    AnyRow,
    Values,
    shard_from,
    shard_values,
    tally_from,
    usage_from,
)
from adapters.database.scope import Scope, of_job
from adapters.database.types import Name
from domain.jobs.aggregate import Tally, tally_from_counts, total
from domain.jobs.errors import NotFound
from domain.jobs.job import JobId
from domain.jobs.plan import Shard, ShardState
from domain.jobs.usage import NOTHING

_PAGE = 1000
_shard = tables.shard
_the_shard = and_(of_job(_shard), _shard.c.no == bindparam("of_no"))
_in_state = _shard.c.state == bindparam("of_state", type_=Name)
_in_range = item.c.no.between(bindparam("first"), bindparam("last"))

_CUT = insert(_shard)
_GET = select(*SHARD_COLUMNS).where(_the_shard)
_PUT = update(_shard).where(_the_shard)
_IN_STATE = select(*SHARD_COLUMNS).where(of_job(_shard), _in_state).order_by(_shard.c.no).limit(bindparam("at_most"))
_COUNT = select(func.count()).select_from(item).where(the_job)
_spent = [func.sum(item.c[name]) for name in USAGE_COLUMNS]
_TALLY = (
    select(item.c.state, item.c.verdict, func.count(), *_spent).where(the_job).group_by(item.c.state, item.c.verdict)
)
_TALLY_RANGE = _TALLY.where(_in_range)
_CUTS = (
    select(_shard.c.first_no, _shard.c.last_no, _shard.c.state, _shard.c.tally)
    .where(of_job(_shard))
    .order_by(_shard.c.no)
)
_LAST_ACTIVITY = select(func.max(item.c.started_at), func.max(item.c.ended_at), func.max(item.c.not_before)).where(
    the_job, _in_range
)


def cut(scope: Scope, job_id: JobId, shards: Iterable[Shard]) -> None:
    """Store the shards of a plan."""
    for page in _pages(map(shard_values, shards)):
        scope.insert_many(_CUT, page, job_id=job_id)


def get(scope: Scope, job_id: JobId, no: int) -> Shard:
    """Return the shard."""
    row = scope.execute(_GET, of_job=job_id, of_no=no).first()
    if row is None:
        raise NotFound(f"Job {job_id} has no shard {no}; its plan may have been cut anew")
    return shard_from(row)


def in_state(scope: Scope, job_id: JobId, state: ShardState, *, limit: int) -> list[Shard]:
    """Return the first shards in *state*, in order."""
    rows = scope.execute(_IN_STATE, of_job=job_id, of_state=state.value, at_most=limit)
    return [shard_from(row) for row in rows]


def put(scope: Scope, job_id: JobId, shard: Shard) -> None:
    """Store a changed shard; the caller holds the job's lock."""
    scope.execute(_PUT, of_job=job_id, of_no=shard.no, **shard_values(shard))


def count(scope: Scope, job_id: JobId) -> int:
    """Return how many items are stored."""
    return int(scope.execute(_COUNT, of_job=job_id).scalar_one())


def tally_of_shard(scope: Scope, job_id: JobId, shard: Shard) -> Tally:
    """Count the items of the shard, by their rows."""
    return _counted(scope.execute(_TALLY_RANGE, of_job=job_id, first=shard.first, last=shard.last))


def tally_of_job(scope: Scope, job_id: JobId) -> Tally:
    """Add up what the closed shards kept and the rows of the others; all rows of a plan that is not cut yet."""
    cuts = scope.execute(_CUTS, of_job=job_id).all()
    if not cuts:
        return _counted(scope.execute(_TALLY, of_job=job_id))
    kept = [tally_from(cut.tally) for cut in cuts if cut.state == ShardState.CLOSED]
    # A statement per run: as one join, Postgres (without statistics yet) compares each item with each shard.
    rows = [scope.execute(_TALLY_RANGE, of_job=job_id, first=first, last=last) for first, last in _open_runs(cuts)]
    return total([*kept, *map(_counted, rows)])


def last_activity(scope: Scope, job_id: JobId, shard: Shard) -> datetime | None:
    """Return when an item of the shard last began or ended an attempt, or comes due."""
    moments = scope.execute(_LAST_ACTIVITY, of_job=job_id, first=shard.first, last=shard.last).one()
    return max((moment for moment in moments if moment is not None), default=None)


def _open_runs(cuts: Sequence[AnyRow]) -> list[tuple[int, int]]:
    """Return the first and last item of each run of shards that are not closed; mostly there are one or two."""
    runs = []
    for is_closed, run in groupby(cuts, key=lambda cut: cut.state == ShardState.CLOSED):
        if not is_closed:
            shards = list(run)
            runs.append((shards[0].first_no, shards[-1].last_no))
    return runs


def _counted(rows: AnyResult) -> Tally:
    states: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    usage = NOTHING
    for state, verdict, number, *spent in rows:
        states[state] += number
        usage += usage_from(*spent)
        if verdict is not None:
            verdicts[verdict] += number
    return tally_from_counts(states, verdicts, usage)


def _pages(rows: Iterable[Values]) -> Iterator[list[Values]]:
    remaining = iter(rows)
    while page := list(islice(remaining, _PAGE)):
        yield page
