"""
One call for items to be run: what is still to do, what runs, what became of the rest, and how long to wait.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Event

from attrs import define, field, frozen

from domain.jobs.admission import Admission, Admitted
from domain.jobs.attempts import Attempt
from domain.jobs.claims import Ended, Postponed, Refusal, Released, Report
from domain.jobs.item import ItemNo

LONGEST_WAIT_S = 1.0
"""A wait for a free slot never holds a Celery thread longer than this; the items are asked for again instead."""

LONGEST_AWAY_S = 30.0
"""Nobody is sent away for longer, whatever the wait that was told: it may be over sooner, or the job cancelled."""


@frozen(kw_only=True)
class Executed:
    """How the asked items stand: those that are settled, and those to ask for again after *wait_s* seconds."""

    settled: tuple[tuple[ItemNo, str], ...] = ()
    waiting: tuple[ItemNo, ...] = ()
    wait_s: float = 0.0


@define(eq=False)
class Round:
    """One call of `execute`: what is still to do, what runs, and what became of the rest."""

    admission: Admission
    todo: deque[ItemNo]
    attempts: list[Attempt] = field(factory=list)
    is_busy: bool = False
    refused_s: float = 0.0
    _idle_s: float = 0.0
    _settled: list[tuple[ItemNo, str]] = field(factory=list)
    _due: dict[ItemNo, datetime] = field(factory=dict)
    _given_back: list[ItemNo] = field(factory=list)
    _is_recorded: Event = field(factory=Event, init=False)

    def add(self, attempts: Iterable[Attempt]) -> None:
        """Wait for these attempts too."""
        for attempt in attempts:
            self.attempts.append(attempt)
            # not at its end: nothing can be said of an item before the record of it is committed
            attempt.settled.add_done_callback(
                lambda settled: settled.result()[1].add_done_callback(lambda _: self._is_recorded.set())
            )

    def refuse(self, refused: Mapping[ItemNo, Refusal], due: Mapping[ItemNo, datetime]) -> None:
        """Note the items that were not granted; busy ones go back to the head of the list."""
        busy = [no for no, why in refused.items() if why is Refusal.BUSY]
        self.is_busy = bool(busy)
        self.todo.extendleft(reversed(busy))
        self._due.update(due)
        self._settled += [(no, why) for no, why in refused.items() if why not in (Refusal.BUSY, Refusal.NOT_DUE)]

    def note_admission(self, admitted: Admitted) -> None:
        """Note how long to wait before asking to be let in again."""
        self.refused_s = admitted.wait_s
        if admitted.passes:
            self._idle_s = 0.0

    def look(self, now: datetime) -> None:
        """
        Note the attempts that are over, and take up again what has come due.

        A slow item holds the task in any case; the others of its chunk are repeated meanwhile.
        """
        self._is_recorded.clear()
        for attempt in list(self.attempts):
            if attempt.settled.done():
                report, recorded = attempt.settled.result()
                if recorded.done():
                    self.attempts.remove(attempt)
                    self._note(report, was_mine=recorded.result())
        if self.attempts:
            due = [no for no, moment in self._due.items() if moment <= now]
            self.todo.extend(due)
            for no in due:
                del self._due[no]

    def wait(self, now: datetime) -> bool:
        """
        Wait until going on may be worth it: an attempt is over, an item has come due; return whether it came to that.

        Nothing in flight, and not let in: then for a second in all, and no longer.
        """
        if self.attempts:
            waits = [max((due - now).total_seconds(), 0.0) for due in self._due.values()]
            if self.todo and self.refused_s:
                waits.append(self.refused_s)
            self._is_recorded.wait(min(waits, default=None))
            return True
        if not self.todo:
            return False
        self._idle_s += self.refused_s
        if not self.refused_s or self._idle_s > LONGEST_WAIT_S:
            return False
        self.admission.wait(self.refused_s)
        return True

    def _note(self, report: Report, *, was_mine: bool) -> None:
        due = report.not_before if isinstance(report, Postponed | Released) else None
        if due is not None and was_mine:
            self._due[report.no] = due
        elif isinstance(report, Released) and was_mine:  # not for this process, which is stopping or has no threads
            self._given_back.append(report.no)
        else:
            state = report.outcome.state if isinstance(report, Ended) and was_mine else "elsewhere"
            self._settled.append((report.no, state))

    def result(self, now: datetime) -> Executed:
        """Return how all items stand; the wait ends when the first of them can go on."""
        waiting = (*self.todo, *self._given_back, *self._due)
        waits = [max((due - now).total_seconds(), 0.0) for due in self._due.values()]
        if self.todo or self._given_back:
            waits.append(min(max(LONGEST_WAIT_S, self.refused_s), LONGEST_AWAY_S))
        return Executed(settled=tuple(self._settled), waiting=waiting, wait_s=min(waits, default=0.0))
