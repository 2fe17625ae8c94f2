"""How much a clause says: quantities of one kind made comparable, and whether two of them can both be true."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from attrs import frozen

from domain.rfp_answering.proving.bounds import Bound, bound_of
from domain.rfp_answering.proving.quantities import Quantity

_DAY = 86_400
_SCALES: dict[str, tuple[str, str, str]] = {
    "millisecond": ("time", "0.001", "0.001"),
    "second": ("time", "1", "1"),
    "minute": ("time", "60", "60"),
    "hour": ("time", "3600", "3600"),
    "day": ("time", f"{_DAY}", f"{_DAY}"),
    "week": ("time", f"{7 * _DAY}", f"{7 * _DAY}"),
    "month": ("time", f"{28 * _DAY}", f"{31 * _DAY}"),
    "quarter": ("time", f"{89 * _DAY}", f"{92 * _DAY}"),
    "year": ("time", f"{365 * _DAY}", f"{366 * _DAY}"),
    "byte": ("bytes", "1", "1"),
    "kB": ("bytes", "1e3", "1024"),
    "MB": ("bytes", "1e6", "1048576"),
    "GB": ("bytes", "1e9", "1073741824"),
    "TB": ("bytes", "1e12", "1099511627776"),
}
"""A unit's dimension, and between which values one of it lies: a month has 28 to 31 days, a kB 1000 or 1024 bytes."""
_RATE = re.compile(r"(?:every|each|per|once an?|once in)\s*$", re.IGNORECASE)


@frozen(kw_only=True)
class Magnitude:
    """
    From *low* to *high* of a *dimension* (a dimension's unit, or the unit itself), as *written*.

    *is_rate*: it says how often (`every 24 hours`), which can't be compared with how long.
    """

    dimension: str
    low: Decimal
    high: Decimal
    bound: Bound
    is_rate: bool
    written: str

    def agrees_with(self, other: Magnitude) -> bool:
        """Return whether both can be true of one thing: two limits of one kind must be the same, others must meet."""
        if self.bound is other.bound:
            return self.low <= other.high and other.low <= self.high
        return self._least <= other._most and other._least <= self._most

    @property
    def _least(self) -> Decimal:
        return Decimal("-Infinity") if self.bound is Bound.MOST else self.low

    @property
    def _most(self) -> Decimal:
        return Decimal("Infinity") if self.bound is Bound.LEAST else self.high


def magnitude_of(clause: str, quantities: Sequence[Quantity]) -> Magnitude | None:
    """Return what a clause's quantities of one unit say together (`30 to 60 days`); None where there are none."""
    if not quantities:
        return None
    first = quantities[0]
    dimension, least, most = _SCALES.get(first.unit, (first.unit, "1", "1"))
    values = [one.value for one in quantities]
    return Magnitude(
        dimension=dimension,
        low=min(values) * Decimal(least),
        high=max(values) * Decimal(most),
        bound=bound_of(clause, first.start, first.end),
        is_rate=bool(_RATE.search(clause[: first.start])),
        written=" to ".join(dict.fromkeys(one.written for one in quantities)),
    )
