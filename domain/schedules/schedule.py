"""A schedule: what runs, when, for whom, and what becomes of ticks that nobody was there for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.schedules.rhythm import Rhythm
from domain.tenancy import OrganizationId, UserId

ScheduleId = NewType("ScheduleId", str)

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
LONGEST_JITTER_S = 3600


class CatchUp(StrEnum):
    """What becomes of ticks that no scheduler was there for; `one` runs the newest, `all` the newest hundred."""

    SKIP = "skip"
    ONE = "one"
    ALL = "all"


class Standing(StrEnum):
    """Whether a schedule runs by itself: `ended` ones have no further tick."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


def checked_name(name: str) -> str:
    """
    Return *name*, if a schedule can be called so.

    Raises:
        InvalidInput: it can't.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise InvalidInput(
            f"schedule name {name[:101]!r}: expected 1 to 100 letters, digits, dots, dashes and underscores, the first "
            "a letter or digit; rename it"
        )
    return name


def _check_jitter(_schedule: object, _attribute: object, value: int) -> None:
    if not 0 <= value <= LONGEST_JITTER_S:
        raise InvalidInput(f"jitter: {value} s; expected 0 to {LONGEST_JITTER_S} s")


@frozen(kw_only=True)
class Schedule:
    """
    One schedule of an organization. *task* is a name Celery knows, *arguments* its ids and words.

    It runs for its *owner*. *next_due* is the next tick, before jitter; None: paused, or over. *last_due* is the
    newest tick that was recorded. *paused_because* says who paused it, or why it paused itself; empty: it runs.
    """

    id: ScheduleId
    organization_id: OrganizationId
    name: str
    owner: UserId
    rhythm: Rhythm
    task: str
    arguments: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    catch_up: CatchUp = CatchUp.ONE
    jitter_s: int = field(default=0, validator=_check_jitter)
    paused_because: str = ""
    next_due: datetime | None = None
    last_due: datetime | None = None

    @property
    def standing(self) -> Standing:
        """Whether it runs by itself."""
        if self.paused_because:
            return Standing.PAUSED
        return Standing.ENDED if self.next_due is None else Standing.ACTIVE

    @property
    def next_start(self) -> datetime | None:
        """When the next tick is to be acted on."""
        return None if self.next_due is None else self.start_of(self.next_due)

    def start_of(self, due: datetime) -> datetime:
        """
        Return when the tick of *due* is to be acted on: up to the jitter later.

        Made of the schedule and the tick alone, so that every scheduler finds the same moment.
        """
        if not self.jitter_s:
            return due
        digest = hashlib.sha256(f"{self.id} {due.isoformat()}".encode()).digest()
        return due + timedelta(seconds=int.from_bytes(digest[:8], "big") % (self.jitter_s + 1))
