"""
Judgements by embeddings: how near two texts are in meaning, as an embedding model sees it.

A vector says nothing on truth: opposite statements are often near each other. Use these to find answers that miss the
subject, not answers that are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, sqrt

from domain.test_execution.finding import shown
from domain.test_execution.judging.consultation import Consultation, Evidence, Found, NoOpinion
from domain.test_execution.judging.reply import Fields, UnreadableReply

Vector = Sequence[float]
QUESTIONS = 3
_TOLERANCE = 1e-9
"""Vectors are sums of thousands of products: at the threshold, rounding must not decide."""


def cosine_similar(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge by the cosine of the angle between answer and expected text; the nearest of several counts."""
    return _nearest(judge, evidence, threshold, measure=cosine, word="cosine")


def dot_similar(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge by the dot product: the cosine, for models whose vectors have length 1."""
    return _nearest(judge, evidence, threshold, measure=dot, word="dot product")


def euclidean_similar(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """Judge by the distance, which must be at most the threshold; the value is 1 / (1 + distance)."""
    answer, texts, vectors = _vectors(judge, evidence)
    distances = [_finite(euclidean(answer, vector)) for vector in vectors]
    best = min(distances)
    text = texts[distances.index(best)]
    limit = threshold or 0.0
    reason = f"the answer is {best:.3f} away from {shown(text)}, the limit is {limit:g}"
    return Found(holds=best <= limit + _TOLERANCE, value=1 / (1 + best), reason=reason)


def answer_relevance(judge: Consultation, evidence: Evidence, threshold: float | None) -> Found:
    """
    Judge how near the question is to questions that the answer would be an answer to, by their mean cosine.

    After RAGAS (Es et al. 2023, arXiv 2309.15217): an answer that speaks of something else suggests other questions.
    """
    questions = judge.ask("answer-relevance", {"answer": evidence.answer}, read=_read_questions)
    asked, *guessed = judge.embed([evidence.question, *questions])
    similarity = sum(_finite(cosine(asked, vector)) for vector in guessed) / len(guessed)
    reason = f"questions that the answer fits have a mean cosine of {similarity:.3f} to the one asked: "
    reason += ", ".join(shown(question) for question in questions)
    return Found(holds=similarity >= (threshold or 0) - _TOLERANCE, value=_share(similarity), reason=reason)


def cosine(left: Vector, right: Vector) -> float:
    """Return the cosine of the angle between two vectors; not a number where one of them has no length."""
    lengths = sqrt(dot(left, left)) * sqrt(dot(right, right))
    return dot(left, right) / lengths if lengths else float("nan")


def dot(left: Vector, right: Vector) -> float:
    """Return the dot product."""
    return sum(one * other for one, other in zip(left, right, strict=True))


def euclidean(left: Vector, right: Vector) -> float:
    """Return the distance."""
    return sqrt(sum((one - other) ** 2 for one, other in zip(left, right, strict=True)))


def _nearest(
    judge: Consultation,
    evidence: Evidence,
    threshold: float | None,
    *,
    measure: Callable[[Vector, Vector], float],
    word: str,
) -> Found:
    answer, texts, vectors = _vectors(judge, evidence)
    values = [_finite(measure(answer, vector)) for vector in vectors]
    best = max(values)
    wanted = threshold or 0.0
    reason = f"the {word} of the answer and {shown(texts[values.index(best)])} is {best:.3f}, wanted {wanted:g}"
    return Found(holds=best >= wanted - _TOLERANCE, value=_share(best), reason=reason)


def _vectors(judge: Consultation, evidence: Evidence) -> tuple[Vector, list[str], list[Vector]]:
    texts = [str(text) for text in (evidence.value if isinstance(evidence.value, list) else [evidence.value])]
    answer, *vectors = judge.embed([evidence.answer, *texts])
    return answer, texts, vectors


def _read_questions(fields: Fields) -> list[str]:
    questions = fields.texts("questions")[:QUESTIONS]
    if not questions:
        raise UnreadableReply(f"'questions' is empty; expected {QUESTIONS} questions")
    return questions


def _finite(number: float) -> float:
    if isfinite(number):
        return number
    raise NoOpinion("the embedding model returned a vector without a direction")


def _share(number: float) -> float:
    return min(max(number, 0.0), 1.0)
