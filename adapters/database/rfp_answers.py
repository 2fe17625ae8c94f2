"""Drafts, reviews and decisions, as rows that are only added to."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, func, not_, null, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database.rfp_tables import (
    IS_GAP,
    newest,
    newest_version,
    rfp,
    rfp_decision,
    rfp_draft,
    rfp_draft_source,
    rfp_question,
    rfp_review,
    same_question,
)
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from adapters.rfp_documents import from_document, to_document
from domain.jobs.errors import Conflict, NotFound
from domain.rfp_answering.passage import sources_of
from domain.rfp_answering.questionnaire import Question, QuestionNo
from domain.rfp_answering.records import Decision, DecisionKind, DraftRecord, ReviewRecord
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import Standing


def _of_rfp(table: Table) -> ColumnElement[bool]:
    return and_(of_organization(table), table.c.rfp_id == bindparam("of_rfp", type_=Name))


def _is_newest(table: Table) -> ColumnElement[bool]:
    return table.c.version == newest_version(table, of=table)


def _newest_body(table: Table) -> ColumnElement[object]:
    return newest(table, lambda record: record.c.body, of=rfp_question)


_draft = rfp_draft.c
_ADD_DRAFT = (
    insert(rfp_draft)
    .from_select(
        ["organization_id", "rfp_id", "no", "version", "verdict", "needs_review", "body"],
        select(
            rfp_question.c.organization_id,
            rfp_question.c.rfp_id,
            rfp_question.c.no,
            *(
                bindparam(f"new_{column.name}", type_=column.type)
                for column in (_draft.version, _draft.verdict, _draft.needs_review, _draft.body)
            ),
        ).where(_of_rfp(rfp_question), rfp_question.c.no == bindparam("of_no")),
    )
    .on_conflict_do_nothing()
    .returning(_draft.version)
)
_ADD_SOURCE = insert(rfp_draft_source)
_QUESTIONS = (
    select(rfp_question.c.no, rfp_question.c.body)
    .where(_of_rfp(rfp_question), rfp_question.c.no > bindparam("after"))
    .order_by(rfp_question.c.no)
    .limit(bindparam("at_most"))
)
_STANDINGS = _QUESTIONS.add_columns(
    _newest_body(rfp_draft).label("draft"),
    _newest_body(rfp_review).label("review"),
    _newest_body(rfp_decision).label("decision"),
)
_HAS_DRAFT = select(rfp_draft.c.version).where(
    _of_rfp(rfp_draft), rfp_draft.c.no == bindparam("of_no"), rfp_draft.c.version == bindparam("of_version")
)
_DRAFTS = (
    select(rfp_draft.c.body)
    .where(_of_rfp(rfp_draft), rfp_draft.c.no == bindparam("of_no"))
    .order_by(rfp_draft.c.version)
)
_REVIEWS = (
    select(rfp_review.c.body)
    .where(_of_rfp(rfp_review), rfp_review.c.no == bindparam("of_no"))
    .order_by(rfp_review.c.version)
)
_DECISIONS = (
    select(rfp_decision.c.body)
    .where(_of_rfp(rfp_decision), rfp_decision.c.no == bindparam("of_no"))
    .order_by(rfp_decision.c.version)
)
# Found by indexes alone, and only then read. `NOT EXISTS` because of Postgres: it believes that few drafts equal the
# result of a subquery, and then goes through all questions before it comes to the first that is wanted.
_newer = rfp_draft.alias("newer")
_is_replaced = exists().where(same_question(_newer, rfp_draft), _newer.c.version > rfp_draft.c.version)
_gap = (
    select(rfp_draft.c.organization_id, rfp_draft.c.rfp_id, rfp_draft.c.no, rfp.c.created_at)
    .join(rfp, and_(rfp.c.organization_id == rfp_draft.c.organization_id, rfp.c.id == rfp_draft.c.rfp_id))
    .where(of_organization(rfp_draft), IS_GAP, not_(_is_replaced))
    .order_by(rfp.c.created_at.desc(), rfp.c.id.desc(), rfp_draft.c.no)
    .limit(bindparam("at_most"))
    .subquery("gap")
)
_GAPS = (
    select(rfp_question.c.rfp_id, rfp_question.c.body)
    .join(_gap, same_question(rfp_question, _gap))
    .order_by(_gap.c.created_at.desc(), _gap.c.rfp_id.desc(), _gap.c.no)
)
_DECIDED = (
    select(
        rfp_decision.c.rfp_id,
        rfp_question.c.body,
        rfp_draft.c.body.label("draft"),
        null().label("review"),
        rfp_decision.c.body.label("decision"),
    )
    .join(rfp_question, same_question(rfp_question, rfp_decision))
    .join(rfp, and_(rfp.c.organization_id == rfp_decision.c.organization_id, rfp.c.id == rfp_decision.c.rfp_id))
    .outerjoin(rfp_draft, and_(same_question(rfp_draft, rfp_decision), _is_newest(rfp_draft)))
    .where(
        of_organization(rfp_decision),
        rfp_decision.c.rfp_id != bindparam("besides", type_=Name),
        rfp_decision.c.body["kind"].as_string() != DecisionKind.REJECTED.value,
        _is_newest(rfp_decision),
    )
    .order_by(rfp.c.created_at.desc(), rfp.c.id.desc(), rfp_decision.c.no)
    .limit(bindparam("at_most"))
)


@frozen(kw_only=True)
class SqlAnswers:
    """`Answers` in the transaction of *scope*."""

    scope: Scope

    def add_draft(self, record: DraftRecord) -> None:
        """Store a draft, and which contents of documents it quotes."""
        added = self.scope.execute(
            _ADD_DRAFT,
            of_rfp=record.rfp_id,
            of_no=record.no,
            new_version=record.version,
            new_verdict=record.draft.verdict.value,
            new_needs_review=record.needs_review,
            new_body=to_document(record),
        )
        if added.first() is None:
            self._require(record.rfp_id, record.no)
            raise Conflict(f"question {record.no}: it has a draft of version {record.version} already")
        sources = sources_of(record.draft.quotes)
        rows: list[Values] = [{"document_id": one.document_id, "generation": one.generation} for one in sources]
        self.scope.insert_many(_ADD_SOURCE, rows, **_key(record.rfp_id, record.no), version=record.version)

    def add_review(self, record: ReviewRecord) -> None:
        """Store a review; the newest counts."""
        of_draft = {"of_rfp": record.rfp_id, "of_no": record.no, "of_version": record.draft_version}
        if self.scope.execute(_HAS_DRAFT, **of_draft).first() is None:
            raise NotFound(f"question {record.no} has no draft of version {record.draft_version} to review")
        more: Values = {"draft_version": record.draft_version, "body": to_document(record)}
        self._add_next(rfp_review, record.rfp_id, record.no, more)

    def add_decision(self, decision: Decision) -> None:
        """Store what a person decided; the newest counts."""
        self._require(decision.rfp_id, decision.no)
        self._add_next(rfp_decision, decision.rfp_id, decision.no, {"body": to_document(decision)})

    def _require(self, rfp_id: RfpId, no: QuestionNo) -> None:
        """Look whether the question is there."""
        found = self.scope.execute(_QUESTIONS, of_rfp=rfp_id, after=no - 1, at_most=1).first()
        if found is None or found.no != no:
            raise NotFound(f"RFP {rfp_id} has no question {no}")

    def of(self, rfp_id: RfpId, no: QuestionNo) -> Standing:
        """Return where a question stands."""
        found = self.page(rfp_id, after=no - 1, limit=1)
        if not found or found[0].question.no != no:
            raise NotFound(f"RFP {rfp_id} has no question {no}")
        return found[0]

    def page(self, rfp_id: RfpId, *, after: int = 0, limit: int) -> list[Standing]:
        """Return where questions stand, in their order."""
        return [_standing(row) for row in self.scope.execute(_STANDINGS, of_rfp=rfp_id, after=after, at_most=limit)]

    def drafts(self, rfp_id: RfpId, no: QuestionNo) -> list[DraftRecord]:
        """Return the drafts of a question, oldest first."""
        rows = self.scope.execute(_DRAFTS, of_rfp=rfp_id, of_no=no)
        return [from_document(row.body, DraftRecord) for row in rows]

    def reviews(self, rfp_id: RfpId, no: QuestionNo) -> list[ReviewRecord]:
        """Return the reviews of a question's drafts, oldest first."""
        rows = self.scope.execute(_REVIEWS, of_rfp=rfp_id, of_no=no)
        return [from_document(row.body, ReviewRecord) for row in rows]

    def decisions(self, rfp_id: RfpId, no: QuestionNo) -> list[Decision]:
        """Return what people decided on a question, oldest first."""
        rows = self.scope.execute(_DECISIONS, of_rfp=rfp_id, of_no=no)
        return [from_document(row.body, Decision) for row in rows]

    def gaps(self, *, limit: int) -> list[tuple[RfpId, Question]]:
        """Return the questions whose newest draft says `no_answer`."""
        rows = self.scope.execute(_GAPS, at_most=limit)
        return [(RfpId(row.rfp_id), from_document(row.body, Question)) for row in rows]

    def decided(self, *, besides: RfpId, limit: int) -> list[tuple[RfpId, Standing]]:
        """Return the questions of the other RFPs that a person has answered for."""
        rows = self.scope.execute(_DECIDED, besides=besides, at_most=limit)
        return [(RfpId(row.rfp_id), _standing(row)) for row in rows]

    def _add_next(self, table: Table, rfp_id: RfpId, no: QuestionNo, more: Values) -> None:
        # The question is locked: two that are added at once would take one number.
        lock = select(rfp_question.c.no).where(_of_rfp(rfp_question), rfp_question.c.no == bindparam("of_no"))
        self.scope.execute(lock.with_for_update(key_share=True), of_rfp=rfp_id, of_no=no)
        newest = select(func.max(table.c.version)).where(_of_rfp(table), table.c.no == bindparam("of_no"))
        version = (self.scope.execute(newest, of_rfp=rfp_id, of_no=no).scalar() or 0) + 1
        self.scope.insert(insert(table), {**_key(rfp_id, no), "version": version, **more})


def _key(rfp_id: RfpId, no: QuestionNo) -> Values:
    return {"rfp_id": rfp_id, "no": no}


def _standing(row: AnyRow) -> Standing:
    return Standing(
        question=from_document(row.body, Question),
        draft=from_document(row.draft, DraftRecord) if row.draft else None,
        review=from_document(row.review, ReviewRecord) if row.review else None,
        decision=from_document(row.decision, Decision) if row.decision else None,
    )
