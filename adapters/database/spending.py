"""
What each revision of a job has spent: a sum that is kept, because every claim of a job with a budget asks for it.

It is written in the transaction of the reports it is made of, under the job's lock, from the difference to what the
items had spent before; so it is the sum over the items' rows at every commit, and a test holds it to that.
"""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database import tables
from adapters.database.rows import USAGE_COLUMNS, usage_from, usage_values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.jobs.budget import Spending
from domain.jobs.job import JobId
from domain.jobs.usage import Usage

_job, _spending = tables.job, tables.spending
_the_job = and_(of_organization(_job), _job.c.id == bindparam("of_job", type_=Name))
_of_revision = and_(
    _spending.c.organization_id == _job.c.organization_id,
    _spending.c.job_id == _job.c.id,
    _spending.c.revision == _job.c.revision,
)
_SPENT = (
    select(_job.c.opened_at, *(func.coalesce(_spending.c[name], 0) for name in USAGE_COLUMNS))
    .select_from(_job.outerjoin(_spending, _of_revision))
    .where(_the_job)
)
_more = insert(_spending).from_select(
    ["organization_id", "job_id", "revision", *USAGE_COLUMNS],
    select(
        _job.c.organization_id,
        _job.c.id,
        _job.c.revision,
        *(bindparam(f"more_{name}", type_=_spending.c[name].type) for name in USAGE_COLUMNS),
    ).where(_the_job),
)
_SPEND = _more.on_conflict_do_update(
    index_elements=["organization_id", "job_id", "revision"],
    set_={name: _spending.c[name] + _more.excluded[name] for name in USAGE_COLUMNS},
)


def spend(scope: Scope, job_id: JobId, usage: Usage) -> None:
    """Add to what the newest revision of the job has spent."""
    if usage:
        scope.execute(_SPEND, of_job=job_id, **usage_values(usage, prefix="more_"))


def spent_on(scope: Scope, job_id: JobId) -> Spending:
    """Return what the newest revision of the job has spent."""
    row = scope.execute(_SPENT, of_job=job_id).first()
    if row is None:
        return Spending()
    since, *usage = row
    return Spending(usage=usage_from(*usage), since=since)
