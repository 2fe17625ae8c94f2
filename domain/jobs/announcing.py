"""
The announcer: from the facts in the outbox to what each of them starts, at least once.

A fact is marked as sent after everything that it starts was started. An announcer that dies in between leaves the fact
to the next one, so a reaction must take the same fact twice: the envelope's id is how it knows it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from attrs import frozen

from domain.jobs.events import Envelope
from domain.jobs.ports import Clock, Installation

LONGEST_PAUSE_S = 60.0

Reaction = Callable[[Envelope], None]
"""Does what a fact starts, durably, before it returns; the same fact may come again."""


@frozen(kw_only=True)
class Announcer:
    """
    Tells facts on. *reactions*: what each kind of fact starts; a kind that is not named starts nothing.

    *hold_s*: how long a fact is kept from other announcers while this one tells it.
    """

    installation: Installation
    clock: Clock
    reactions: Mapping[str, Sequence[Reaction]]
    hold_s: float = 30.0

    def run_once(self, *, limit: int = 100) -> int:
        """
        Tell up to *limit* facts, oldest first; return how many were taken.

        One that can't be told is told again after a pause, and holds up none of the others; its error is raised at
        the end.
        """
        now = self.clock.now()
        taken = self.installation.take_facts(now=now, hold_until=now + timedelta(seconds=self.hold_s), limit=limit)
        told: list[int] = []
        mistakes: list[Exception] = []
        for envelope in taken:
            try:
                self._tell(envelope)
            except Exception as error:  # noqa: BLE001  # one fact that can't be told must not hold up the others
                self._postpone(envelope)
                mistakes.append(error)
            else:
                told.append(envelope.id)
        if told:
            self.installation.mark_sent(told, now=self.clock.now())
        if mistakes:
            raise mistakes[0]
        return len(taken)

    def _tell(self, envelope: Envelope) -> None:
        for reaction in self.reactions.get(envelope.message.kind, ()):
            reaction(envelope)

    def _postpone(self, envelope: Envelope) -> None:
        pause_s = min(2.0 ** min(envelope.attempts, 10) / 2, LONGEST_PAUSE_S)
        self.installation.postpone([envelope.id], until=self.clock.now() + timedelta(seconds=pause_s))
