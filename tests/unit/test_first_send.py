"""A command that hands in work learns that the broker is away, also when another relay holds its message."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from domain.jobs.errors import ServiceUnavailable
from entrypoints.sending import FirstSend, NotSentYet
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.pipelines.looking import look_until


def _away() -> None:
    raise ServiceUnavailable("the message broker can't be reached")


def test_a_message_that_another_relay_holds_tells_no_less_of_the_broker() -> None:
    """A worker's relay tries, fails and holds the message for a while; the command asks the broker itself."""
    kernel = Kernel()
    job = kernel.submit(1)
    kernel.broker.before = _away
    with pytest.raises(ServiceUnavailable):
        kernel.relay.run_once()
    sending = FirstSend()

    sending.begin(kernel.relay, ask_broker=_away)

    view = kernel.jobs.get(US, job.id)
    look_until(_raises(lambda: sending.check(view)), what="word that the broker is away")
    with pytest.raises(NotSentYet, match=f"job {job.id} is accepted all the same"):
        sending.check(view)


def _raises(check: Callable[[], None]) -> Callable[[], bool]:
    def raised() -> bool:
        with suppress(NotSentYet):
            check()
            return False
        return True

    return raised
