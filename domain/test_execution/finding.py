"""A finding: what one look at an answer says, before it is a score."""

from __future__ import annotations

from enum import StrEnum

import attrs
from attrs import frozen

from domain.jobs.item import Document

_SHOWN_CHARACTERS = 80


class Negation(StrEnum):
    """What `not-` does beside turning the verdict round."""

    MIRRORS_VALUE = "mirrors the value"
    """1 - value: what was good is bad."""
    KEEPS_VALUE = "keeps the value"
    """The value is a measurement that people asked for by name; only the verdict turns."""
    CHANGES_NOTHING = "changes nothing"
    """The look itself went wrong: that is bad either way."""


@frozen(kw_only=True)
class Finding:
    """Whether an answer is as it should be, how much (0 to 1), and why, in one sentence; *details* is JSON."""

    holds: bool
    value: float
    reason: str
    details: Document | None = None
    negation: Negation = Negation.MIRRORS_VALUE

    @classmethod
    def of(cls, holds: bool, *, reason: str) -> Finding:
        """Return a finding that is all or nothing."""
        return cls(holds=holds, value=1.0 if holds else 0.0, reason=reason)

    @classmethod
    def measured(cls, value: float, *, threshold: float, reason: str) -> Finding:
        """Return whether *value* (0 to 1) is at least *threshold*; *reason* says what was measured."""
        return cls(holds=value >= threshold, value=value, reason=f"{reason}, the threshold is {threshold:g}")

    def negated(self) -> Finding:
        """
        Return the finding of the opposite metric.

        >>> Finding.of(True, reason="'sorry' is in the answer").negated().holds
        False
        """
        if self.negation is Negation.CHANGES_NOTHING:
            return self
        wish = "which must not be" if self.holds else "as it must be"
        value = self.value if self.negation is Negation.KEEPS_VALUE else 1.0 - self.value
        return attrs.evolve(self, holds=not self.holds, value=value, reason=f"{self.reason}, {wish}")


def shown(text: str, *, limit: int = _SHOWN_CHARACTERS) -> str:
    """
    Return *text* in quotes for a reason, shortened.

    >>> shown("a rather long answer", limit=10)
    "'a rather l…'"
    """
    return repr(text if len(text) <= limit else f"{text[:limit]}…")
