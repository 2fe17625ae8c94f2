"""Histograms as a page draws them: where each bar starts, how wide and how high it is, in per cent."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from domain.test_execution.distribution import Bin

_LEAST_HEIGHT = 1.5
"""Per cent of the height that even a single value gets, so that it can be seen among thousands."""
_GAP = 0.12


@frozen(kw_only=True)
class Bar:
    """One bar over the values from *low* to *high*; places and sizes in per cent of the chart."""

    low: float
    high: float
    count: int
    x: float
    width: float
    height: float


def bars(bins: Sequence[Bin]) -> tuple[Bar, ...]:
    """Return the bars of a histogram, equally wide, the highest as high as the chart."""
    highest = max((found.count for found in bins), default=0) or 1
    step = 100 / (len(bins) or 1)
    return tuple(
        Bar(
            low=found.low,
            high=found.high,
            count=found.count,
            x=round(at * step + step * _GAP / 2, 3),
            width=round(step * (1 - _GAP), 3),
            height=round(max(found.count / highest * 100, _LEAST_HEIGHT), 3) if found.count else 0.0,
        )
        for at, found in enumerate(bins)
    )
