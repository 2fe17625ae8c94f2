"""What `antiphon schedules` asks of where it acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.schedules import (
    NewSchedule,
    NextTimes,
    ScheduleChange,
    ScheduleDocument,
    TickDocument,
)


class Schedules(Protocol):
    """The schedules of one organization, by their ids."""

    def all(self) -> Iterable[ScheduleDocument]:
        """Return the schedules, by name, each with its newest tick."""

    def get(self, schedule_id: str) -> ScheduleDocument:
        """
        Return a schedule.

        Raises:
            NotFound: there is none of this id.
        """

    def add(self, words: NewSchedule) -> ScheduleDocument:
        """
        Have something run by itself, from its first tick after now on.

        Raises:
            InvalidInput: what runs, or when, can't be.
            NotFound: an argument names something that is not there.
            Conflict: another schedule has the name, or there are too many.
        """

    def change(self, schedule_id: str, words: ScheduleChange) -> ScheduleDocument:
        """
        Change what is named; what is left out stays.

        Raises:
            NotFound, InvalidInput, Conflict: as for `add`.
        """

    def remove(self, schedule_id: str) -> None:
        """Forget a schedule with its ticks."""

    def pause(self, schedule_id: str) -> ScheduleDocument:
        """Let it make no ticks until it is resumed."""

    def resume(self, schedule_id: str) -> ScheduleDocument:
        """Let it run again, for the caller."""

    def run_now(self, schedule_id: str) -> TickDocument:
        """
        Make a tick now, whether it is paused or not.

        Raises:
            NotFound: there is no such schedule.
            Conflict: it has a tick of this very second.
        """

    def ticks(self, schedule_id: str, *, limit: int) -> Iterable[TickDocument]:
        """Return the newest ticks."""

    def next(self, schedule_id: str, *, count: int) -> NextTimes:
        """Return when it is acted on next."""
