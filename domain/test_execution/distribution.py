"""How values are spread: counts of scores in equal steps, and the bins a histogram is drawn of."""

from __future__ import annotations

from attrs import define, field, frozen

SCORE_BINS = 20


@frozen(kw_only=True)
class Bin:
    """How many values lie from *low* to below *high* (in the last bin: to *high*)."""

    low: float
    high: float
    count: int


@define(kw_only=True)
class ScoreHistogram:
    """Scores, 0 to 1, counted in twenty equal steps."""

    _counts: list[int] = field(factory=lambda: [0] * SCORE_BINS)

    def add(self, score: float) -> None:
        """Count a score; one outside 0 to 1 counts at the end it is beyond."""
        self._counts[min(max(int(score * SCORE_BINS), 0), SCORE_BINS - 1)] += 1

    def bins(self) -> tuple[Bin, ...]:
        """Return the twenty bins; none when nothing was counted."""
        if not any(self._counts):
            return ()
        return tuple(
            Bin(low=at / SCORE_BINS, high=(at + 1) / SCORE_BINS, count=count) for at, count in enumerate(self._counts)
        )
