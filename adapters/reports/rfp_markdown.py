"""The report of an RFP as Markdown: each answer with what proves it. Nothing that others said becomes markup."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.reports.markdown_text import escaped, quoted
from domain.counting_words import counted
from domain.rfp_answering.draft import Quote
from domain.rfp_answering.findings.contradictions import Contradiction
from domain.rfp_answering.findings.inspecting import RfpFindings, SimilarQuestion
from domain.rfp_answering.findings.staleness import StaleAnswer, StaleReason
from domain.rfp_answering.passage import Passage
from domain.rfp_answering.records import Decision, DraftRecord, ReviewRecord
from domain.rfp_answering.report import RfpReport
from domain.rfp_answering.standing import AnswerState, Standing

_GONE = "a document that was removed or rejected, or says something else by now"
_BECAME = {
    StaleReason.CHANGED: "has changed since",
    StaleReason.REJECTED: "was rejected since",
    StaleReason.REMOVED: "was removed since",
}


def rfp_markdown(report: RfpReport) -> str:
    """Return the report: what there is to look at first, then each question in the buyer's order."""
    parts = [*_head(report), *_findings(report.findings)]
    stale = {one.question.no for one in report.findings.stale}
    for standing in report.standings:
        parts += _question(report, standing, is_stale=standing.question.no in stale)
    return "\n\n".join(parts) + "\n"


def _head(report: RfpReport) -> Iterator[str]:
    counts = {state: sum(one.state is state for one in report.standings) for state in AnswerState}
    states = ", ".join(f"{count:,} {state.value}" for state, count in counts.items() if count)
    yield f"# {escaped(report.rfp.questionnaire.name)}"
    questions = counted(len(report.standings), "question")
    yield f"{questions}: {states}. As of {report.at:%Y-%m-%d %H:%M} UTC. RFP {report.rfp.id}."


def _findings(found: RfpFindings) -> Iterator[str]:
    lines = [
        *map(_contradiction, found.contradictions),
        *map(_stale, found.stale),
        *map(_similar, found.similar),
    ]
    if lines:
        yield "## To look at"
        yield "\n".join(f"- {line}" for line in lines)


def _contradiction(one: Contradiction) -> str:
    said = [
        f"question {part.no} says {escaped(part.value)} ({escaped(part.sentence)})" for part in (one.first, one.second)
    ]
    return f"Contradiction: {'; '.join(said)}"


def _stale(one: StaleAnswer) -> str:
    return f"Question {one.question.no} rests on {escaped(one.title or one.document_id)}, which {_BECAME[one.reason]}"


def _similar(one: SimilarQuestion) -> str:
    differing = f"; only one of them says {escaped(', '.join(one.differing))}" if one.differing else ""
    return (
        f"Question {one.no} seems to ask what question {one.other_no} of RFP {one.other_rfp} asks "
        f"({escaped(one.other_question)}){differing}"
    )


def _question(report: RfpReport, standing: Standing, *, is_stale: bool) -> Iterator[str]:
    question, draft = standing.question, standing.draft
    yield f"## {question.no}. {escaped(question.text)}"
    state = "answered in the buyer's file" if question.given else standing.state.value
    section = f" Section: {escaped(question.section)}." if question.section else ""
    yield f"**{state}**{'; its evidence has changed' if is_stale else ''}.{section}"
    if said := question.given or standing.answer:
        yield quoted(said)
    if draft is not None:
        yield from _evidence(report, draft)
    if standing.current_review is not None:
        yield _review(standing.current_review)
    if standing.decision is not None:
        yield _decision(standing.decision)


def _evidence(report: RfpReport, draft: DraftRecord) -> Iterator[str]:
    author, prompts = draft.basis.author.name, ", ".join(draft.basis.author.prompts)
    drafted = f"Draft {draft.version} ({draft.draft.verdict.value}) by {escaped(author)}"
    yield f"{drafted}{f' with {escaped(prompts)}' if prompts else ''}, {draft.made_at:%Y-%m-%d}."
    for quote in draft.draft.quotes:
        yield f"Evidence, from {_where(quote, report.passages.get(quote.chunk_id))}:\n\n{quoted(quote.text)}"
    passed = ", ".join(check.value for check in draft.evidence.passed) or "none"
    lines = [f"- Checks passed: {passed}", *(f"- Found: {escaped(one.reason)}" for one in draft.evidence.findings)]
    yield "\n".join(lines)


def _where(quote: Quote, passage: Passage | None) -> str:
    if passage is None:
        return f"{_GONE} (chunk {escaped(quote.chunk_id)})"
    path = " &gt; ".join(map(escaped, passage.path))
    return f"{path} (chunk {escaped(quote.chunk_id)})"


def _review(review: ReviewRecord) -> str:
    scores = ", ".join(f"{escaped(name)} {score:.2f}" for name, score in sorted(review.scores.items()))
    lines = [f"- Review by {escaped(review.author.name)}: {review.verdict.value} ({scores})"]
    for one in review.comments:
        where = f"sentence {one.sentence}" if one.sentence else "the answer"
        lines.append(f"  - On {where}: {escaped(one.text)}")
    return "\n".join(lines)


def _decision(decision: Decision) -> str:
    of = f" draft {decision.draft_version}" if decision.draft_version else ""
    return f"- Decision: {decision.kind.value}{of} by {escaped(decision.by)}, {decision.at:%Y-%m-%d %H:%M} UTC"
