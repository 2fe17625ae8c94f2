"""
Recording what attempts came to, in few statements however many there are.

A report counts only under its item's live token. The rows are held from the look to the change, so that what is
answered is what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, func, null, or_, select, update

from adapters.database.items import NO_LEASE, in_numbers, is_running, item, the_job
from adapters.database.rows import USAGE_COLUMNS, Values, usage_from, usage_values
from adapters.database.scope import Scope
from adapters.database.spending import spend
from adapters.database.types import Name, SafeText
from domain.jobs.claims import Ended, Kept, Postponed, Released, Report
from domain.jobs.item import KEEP_PROGRESS, Failure, ItemState, Outcome
from domain.jobs.job import JobId
from domain.jobs.usage import NOTHING, Usage

_LIVE = select(item.c.no, item.c.token, *(item.c[name] for name in USAGE_COLUMNS)).where(
    the_job, in_numbers, is_running
)
_live = update(item).where(the_job, is_running, item.c.no == bindparam("of_no"), item.c.token == bindparam("of_token"))
_change = _live.values(
    **NO_LEASE,
    **{name: func.coalesce(bindparam(f"new_{name}", type_=item.c[name].type), item.c[name]) for name in USAGE_COLUMNS},
)


def _given(*names: str) -> dict[str, object]:
    return {name: bindparam(f"new_{name}", type_=item.c[name].type) for name in names}


_failed_in = _given("last_failure_kind", "last_failure_message")
_ENDED = _change.values(
    not_before=null(),
    last_failure_kind=func.coalesce(bindparam("new_failure_kind", type_=Name), item.c.last_failure_kind),
    last_failure_message=func.coalesce(bindparam("new_failure_message", type_=SafeText), item.c.last_failure_message),
    progress=case(
        (or_(*(bindparam("new_state", type_=Name) == state.value for state in KEEP_PROGRESS)), item.c.progress),
        else_=null(),
    ),
    **_given("state", "ended_at", "verdict", "result", "failure_kind", "failure_message"),
)
_POSTPONED = _change.values(state=ItemState.PENDING.value, **_given("not_before"), **_failed_in)
_RELEASED = _change.values(state=ItemState.PENDING.value, attempts=item.c.attempts - 1, **_given("not_before"))
_KEPT = _live.values(_given("progress", *USAGE_COLUMNS))
# A cancel came while the attempt ran: there will be no other one.
_stopped = _change.values(state=ItemState.CANCELLED.value, not_before=null(), **_given("ended_at"))
_POSTPONED_TOO_LATE = _stopped.values(_failed_in)
_RELEASED_TOO_LATE = _stopped.values(attempts=item.c.attempts - 1)


def record(scope: Scope, job_id: JobId, reports: Sequence[Report], *, now: datetime) -> list[bool]:
    """Apply each report whose token is still the item's live one; return for each whether it was."""
    scope.hold(job_id)
    answers, spent = _live_ones(scope, job_id, reports)
    spend(scope, job_id, spent)
    live = [report for report, is_live in zip(reports, answers, strict=True) if is_live]
    _keep(scope, job_id, [report for report in live if isinstance(report, Kept)])  # before the report that ends it
    _end(scope, job_id, [report for report in live if isinstance(report, Ended)], now)
    _postpone(scope, job_id, [report for report in live if isinstance(report, Postponed)], now)
    _release(scope, job_id, [report for report in live if isinstance(report, Released)], now)
    return answers


def _live_ones(scope: Scope, job_id: JobId, reports: Sequence[Report]) -> tuple[list[bool], Usage]:
    """Return for each report whether its attempt is live, and what those that are have spent since the last ones."""
    numbers = [report.no for report in reports]
    rows = scope.execute(_LIVE, of_job=job_id, numbers=numbers).all()
    tokens = {row.no: row.token for row in rows}
    known = {no: usage_from(*usage) for no, _, *usage in rows}
    answers, spent = [], NOTHING
    for report in reports:
        is_live = tokens.get(report.no) == report.token
        if is_live and report.spent is not None:
            spent += report.spent - known[report.no]
            known[report.no] = report.spent
        if is_live and not isinstance(report, Kept):
            del tokens[report.no]  # spent: of two reports on one attempt, the second is late
        answers.append(is_live)
    return answers, spent


def _keep(scope: Scope, job_id: JobId, reports: Sequence[Kept]) -> None:
    rows = [{**_attempt(report), "new_progress": report.progress or None} for report in reports]
    scope.execute_many(_KEPT, rows, of_job=job_id)


def _end(scope: Scope, job_id: JobId, reports: Sequence[Ended], now: datetime) -> None:
    rows = [{**_attempt(report), **_outcome(report.outcome)} for report in reports]
    scope.execute_many(_ENDED, rows, of_job=job_id, new_ended_at=now)


def _postpone(scope: Scope, job_id: JobId, reports: Sequence[Postponed], now: datetime) -> None:
    if not reports:
        return
    if scope.is_cancelling(job_id):
        rows = [{**_attempt(report), **_last_failure(report.failure)} for report in reports]
        scope.execute_many(_POSTPONED_TOO_LATE, rows, of_job=job_id, new_ended_at=now)
        return
    rows = [
        {**_attempt(report), **_last_failure(report.failure), "new_not_before": report.not_before} for report in reports
    ]
    scope.execute_many(_POSTPONED, rows, of_job=job_id)


def _release(scope: Scope, job_id: JobId, reports: Sequence[Released], now: datetime) -> None:
    if reports and scope.is_cancelling(job_id):
        rows = [_attempt(report) for report in reports]
        scope.execute_many(_RELEASED_TOO_LATE, rows, of_job=job_id, new_ended_at=now)
        return
    rows = [{**_attempt(report), "new_not_before": report.not_before} for report in reports]
    scope.execute_many(_RELEASED, rows, of_job=job_id)


def _attempt(report: Report) -> Values:
    return {"of_no": report.no, "of_token": report.token, **usage_values(report.spent, prefix="new_")}


def _outcome(outcome: Outcome) -> Values:
    failure = outcome.failure
    return {
        "new_state": outcome.state.value,
        "new_verdict": outcome.verdict,
        "new_result": outcome.result or None,
        "new_failure_kind": failure.kind.value if failure else None,
        "new_failure_message": failure.message if failure else None,
    }


def _last_failure(failure: Failure) -> Values:
    return {"new_last_failure_kind": failure.kind.value, "new_last_failure_message": failure.message}
