"""Answers that rest on documents which have changed: one statement over answers and library."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import and_, bindparam, cast, func, or_, select

from adapters.database.library_tables import library_document
from adapters.database.rfp_tables import (
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

_quoted, _document = rfp_draft_source, library_document
_is_rejected = and_(_document.c.verdict == "rejected", _document.c.verdict_hash == _document.c.visible_hash)
_decided_at = cast(rfp_decision.c.body["at"].as_string(), UtcTime)
_nobody_has_decided_since = or_(
    rfp_decision.c.version.is_(None),
    rfp_decision.c.body["kind"].as_string() == DecisionKind.REJECTED.value,
    _document.c.updated_at.is_(None),
    _decided_at < _document.c.updated_at,
)
_STALE = (
    select(
        _quoted.c.rfp_id,
        rfp.c.body["name"].as_string().label("rfp_name"),
        rfp_question.c.body.label("question"),
        rfp_decision.c.body["kind"].as_string().label("decision"),
        _quoted.c.document_id,
        func.coalesce(_document.c.title, "").label("title"),
        _quoted.c.generation,
        func.coalesce(_document.c.generation, 0).label("visible"),
        or_(_document.c.id.is_(None), _document.c.removed_at.is_not(None)).label("is_removed"),
        func.coalesce(_is_rejected, False).label("is_rejected"),
    )
    .select_from(_quoted)
    .join(rfp, and_(rfp.c.organization_id == _quoted.c.organization_id, rfp.c.id == _quoted.c.rfp_id))
    .join(rfp_question, same_question(rfp_question, _quoted))
    .outerjoin(
        _document,
        and_(_document.c.organization_id == _quoted.c.organization_id, _document.c.id == _quoted.c.document_id),
    )
    .outerjoin(
        rfp_decision,
        and_(same_question(rfp_decision, _quoted), rfp_decision.c.version == newest_version(rfp_decision, of=_quoted)),
    )
    .where(
        of_organization(_quoted),
        _quoted.c.version == newest_version(rfp_draft, of=_quoted),
        or_(
            _document.c.id.is_(None),
            _document.c.removed_at.is_not(None),
            _document.c.generation != _quoted.c.generation,
            _is_rejected,
        ),
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
