"""
Telling facts on and sending what is due, beside everything else a process does.

Each receiver's round runs on a thread of its own, so that one that hangs holds up neither the loop nor other receivers;
those that fail have few places, and can't take the others'.
"""

from __future__ import annotations

import threading
import time

import structlog
from attrs import define, field

from domain.jobs.announcing import Announcer
from domain.jobs.errors import ServiceUnavailable
from domain.notifications.sending import PLACES, PLACES_FOR_FAILING, Courier, Round
from domain.notifications.webhook import WebhookId
from pipelines.bell import RelayBell

log = structlog.get_logger(__name__)

LOOK_S = 0.02
TIDY_EVERY_S = 3600.0


@define(eq=False)
class Notifying:
    """The announcer and the courier of one process; what a `round` begins goes on by itself."""

    announcer: Announcer
    courier: Courier
    bell: RelayBell = field(factory=RelayBell)
    _busy: dict[WebhookId, bool] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _tidied_at: float = field(default=-TIDY_EVERY_S, init=False)

    def round(self) -> int:
        """Begin to send what is due, and tell the facts there are; return how much of both there was."""
        with self._lock:  # `flush` must not look while another thread is about to make deliveries
            begun = self._begin(failing=False, places=PLACES) + self._begin(failing=True, places=PLACES_FOR_FAILING)
            self._tidy()
            return begun + self.announcer.run_once()

    def flush(self, *, timeout_s: float) -> bool:
        """
        Tell and send until nothing is due or under way; return whether that was so before *timeout_s* passed.

        A receiver that fails is tried once: what waits for another attempt is not due.
        """
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if self.round():
                continue
            if not self._busy:
                return True
            self.bell.wait(LOOK_S)
        return False

    def _begin(self, *, failing: bool, places: int) -> int:
        free = places - sum(each is failing for each in self._busy.values())
        if free <= 0:
            return 0
        rounds = self.courier.take(busy=frozenset(self._busy), failing=failing, limit=free)
        for errands in rounds:
            self._busy[errands[0].webhook_id] = failing
            threading.Thread(target=self._send, args=(errands,), name="antiphon-courier", daemon=True).start()
        return len(rounds)

    def _send(self, errands: Round) -> None:
        try:
            self.courier.carry_out(errands)
        except ServiceUnavailable as error:  # the hold ends by itself, and the attempt is made again
            log.warning("an answer could not be recorded", webhook=errands[0].webhook_id, error=str(error))
        except Exception:  # what goes wrong with one receiver must not end with its thread, unseen
            log.exception("a round of deliveries failed", webhook=errands[0].webhook_id)
        finally:
            with self._lock:
                self._busy.pop(errands[0].webhook_id, None)
            self.bell.ring()

    def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied_at >= TIDY_EVERY_S:
            self._tidied_at = now
            self.courier.tidy()
