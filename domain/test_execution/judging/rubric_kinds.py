"""
Judgements by what is asked of the answer: a rubric, a criterion, a reference.

Thresholds and scores are those that promptfoo documents for the kinds of the same name, so that a configuration means
the same here; the wording of the prompts, and what happens to replies that can't be read, are our own.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.test_execution.judging.consultation import Consultation, Evidence, Found
from domain.test_execution.judging.reply import Fields, UnreadableReply

G_EVAL_MOST = 10
"""G-Eval scores run from 0 to 10 (Liu et al. 2023, arXiv 2303.16634, with promptfoo's scale), reported as 0 to 1."""

CATEGORIES: Mapping[str, tuple[str, str, float]] = {
    "A": ("subset", "the answer says less than the reference and agrees with it", 1.0),
    "B": ("superset", "the answer says more than the reference and agrees with it", 1.0),
    "C": ("agree", "the answer says the same as the reference", 1.0),
    "D": ("disagree", "the answer contradicts the reference", 0.0),
    "E": ("differ_but_factual", "the answer differs from the reference in ways that do not matter for the facts", 1.0),
}
"""The categories of `factuality`: name, meaning, and score; only a contradiction fails."""


def by_rubric(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge by a rubric in words: the judge says pass or fail, and a score.

    With a threshold the score must reach it too. A reply without `pass` is not taken for a pass: with a threshold the
    score decides, without one the reply can't be read.
    """

    def read(fields: Fields) -> Found:
        has_verdict = fields.has("pass")
        if not has_verdict and (threshold is None or not fields.has("score")):
            raise UnreadableReply("there is no 'pass' in it; expected true or false")
        verdict = fields.flag("pass") if has_verdict else True
        score = fields.share("score") if fields.has("score") else float(verdict)
        holds = verdict and (threshold is None or score >= threshold)
        return Found(holds=holds, value=score, reason=fields.text("reason", default="the judge gave no reason"))

    blocks = {"question": evidence.question, "answer": evidence.answer, "rubric": evidence.rubric}
    return judge.ask("llm-rubric", blocks, read=read)


def by_criterion(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge whether the answer meets a criterion: yes or no."""
    _ = threshold

    def read(fields: Fields) -> Found:
        meets = fields.flag("meets" if fields.has("meets") else "pass")
        return Found(holds=meets, value=float(meets), reason=fields.text("reason", default="the judge gave no reason"))

    blocks = {"question": evidence.question, "answer": evidence.answer, "criterion": evidence.rubric}
    return judge.ask("model-graded-closedqa", blocks, read=read)


def by_facts(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge whether the answer agrees with a reference, by categories; the option `factuality` may score them anew."""
    scores = evidence.options.get("factuality", {})

    def read(fields: Fields) -> Found:
        letter = fields.text("category").strip("().").upper()[:1]
        if letter not in CATEGORIES:
            raise UnreadableReply(f"'category' is {letter!r}; expected one of A, B, C, D, E")
        name, meaning, usual = CATEGORIES[letter]
        score = float(scores.get(name, usual)) if isinstance(scores, Mapping) else usual
        reason = fields.text("reason", default="") or meaning
        return Found(holds=score > 0 and score >= (threshold or 0), value=score, reason=f"{letter}: {reason}")

    blocks = {"question": evidence.question, "answer": evidence.answer, "reference": evidence.rubric}
    return judge.ask("factuality", blocks, read=read)


def by_steps(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge by G-Eval: the judge first writes down the steps of the evaluation, then follows them.

    Several criteria are judged one by one; the mean of their scores counts.
    """
    criteria = evidence.value if isinstance(evidence.value, list) else [evidence.value]
    found = [_by_steps(judge, evidence, str(criterion)) for criterion in criteria]
    mean = sum(score for score, _ in found) / len(found)
    return Found(holds=mean >= (threshold or 0), value=mean, reason="; ".join(reason for _, reason in found))


def _by_steps(judge: Consultation, evidence: Evidence, criterion: str) -> tuple[float, str]:
    steps = judge.ask("g-eval-steps", {"criterion": criterion}, read=_read_steps)
    numbered = "\n".join(f"{no}. {step}" for no, step in enumerate(steps, start=1))
    blocks = {"question": evidence.question, "answer": evidence.answer, "criterion": criterion, "steps": numbered}
    return judge.ask("g-eval", blocks, read=_read_steps_score)


def _read_steps(fields: Fields) -> list[str]:
    steps = fields.texts("steps")
    if not steps:
        raise UnreadableReply("'steps' is empty; expected at least one step")
    return steps


def _read_steps_score(fields: Fields) -> tuple[float, str]:
    reason = fields.text("reason", default="the judge gave no reason")
    return fields.share("score", most=G_EVAL_MOST) / G_EVAL_MOST, reason
