"""
What a script or a webhook says of an answer, as a finding: a truth value, a number, or an object.

The object is promptfoo's grading result: `pass`, `score`, `reason`, and for looking closer `componentResults` and
`namedScores`; its names may also be written as Python writes them (`pass_`, `named_scores`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.test_execution.finding import Finding, Negation

_SNAKE = {"pass_": "pass", "named_scores": "namedScores", "component_results": "componentResults"}
_LOOK_CLOSER = ("componentResults", "namedScores")
_MAX_REASON = 2_000


def graded(result: object, *, threshold: float | None, who: str) -> Finding:
    """
    Return the finding that *result* means; *who* said it, for reasons (`the script`).

    A number holds from the threshold on, without one when it is above 0. A value outside of 0 to 1 counts as the nearer
    end, and is kept in the details.

    Raises:
        PermanentFailure: evaluation_error: it is none of the three.
    """
    if isinstance(result, bool):
        return Finding.of(result, reason=f"{who} says {'yes' if result else 'no'}")
    if isinstance(result, int | float) and math.isfinite(result):
        return _of_number(float(result), threshold=threshold, who=who)
    if isinstance(result, Mapping):
        return _of_object({_SNAKE.get(str(name), str(name)): value for name, value in result.items()}, threshold, who)
    raise _unclear(f"{who} gave {_shown(result)}; expected true or false, a number, or an object with pass and score")


def _of_number(number: float, *, threshold: float | None, who: str) -> Finding:
    holds = number > 0 if threshold is None else number >= threshold
    wanted = "more than 0" if threshold is None else f"at least {threshold:g}"
    return Finding(
        holds=holds,
        value=_bounded(number),
        reason=f"{who} gives {number:g}, for {wanted}",
        details={"score": number} if _bounded(number) != number else None,
        negation=Negation.KEEPS_VALUE,
    )


def _of_object(result: Mapping[str, object], threshold: float | None, who: str) -> Finding:
    passed, score = result.get("pass"), result.get("score")
    if not isinstance(passed, bool):
        raise _unclear(f"{who} gave an object whose pass is {_shown(passed)}; expected true or false")
    if score is None:
        score = 1.0 if passed else 0.0
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        raise _unclear(f"{who} gave an object whose score is {_shown(score)}; expected a number")
    reason = str(result.get("reason") or f"{who} says {'yes' if passed else 'no'}")[:_MAX_REASON]
    if threshold is not None and score < threshold:
        passed, reason = False, f"the score {score:g} is below the threshold {threshold:g}: {reason}"
    details = {name: result[name] for name in _LOOK_CLOSER if result.get(name)}
    if _bounded(float(score)) != score:
        details["score"] = score
    return Finding(
        holds=passed,
        value=_bounded(float(score)),
        reason=reason,
        details=details or None,
        negation=Negation.KEEPS_VALUE,
    )


def _bounded(number: float) -> float:
    return min(1.0, max(0.0, number))


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _unclear(problem: str) -> PermanentFailure:
    return PermanentFailure(problem, kind=FailureKind.EVALUATION_ERROR)
