"""
Looking sooner after what failed: a turn that each worker takes now and then, beside the schedule.

Standings say when an API is due again. A job is submitted under a key made from that time, so that any number of
workers start one; the check it makes moves the time on.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import attrs
from attrs import frozen

from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from domain.jobs.item import WorkerId
from domain.jobs.ports import Clock, Installation
from domain.jobs.relaying import system_context
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.turns import Turn
from domain.llm_validation.checks import DueApi, DueApis, of_the_api
from domain.llm_validation.ports import Registry
from domain.llm_validation.validations import Validations

DUTY = "rechecking"
PAGE = 100
PUT_OFF = timedelta(hours=1)
"""How long an API is left alone whose check was started: until it is noted, or the schedule comes by."""


@frozen(kw_only=True)
class Rechecking:
    """Starts checks of the APIs that are due."""

    installation: Installation
    due: DueApis
    registry: Registry
    validations: Validations
    clock: Clock

    def in_turn(self, worker_id: WorkerId, *, rest_s: float) -> bool:
        """Start what is due, if it is this worker's turn; return whether it was."""
        turn = Turn(duty=DUTY, holder=worker_id, now=self.clock.now(), rest_s=rest_s)
        if not self.installation.take_turn(turn):
            return False
        self.start_due()
        return True

    def start_due(self) -> int:
        """Start a check of each API that is due; return how many were started."""
        return sum(self._start(each) for each in self.due.due(now=self.clock.now(), limit=PAGE))

    def _start(self, due: DueApi) -> bool:
        tenant = system_context(due.organization_id)
        key = IdempotencyKey(f"recheck:{due.api_id}:{due.due_at.isoformat()}")
        try:
            self.validations.submit(tenant, due.api_id, idempotency_key=key)
        except AlreadyRunning:  # somebody looks already
            self._put_off(due)
            return False
        except (Conflict, NotFound, InvalidInput):  # switched off, or removed: nothing to look after
            self._put_off(due, for_good=True)
            return False
        self._put_off(due)
        return True

    def _put_off(self, due: DueApi, *, for_good: bool = False) -> None:
        """Move the time on, unless a check has done so meanwhile."""
        with suppress(NotFound), self.registry.begin(system_context(due.organization_id)) as work:
            work.apis.get(due.api_id, lock=True)  # who notes a check takes it first, too
            place = of_the_api(due.api_id)
            standing = work.checks.standing(place)
            if standing.due_at == due.due_at:
                until = None if for_good else self.clock.now() + PUT_OFF
                work.checks.put_standing(place, attrs.evolve(standing, due_at=until))
                work.commit()
