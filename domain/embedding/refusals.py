"""
Requests that may not be made yet: how long a batch waits where it is, and when it goes back to the queue instead.

"Too many requests" is no failure of a text, and costs no attempt: the batch stays as it is, and waits. A short wait is
made on the spot, since who goes back has to be read and cut again; a longer one gives the place to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic

from attrs import define, field

from domain.embedding.batching import Brought
from domain.jobs.errors import Deferred, FailureKind, TransientFailure

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
LONGEST_ON_THE_SPOT_S = 2.0
"""A worker that is told to stop waits so long for what is in hand."""
PATIENCE_S = 3600.0
"""A model that has refused everything for so long has no place for us: its refusals are failures then."""


@define(eq=False)
class Refusals:
    """
    How a model has refused lately, as the threads of one process saw it.

    Where it does not say how long to wait, each refusal in a row doubles the wait.
    """

    clock: Callable[[], float] = field(default=monotonic, kw_only=True)
    _in_a_row: int = field(default=0, init=False)
    _since: float | None = field(default=None, init=False)

    def answered(self) -> None:
        """Forget the refusals: it answers again."""
        self._in_a_row, self._since = 0, None

    def wait_s(self, brought: Iterable[Brought]) -> float | None:
        """Return how long to wait before asking again for those texts that must wait; None where no text must."""
        waits = [each for each in brought if must_wait(each)]
        if not waits:
            return None
        asked = [_asked_s(each) for each in waits]
        if any(not isinstance(each, Deferred) for each in waits):
            self._in_a_row += 1
            self._since = self.clock() if self._since is None else self._since
        backoff_s = min(FIRST_WAIT_S * 2.0 ** min(self._in_a_row - 1, 16), LONGEST_WAIT_S)
        return max(backoff_s if seconds is None else max(seconds, 0.0) for seconds in asked)

    @property
    def are_lasting(self) -> bool:
        """Whether nothing but refusals has come for longer than anybody should wait."""
        return self._since is not None and self.clock() - self._since > PATIENCE_S


def must_wait(brought: Brought) -> bool:
    """Whether the text was not embedded because it was not its turn yet."""
    if isinstance(brought, TransientFailure):
        return brought.kind is FailureKind.RATE_LIMITED
    return isinstance(brought, Deferred)


def _asked_s(wait: Brought) -> float | None:
    return wait.retry_after_s if isinstance(wait, Deferred | TransientFailure) else None
