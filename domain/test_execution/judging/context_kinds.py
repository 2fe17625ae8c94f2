"""
Judgements of retrieval: what an answer, a reference and a question have to do with the context in the test.

After the metrics of the same names in RAGAS (Es et al. 2023, arXiv 2309.15217). The judge never counts: it names
statements or numbers of sentences, and the share is taken here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.test_execution.finding import shown
from domain.test_execution.judging.consultation import Consultation, Evidence, Found, NoOpinion
from domain.test_execution.judging.reply import Fields, UnreadableReply

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\s])")
_LISTED = 3


def recall(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge which share of the reference's statements the context supports."""
    blocks = {"context": "\n\n".join(evidence.context), "reference": evidence.rubric}
    verdicts = judge.ask("context-recall", blocks, read=lambda fields: _verdicts(fields, flag="supported"))
    return _share(verdicts, threshold, what="of the reference's statements are in the context", missing="not there")


def relevance(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge which share of the context is needed to answer the question."""
    units = context_units(evidence.context)
    numbered = "\n".join(f"[{no}] {unit}" for no, unit in enumerate(units, start=1))
    blocks = {"question": evidence.question, "context": numbered}
    needed = judge.ask("context-relevance", blocks, read=lambda fields: fields.numbers("needed", most=len(units)))
    share = len(needed) / len(units)
    reason = f"{len(needed)} of the context's {len(units)} parts are needed to answer the question"
    return Found(holds=share >= (threshold or 0), value=share, reason=reason)


def faithfulness(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge which share of the answer's statements the context supports.

    Raises:
        NoOpinion: the answer makes no statement, so there is nothing to be faithful.
    """
    context = "\n\n".join(evidence.context)
    blocks = {"question": evidence.question, "answer": evidence.answer}
    statements = judge.ask("faithfulness-statements", blocks, read=lambda fields: fields.texts("statements"))
    if not statements:
        raise NoOpinion("the answer makes no statement that the context could support")
    numbered = "\n".join(f"[{no}] {statement}" for no, statement in enumerate(statements, start=1))
    supported = judge.ask(
        "faithfulness-support",
        {"context": context, "statements": numbered},
        read=lambda fields: fields.numbers("supported", most=len(statements)),
    )
    verdicts = [(statement, no in supported) for no, statement in enumerate(statements, start=1)]
    return _share(verdicts, threshold, what="of the answer's statements are in the context", missing="not there")


def context_units(chunks: Sequence[str]) -> list[str]:
    """
    Return the parts of a context: its chunks where there are several, else its lines, else its sentences.

    >>> context_units(["Paris is the capital. France has wine."])
    ['Paris is the capital.', 'France has wine.']
    """
    if len(chunks) > 1:
        return list(chunks)
    lines = [line.strip() for line in chunks[0].splitlines() if line.strip()]
    return lines if len(lines) > 1 else [part.strip() for part in _SENTENCE_END.split(lines[0]) if part.strip()]


def _verdicts(fields: Fields, *, flag: str) -> list[tuple[str, bool]]:
    verdicts = [(entry.text("statement"), entry.flag(flag)) for entry in fields.objects("statements")]
    if not verdicts:
        raise UnreadableReply("'statements' is empty; expected the reference's statements")
    return verdicts


def _share(verdicts: list[tuple[str, bool]], threshold: float | None, *, what: str, missing: str) -> Found:
    there = sum(verdict for _, verdict in verdicts)
    absent = [shown(statement) for statement, verdict in verdicts if not verdict]
    listed = f"; {missing}: {', '.join(absent[:_LISTED])}" if absent else ""
    share = there / len(verdicts)
    return Found(holds=share >= (threshold or 0), value=share, reason=f"{there} of {len(verdicts)} {what}{listed}")
