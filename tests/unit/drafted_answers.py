"""Drafts as if somebody had written them, for those that measure them: documents by name, chunks by their place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from domain.jobs.job import JobId
from domain.rfp_answering.draft import AnswerRules, AnswerVerdict, ChunkId, Draft, Quote
from domain.rfp_answering.measuring.expectation import Expectation, ExpectedEvidence
from domain.rfp_answering.measuring.measurement import DocumentName
from domain.rfp_answering.proving.evidence import examine
from domain.rfp_answering.questionnaire import QuestionNo
from domain.rfp_answering.records import Author, Basis, DraftRecord
from domain.rfp_answering.rfp import RfpId

TEXTS = {
    "a.md": "Backups are kept for 35 days.",
    "b.md": "Keys are rotated every 12 months.",
    "c.md": "Tickets are answered within 30 minutes.",
}
NAMES = {f"id-{name}": DocumentName(location=f"docs/{name}", title=name.removesuffix(".md").upper()) for name in TEXTS}
AUTHOR = Author(name="somebody", prompts=("responder@1",))


def drafted(no: int, *documents: str, said: Mapping[str, str] | None = None) -> DraftRecord:
    """Return a draft that quotes these documents in whole; *said* is quoted of some in place of what they say."""
    quotes = tuple(Quote(chunk_id=ChunkId(f"id-{name}:1:0"), text=(said or TEXTS)[name]) for name in documents)
    verdict = AnswerVerdict.ANSWERED if documents else AnswerVerdict.NO_ANSWER
    draft = Draft(answer="As quoted." if documents else "", verdict=verdict, quotes=quotes)
    chunks = {ChunkId(f"id-{name}:1:0"): text for name, text in TEXTS.items()}
    return DraftRecord(
        rfp_id=RfpId("rfp"),
        no=QuestionNo(no),
        version=1,
        draft=draft,
        evidence=examine(draft, chunks=chunks, rules=AnswerRules()),
        basis=Basis(question="", passages="", author=AUTHOR),
        job_id=JobId("job"),
        made_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def expected(no: int, *documents: str) -> Expectation:
    """Return an expectation that these documents are quoted, each with all that it says; of none, no answer."""
    return Expectation(
        no=QuestionNo(no),
        question=f"Question {no}?",
        verdict=AnswerVerdict.ANSWERED if documents else AnswerVerdict.NO_ANSWER,
        evidence=tuple(ExpectedEvidence(documents=(name,), facts=(TEXTS[name],)) for name in documents),
    )
