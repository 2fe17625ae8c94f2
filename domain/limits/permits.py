"""The permits one process has in hand: their slots are kept while its calls last, and no longer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from attrs import define, field

from domain.jobs.errors import ServiceUnavailable
from domain.limits.limit import Limit
from domain.limits.ports import Ending, Granted, Limiter, Permit, Wait


@define(eq=False)
class PermitsInHand:
    """
    All permits of this process.

    A slot is leased for *lease_s* and extended while its call may last, so that the slots of a process that was killed
    come back within that time, however long a call may take.
    """

    limiter: Limiter
    lease_s: float
    _held: dict[str, tuple[Permit, float]] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def acquire(
        self, limits: tuple[Limit, ...], *, claimant: str, at_most: int, tokens: int, longest_s: float
    ) -> Granted | Wait:
        """Ask the limiter; what it grants is held until it is released, and for *longest_s* at most."""
        answer = self.limiter.acquire(limits, claimant=claimant, at_most=at_most, tokens=tokens, lease_s=self.lease_s)
        if isinstance(answer, Granted) and any(limit.concurrency is not None for limit in limits):
            with self._lock:
                self._held |= {permit.id: (permit, monotonic() + longest_s) for permit in answer.permits}
        return answer

    def release(self, endings: Sequence[Ending]) -> None:
        """
        End calls; when the store is away, the leases' end frees the slots: no answer is lost for that.

        Where nothing is counted, nobody needs to hear of it: that is a round trip less for each test.
        """
        counted = [ending for ending in endings if any(limit.counts for limit in ending.permit.limits)]
        if not counted:
            return
        with self._lock:
            for ending in counted:
                self._held.pop(ending.permit.id, None)
        with suppress(ServiceUnavailable):
            self.limiter.release(counted)

    def keep(self) -> None:
        """
        Extend the slots of calls that still may last; call this every third of a lease.

        Raises:
            ServiceUnavailable: the store is away; the next round may be in time.
        """
        now = monotonic()
        with self._lock:
            self._held = {name: held for name, held in self._held.items() if held[1] > now}
            permits = [permit for permit, _ in self._held.values()]
        if permits:
            self.limiter.extend(permits, lease_s=self.lease_s)
