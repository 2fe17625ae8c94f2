"""The judgement among several answers: which one meets a criterion best."""

from __future__ import annotations

import hashlib

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.language_models.prompt import numbered_blocks
from domain.test_execution.contest import SELECT_BEST
from domain.test_execution.judging.consultation import Consultation, Evidence, Found, NoOpinion
from domain.test_execution.judging.reply import Fields, UnreadableReply


def select_best(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge which candidate is best.

    The order in which the judge sees them follows from a hash of question and answers: no target stands first more
    often than chance has it, since judges favour places, and the same contest has the same order every time.
    """
    _ = threshold
    if evidence.candidates is None:
        raise PermanentFailure(f"{SELECT_BEST} compares several answers", kind=FailureKind.EVALUATION_ERROR)
    if len(evidence.candidates) < 2:
        raise NoOpinion("fewer than two answers: there is nothing to choose from")
    shown = sorted(evidence.candidates, key=lambda each: _place(evidence.question, each.key, each.text))

    def read(fields: Fields) -> Found:
        best = fields.share("best", most=len(shown))
        if best not in range(1, len(shown) + 1):
            raise UnreadableReply(f"'best' is {best:g}; expected the number of an answer, from 1 to {len(shown)}")
        winner = shown[int(best) - 1]
        reason = fields.text("reason", default="the judge gave no reason")
        return Found(holds=True, value=1.0, reason=f"{winner.key} is best: {reason}", winner=winner.key)

    blocks = {
        "question": evidence.question,
        "answers": numbered_blocks([candidate.text for candidate in shown]),
        "criterion": evidence.rubric,
    }
    return judge.ask(SELECT_BEST, blocks, read=read)


def _place(question: str, key: str, text: str) -> str:
    return hashlib.sha256("\0".join((question, key, text)).encode()).hexdigest()
