"""How the questions of RFPs stand, counted in one statement: lists must not read the records of every question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, select

from adapters.database.rfp_tables import (
    newest_version,
    rfp_decision,
    rfp_draft,
    rfp_question,
    rfp_review,
    same_question,
)
from adapters.database.rows import AnyRow
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.rfp_answering.draft import AnswerVerdict
from domain.rfp_answering.records import DecisionKind, ReviewVerdict
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import AnswerState, Marks


def _of_rfps(table: Table) -> ColumnElement[bool]:
    wanted = bindparam("of_rfps", type_=Name, expanding=True)
    return and_(of_organization(table), table.c.rfp_id.in_(wanted))


def _newest(table: Table) -> ColumnElement[bool]:
    """
    The condition for the newest record of a question, looked up by the table's key for each question.

    Joining what is newest of all of them would be one pass, and took 45 s for 500 questions on tables that Postgres had
    no statistics of yet, as they are behind a job that has just written them.
    """
    return and_(same_question(table, rfp_question), table.c.version == newest_version(table, of=rfp_question))


_marks = (
    rfp_decision.c.body["kind"].as_string().label("decision"),
    (rfp_decision.c.body["draft_version"].as_integer() == rfp_draft.c.version).label("is_of_draft"),
    rfp_draft.c.verdict.label("draft"),
    rfp_draft.c.needs_review.label("needs_review"),
    rfp_review.c.body["verdict"].as_string().label("review"),
)
_COUNT = (
    select(rfp_question.c.rfp_id, *_marks, func.count().label("questions"))
    .select_from(rfp_question)
    .outerjoin(rfp_draft, _newest(rfp_draft))
    .outerjoin(rfp_review, and_(_newest(rfp_review), rfp_review.c.draft_version == rfp_draft.c.version))
    .outerjoin(rfp_decision, _newest(rfp_decision))
    .where(_of_rfps(rfp_question))
    .group_by(rfp_question.c.rfp_id, *_marks)
)


def states_of(scope: Scope, rfp_ids: Sequence[RfpId]) -> dict[RfpId, Counter[AnswerState]]:
    """Return how many questions of each RFP are in which state; the states are the domain's (`Marks`), not SQL's."""
    found = {rfp_id: Counter[AnswerState]() for rfp_id in rfp_ids}
    for row in scope.execute(_COUNT, of_rfps=list(rfp_ids)) if rfp_ids else ():
        found[RfpId(row.rfp_id)][_marks_in(row).state] += row.questions
    return found


def _marks_in(row: AnyRow) -> Marks:
    return Marks(
        decision=DecisionKind(row.decision) if row.decision else None,
        is_of_draft=bool(row.is_of_draft),
        draft=AnswerVerdict(row.draft) if row.draft else None,
        needs_review=bool(row.needs_review),
        review=ReviewVerdict(row.review) if row.review else None,
    )
