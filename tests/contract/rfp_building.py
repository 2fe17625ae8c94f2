"""What the suites about RFPs build on: RFPs, drafts, reviews and decisions, and two organizations' rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import Engine

from adapters.database.rfp_stale import SqlStaleAnswers
from adapters.database.rfps import SqlRfpStore
from domain.jobs.job import JobId
from domain.jobs.usage import Usage
from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.ports import RfpStore, RfpUnitOfWork
from domain.rfp_answering.proving.evidence import Check, Evidence, Finding
from domain.rfp_answering.questionnaire import Columns, Form, Place, Question, Questionnaire, QuestionNo
from domain.rfp_answering.records import (
    Author,
    Basis,
    Comment,
    Decision,
    DecisionKind,
    DraftRecord,
    ReviewRecord,
    ReviewVerdict,
)
from domain.rfp_answering.rfp import Rfp, RfpId
from domain.tenancy import TenantContext, UserId
from tests.contract.building import US, after

FIRST, SECOND, THIRD = QuestionNo(1), QuestionNo(2), QuestionNo(3)
AUTHOR = Author(name="scripted:model", prompts=("responder@3",))


def a_question(no: int, text: str = "Is data encrypted?") -> Question:
    """Return a question with everything that one can have."""
    return Question(
        no=QuestionNo(no),
        text=f"{text} ({no})",
        place=Place(table="Q", question=f"B{no}", answer=f"C{no}"),
        section="Security",
        rules=AnswerRules(allowed_values=("Yes", "No"), most_characters=100),
    )


def an_rfp(number: int = 1, *, tenant: TenantContext = US, name: str = "rfp.xlsx") -> Rfp:
    """Return an RFP of three questions."""
    return Rfp(
        id=RfpId(f"0000000{number}-0000-4000-8000-00000000000{number}"),
        organization_id=tenant.organization_id,
        questionnaire=Questionnaire(
            name=name,
            form=Form.XLSX,
            file_hash="hash",
            questions=tuple(a_question(no) for no in (1, 2, 3)),
            columns=(Columns(table="Q", first_row=1, question=1, answer=2, section=None),),
        ),
        created_at=after(number),
        created_by=UserId("ada"),
    )


def a_draft(rfp: Rfp, no: QuestionNo = FIRST, *, version: int = 1, document: str = "d-1", **more: Any) -> DraftRecord:
    """Return a draft that quotes the first generation of a document."""
    given = {
        "rfp_id": rfp.id,
        "no": no,
        "version": version,
        "draft": Draft(
            answer="Yes",
            verdict=AnswerVerdict.ANSWERED,
            quotes=(Quote(chunk_id=ChunkId(f"{document}:1:0"), text="data is encrypted"),),
        ),
        "evidence": Evidence(passed=(Check.QUOTED, Check.NUMBERS), findings=()),
        "basis": Basis(question="q", passages="p", author=AUTHOR),
        "job_id": JobId("job-1"),
        "made_at": after(10 + version),
        "repairs": 1,
        "usage": Usage(requests=2, prompt_tokens=30, completion_tokens=4, cost_nanousd=5),
    }
    return DraftRecord(**{**given, **more})


def without_answer(rfp: Rfp, no: QuestionNo = FIRST, *, version: int = 1) -> DraftRecord:
    """Return a draft that found nothing."""
    return a_draft(rfp, no, version=version, draft=Draft(answer="", verdict=AnswerVerdict.NO_ANSWER))


def doubtful(rfp: Rfp, no: QuestionNo = FIRST) -> DraftRecord:
    """Return a draft that a check found something about."""
    finding = Finding(check=Check.DATES, reason="the date '2025' of the answer stands in no quote")
    return a_draft(rfp, no, evidence=Evidence(passed=(Check.QUOTED,), findings=(finding,)))


def a_review(
    rfp: Rfp, no: QuestionNo = FIRST, *, of: int = 1, verdict: ReviewVerdict = ReviewVerdict.ACCEPT
) -> ReviewRecord:
    """Return a review of a draft."""
    return ReviewRecord(
        rfp_id=rfp.id,
        no=no,
        draft_version=of,
        verdict=verdict,
        scores={"complete": 0.5, "clear": 1.0},
        comments=(Comment(sentence=1, text="too short"),),
        author=attrs.evolve(AUTHOR, prompts=("reviewer@1",)),
        job_id=JobId("job-2"),
        made_at=after(40),
    )


def a_decision(rfp: Rfp, no: QuestionNo = FIRST, kind: str = "approved", *, of: int = 1, text: str = "") -> Decision:
    """Return what a person decided."""
    return Decision(
        rfp_id=rfp.id, no=no, kind=DecisionKind(kind), draft_version=of, by=UserId("ada"), at=after(50), text=text
    )


def add_rfp(store: RfpStore, rfp: Rfp, content: bytes = b"file") -> Rfp:
    """Store an RFP in its own organization."""
    with store.begin(attrs.evolve(US, organization_id=rfp.organization_id)) as work:
        work.rfps.add(rfp, content)
        work.commit()
    return rfp


def add_records(store: RfpStore, *records: DraftRecord | ReviewRecord | Decision) -> None:
    """Store records, each in a unit of work of its own."""
    for record in records:
        with store.begin(US) as work:
            if isinstance(record, DraftRecord):
                work.answers.add_draft(record)
            elif isinstance(record, ReviewRecord):
                work.answers.add_review(record)
            else:
                work.answers.add_decision(record)
            work.commit()


def fill_rfps(engine: Engine, tenant: TenantContext, no: int, *, mark: str, word: str) -> RfpId:
    """Store something in every table of RFPs; return the RFP's id."""
    rfp = attrs.evolve(an_rfp(no, tenant=tenant, name=mark), created_by=UserId(word))
    with SqlRfpStore(engine).begin(tenant) as work:
        work.rfps.add(rfp, mark.encode())
        work.answers.add_draft(without_answer(rfp))
        work.answers.add_draft(a_draft(rfp, SECOND, document=word))
        work.answers.add_review(a_review(rfp, SECOND))
        work.answers.add_decision(a_decision(rfp, THIRD, "edited", of=0, text=mark))
        work.commit()
    return rfp.id


