"""How many answers of a run came from the response cache, and what they would have cost."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.jobs.item import Document


@frozen(kw_only=True)
class CachedAnswers:
    """
    *answers* that came from the cache, and what they had cost when they were bought, in billionths of a US dollar.

    Turns of a conversation count one by one. Where the cost is not known it counts 0.
    """

    answers: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    saved_nanousd: int = 0

    def __add__(self, other: CachedAnswers) -> CachedAnswers:
        return CachedAnswers(
            answers=self.answers + other.answers,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            saved_nanousd=self.saved_nanousd + other.saved_nanousd,
        )


NONE_CACHED = CachedAnswers()


def cached_in(parts: Sequence[Document]) -> CachedAnswers:
    """Return what of *parts* (the result of a test, or the turns of one) came from the cache."""
    cached = [part for part in parts if part.get("cached") is True]
    if not cached:
        return NONE_CACHED
    return CachedAnswers(
        answers=len(cached),
        prompt_tokens=_sum(cached, "prompt_tokens"),
        completion_tokens=_sum(cached, "completion_tokens"),
        saved_nanousd=_sum(cached, "cost_nanousd"),
    )


def _sum(parts: Sequence[Document], name: str) -> int:
    numbers = (part.get(name) for part in parts)
    return sum(number for number in numbers if isinstance(number, int))
