"""Answers that rest on documents which have changed: one statement over answers and library."""

from __future__ import annotations

from typing import TypeVar

from attrs import frozen
from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, cast, func, not_, or_, select

from adapters.database.library_tables import library_document
from adapters.database.rfp_tables import (
    newest,
    newest_version,
    rfp,
    rfp_decision,
    rfp_draft,
    rfp_draft_source,
    rfp_question,
    same_question,
)
from adapters.database.rfps import SqlRfpStore
from adapters.database.rows import AnyRow
from adapters.database.scope import of_organization
from adapters.database.types import Name, UtcTime
from adapters.rfp_documents import from_document
from domain.rfp_answering.findings.staleness import StaleAnswer, stale_reason
from domain.rfp_answering.questionnaire import Question
from domain.rfp_answering.records import DecisionKind
from domain.rfp_answering.rfp import RfpId
from domain.tenancy import TenantContext

T = TypeVar("T")
_quoted, _document = rfp_draft_source, library_document


def _shown(column: ColumnElement[T]) -> ScalarSelect[T]:
    """
    Return what is said of the quoted document now; nothing where it is gone.

    Looked up for each quote, as all that follows: joined, and without statistics, as after a first job, Postgres went
    through all documents and questions for each of them.
    """
    its = and_(_document.c.organization_id == _quoted.c.organization_id, _document.c.id == _quoted.c.document_id)
    return select(column).where(its).scalar_subquery()


_is_rejected = func.coalesce(
    and_(_document.c.verdict == "rejected", _document.c.verdict_hash == _document.c.visible_hash), False
)
_is_as_quoted = and_(
    _document.c.removed_at.is_(None), _document.c.generation == _quoted.c.generation, not_(_is_rejected)
)
_decision = newest(rfp_decision, lambda record: record.c.body["kind"].as_string(), of=_quoted)
_decided_at = newest(rfp_decision, lambda record: cast(record.c.body["at"].as_string(), UtcTime), of=_quoted)
_changed_at = _shown(_document.c.updated_at)
_nobody_has_decided_since = or_(
    _decision.is_(None),
    _decision == DecisionKind.REJECTED.value,
    _changed_at.is_(None),
    _decided_at < _changed_at,
)
_STALE = (
    select(
        _quoted.c.rfp_id,
        rfp.c.body["name"].as_string().label("rfp_name"),
        select(rfp_question.c.body).where(same_question(rfp_question, _quoted)).scalar_subquery().label("question"),
        _decision.label("decision"),
        _quoted.c.document_id,
        func.coalesce(_shown(_document.c.title), "").label("title"),
        _quoted.c.generation,
        func.coalesce(_shown(_document.c.generation), 0).label("visible"),
        func.coalesce(_shown(_document.c.removed_at.is_not(None)), True).label("is_removed"),
        func.coalesce(_shown(_is_rejected), False).label("is_rejected"),
    )
    .select_from(_quoted)
    .join(rfp, and_(rfp.c.organization_id == _quoted.c.organization_id, rfp.c.id == _quoted.c.rfp_id))
    .where(
        of_organization(_quoted),
        _quoted.c.version == newest_version(rfp_draft, of=_quoted),
        not_(func.coalesce(_shown(_is_as_quoted), False)),
        _nobody_has_decided_since,
    )
    .order_by(rfp.c.created_at.desc(), rfp.c.id.desc(), _quoted.c.no, _quoted.c.document_id, _quoted.c.generation)
    .limit(bindparam("at_most"))
)
_OF_RFP = _quoted.c.rfp_id == bindparam("of_rfp", type_=Name)


@frozen
class SqlStaleAnswers:
    """`StaleAnswers` over the store whose database the library is in, too."""

    rfps: SqlRfpStore

    def find(self, tenant: TenantContext, *, limit: int, rfp_id: RfpId | None = None) -> list[StaleAnswer]:
        """Return the answers that rest on what has changed since."""
        with self.rfps.view(tenant) as work:
            if rfp_id is None:
                rows = work.scope.execute(_STALE, at_most=limit)
            else:
                rows = work.scope.execute(_STALE.where(_OF_RFP), at_most=limit, of_rfp=rfp_id)
            return [one for row in rows if (one := _stale(row)) is not None]


def _stale(row: AnyRow) -> StaleAnswer | None:
    reason = stale_reason(
        row.generation, visible=row.visible, is_removed=bool(row.is_removed), is_rejected=bool(row.is_rejected)
    )
    if reason is None:
        return None
    return StaleAnswer(
        rfp_id=RfpId(row.rfp_id),
        rfp_name=row.rfp_name,
        question=from_document(row.question, Question),
        decision=DecisionKind(row.decision) if row.decision else None,
        document_id=row.document_id,
        title=row.title,
        generation=row.generation,
        visible=row.visible,
        reason=reason,
    )
