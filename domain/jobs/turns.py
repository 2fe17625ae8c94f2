"""
Taking turns at a duty that one process of an installation should see to: who has it, and when another steps in.

Nothing breaks when two see to it at once. It only costs the database N times the work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import field, frozen
from attrs.validators import gt

from domain.jobs.item import WorkerId

EARLY = 0.9
"""Who has the duty comes a little early at times; this share of the rest is enough."""

MISSED = 1.5
"""Another steps in when the last turn is this many rests ago."""


@frozen(kw_only=True)
class Turn:
    """*holder* asks at *now*, by the clock all share, to see to *duty*, which rests *rest_s* seconds between turns."""

    duty: str
    holder: WorkerId
    now: datetime
    rest_s: float = field(validator=gt(0))

    @property
    def own_before(self) -> datetime:
        """It is the holder's turn again when its last one began no later."""
        return self.now - timedelta(seconds=EARLY * self.rest_s)

    @property
    def others_before(self) -> datetime:
        """It is the holder's turn when another's last one began no later: that one is gone, or too slow."""
        return self.now - timedelta(seconds=MISSED * self.rest_s)

    @property
    def wrong_from(self) -> datetime:
        """No turn can have begun here or later; the database's clock was set back, and that turn counts for nothing."""
        return self.now + timedelta(seconds=MISSED * self.rest_s)
