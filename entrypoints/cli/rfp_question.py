"""Everything about one question of an RFP, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator

from domain.counting_words import counted
from entrypoints.api.documents.rfp_answers import (
    AnswerDetailDocument,
    DecisionDocument,
    DraftDocument,
    QuoteDocument,
    ReviewDocument,
)
from entrypoints.cli.acting import shown_time
from entrypoints.cli.console import show

_GONE = "a document that is gone, or was rejected since"


def tell_question(found: AnswerDetailDocument) -> None:
    """Print all there is about a question."""
    for line in (*_asked(found), *_answered(found), *_history(found)):
        show(line)


def _asked(found: AnswerDetailDocument) -> Iterator[str]:
    yield f"question {found.no}{f' ({found.section})' if found.section else ''}: {found.question}"
    yield f"  the answer goes to {found.table} {found.answer_place}"
    if found.allowed_values:
        yield f"  the buyer allows {', '.join(found.allowed_values)}"
    if found.most_characters is not None:
        yield f"  the buyer allows {counted(found.most_characters, 'character')}"
    if found.given:
        yield f"  the file answers it already: {found.given}"
    if found.obstacle:
        yield f"  nothing can be written there: {found.obstacle}"


def _answered(found: AnswerDetailDocument) -> Iterator[str]:
    yield f"state    {found.state.value}"
    if found.answer:
        yield "answer"
        yield from _indented(found.answer)
    if found.draft is None:
        return
    yield f"draft    {_title(found.draft)}"
    if found.draft.checks:
        yield f"checks   passed: {', '.join(found.draft.checks)}"
    for finding in found.draft.findings:
        yield f"found    {finding.check}: {finding.reason}"
    for quote in found.quotes:
        yield from _quoted(quote)


def _quoted(quote: QuoteDocument) -> Iterator[str]:
    path = " > ".join(dict.fromkeys((quote.title or _GONE, *quote.heading_path)))
    yield f"quote    {path}  [{quote.chunk_id}]"
    yield from _indented(quote.text)


def _history(found: AnswerDetailDocument) -> Iterator[str]:
    for review in found.reviews:
        yield from _reviewed(review)
    for decision in found.decisions:
        yield _decided(decision)
        yield from _indented(decision.text)
    if len(found.drafts) > 1:
        yield "drafts   " + "; ".join(_title(draft) for draft in found.drafts)


def _reviewed(review: ReviewDocument) -> Iterator[str]:
    scores = ", ".join(f"{name} {score:.2f}" for name, score in review.scores.items())
    yield f"review   {review.verdict.value} of draft {review.draft} by {review.author.name} ({scores})"
    for comment in review.comments:
        yield f"  {f'sentence {comment.sentence}' if comment.sentence else 'the answer'}: {comment.text}"


def _decided(decision: DecisionDocument) -> str:
    of = f" draft {decision.draft}" if decision.draft else ""
    return f"decision {decision.kind.value}{of} by {decision.by}, {shown_time(decision.at, otherwise='')} UTC"


def _title(draft: DraftDocument) -> str:
    again = ", written anew after the checks" if draft.repairs else ""
    prompts = f" ({', '.join(draft.author.prompts)})" if draft.author.prompts else ""
    spent = (
        f", {counted(draft.usage.prompt_tokens + draft.usage.completion_tokens, 'token')}"
        if draft.usage.requests
        else ""
    )
    return f"{draft.version}: {draft.verdict.value} by {draft.author.name}{prompts}{again}{spent}"


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines() if line.strip()]
