"""/v1/schedules: what runs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from attrs import frozen

from entrypoints.api.documents.schedules import (
    NewSchedule,
    NextTimes,
    ScheduleChange,
    ScheduleDocument,
    TickDocument,
)
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class ScheduleCalls(Calls):
    """`Schedules` of a server; changing them asks for a key with the scope `write`."""

    def all(self) -> Iterator[ScheduleDocument]:
        return self._pages(path("schedules"), ScheduleDocument)

    def get(self, schedule_id: str) -> ScheduleDocument:
        return self._get(path("schedules", schedule_id), ScheduleDocument)

    def add(self, words: NewSchedule) -> ScheduleDocument:
        return self._post(path("schedules"), ScheduleDocument, words)

    def change(self, schedule_id: str, words: ScheduleChange) -> ScheduleDocument:
        return self._patch(path("schedules", schedule_id), ScheduleDocument, words)

    def remove(self, schedule_id: str) -> None:
        self._delete(path("schedules", schedule_id))

    def pause(self, schedule_id: str) -> ScheduleDocument:
        return self._post(path("schedules", schedule_id, "pause"), ScheduleDocument, repeatable=True)

    def resume(self, schedule_id: str) -> ScheduleDocument:
        return self._post(path("schedules", schedule_id, "resume"), ScheduleDocument, repeatable=True)

    def run_now(self, schedule_id: str) -> TickDocument:
        return self._post(path("schedules", schedule_id, "run-now"), TickDocument)

    def ticks(self, schedule_id: str, *, limit: int) -> Iterator[TickDocument]:
        return islice(self._pages(path("schedules", schedule_id, "ticks"), TickDocument), limit)

    def next(self, schedule_id: str, *, count: int) -> NextTimes:
        return self._get(path("schedules", schedule_id, "next"), NextTimes, count=count)