Move = Callable[[RfpUnitOfWork, RfpId, str], object]


def rfp_moves(engine: Engine) -> dict[str, Callable[[TenantContext, RfpId, str], object]]:
    """Return everything that can be asked of RFPs, or told to change, by an id and the name of a document."""

    def asked(move: Move) -> Callable[[TenantContext, RfpId, str], object]:
        def ask(tenant: TenantContext, rfp_id: RfpId, word: str) -> object:
            with SqlRfpStore(engine).begin(tenant) as work:
                answer = move(work, rfp_id, word)
                work.commit()
            return answer

        return ask

    def of(rfp_id: RfpId) -> Rfp:
        return attrs.evolve(an_rfp(9), id=rfp_id)

    moves: dict[str, Move] = {
        "RFP": lambda w, r, _: w.rfps.get(r),
        "RFP, locked": lambda w, r, _: w.rfps.get(r, lock=True),
        "file of an RFP": lambda w, r, _: w.rfps.content(r),
        "RFPs by the start of the id": lambda w, r, _: w.rfps.page(id_prefix=r[:8], limit=100),
        "RFPs": lambda w, *_: w.rfps.page(limit=100),
        "overview of an RFP": lambda w, r, _: w.rfps.overview(r),
        "question": lambda w, r, _: w.answers.of(r, SECOND),
        "questions": lambda w, r, _: w.answers.page(r, limit=100),
        "drafts": lambda w, r, _: w.answers.drafts(r, SECOND),
        "reviews": lambda w, r, _: w.answers.reviews(r, SECOND),
        "decisions": lambda w, r, _: w.answers.decisions(r, THIRD),
        "gaps": lambda w, *_: w.answers.gaps(limit=100),
        "answers of other RFPs": lambda w, r, _: w.answers.decided(besides=RfpId(f"not {r}"), limit=100),
        "add a draft": lambda w, r, _: w.answers.add_draft(a_draft(of(r), SECOND, version=7)),
        "add a review": lambda w, r, _: w.answers.add_review(a_review(of(r), SECOND)),
        "add a decision": lambda w, r, _: w.answers.add_decision(a_decision(of(r), THIRD)),
        "forget an RFP": lambda w, r, _: w.rfps.remove(RfpId(f"{r[:8]}-not")),
    }
    stale = SqlStaleAnswers(SqlRfpStore(engine))
    return {
        **{name: asked(move) for name, move in moves.items()},
        "stale answers": lambda tenant, *_: stale.find(tenant, limit=100),
        "stale answers of an RFP": lambda tenant, rfp_id, _: stale.find(tenant, limit=100, rfp_id=rfp_id),
    }
