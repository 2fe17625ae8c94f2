"""Judgements between two answers. The judge sees them in an order, and orders matter to judges: see `bias`."""

from __future__ import annotations

from collections.abc import Mapping

from domain.test_execution.judging.consultation import Consultation, Evidence, Found
from domain.test_execution.judging.reply import Fields, UnreadableReply

_VALUES = {1: 1.0, 0: 0.5, 2: 0.0}


def better_than(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge whether the answer, shown first, meets a criterion better than another one: 1, or 0.5 when neither is better.

    The value has `criterion` and `other`. It holds when the answer is better; with a threshold, when it reaches that.
    """
    value = evidence.value if isinstance(evidence.value, Mapping) else {}

    def read(fields: Fields) -> Found:
        choice = fields.share("better", most=2)
        if choice not in _VALUES:
            raise UnreadableReply(f"'better' is {choice:g}; expected 1, 2 or 0")
        score = _VALUES[int(choice)]
        reason = fields.text("reason", default="the judge gave no reason")
        return Found(holds=score >= (1.0 if threshold is None else threshold), value=score, reason=reason)

    blocks = {
        "question": evidence.question,
        "criterion": str(value.get("criterion", "")),
        "first": evidence.answer,
        "second": str(value.get("other", "")),
    }
    return judge.ask("pairwise", blocks, read=read)
