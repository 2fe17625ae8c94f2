"""What ended jobs came to, kept in their rows, so that lists of jobs look at no item and no shard."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from sqlalchemy import and_, bindparam, null, select, update

from adapters.database import tables
from adapters.database.rows import tally_from
from adapters.database.scope import Scope, of_organization
from adapters.database.types import JSON_OBJECT, Name
from domain.jobs.aggregate import Tally
from domain.jobs.job import JobId

_job = tables.job
_the_job = and_(of_organization(_job), _job.c.id == bindparam("of_job", type_=Name))
_KEEP = update(_job).where(_the_job).values(tally=bindparam("kept", type_=JSON_OBJECT))
_FORGET = update(_job).where(_the_job).values(tally=null())
_KEPT = select(_job.c.id, _job.c.tally).where(
    of_organization(_job), _job.c.id.in_(bindparam("ids", expanding=True, type_=Name)), _job.c.tally.is_not(None)
)


def keep(scope: Scope, job_id: JobId, tally: Tally) -> None:
    """Keep what the job came to; the caller holds its lock."""
    scope.execute(_KEEP, of_job=job_id, kept=attrs.asdict(tally))


def forget(scope: Scope, job_id: JobId) -> None:
    """Keep nothing of the job any more: its items may end otherwise."""
    scope.execute(_FORGET, of_job=job_id)


def of_jobs(scope: Scope, job_ids: Sequence[JobId]) -> dict[JobId, Tally]:
    """Return what these jobs came to, as far as it was kept."""
    rows = scope.execute(_KEPT, ids=list(job_ids)) if job_ids else ()
    return {JobId(job_id): tally_from(tally) for job_id, tally in rows}
