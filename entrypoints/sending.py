"""
Sending a job's first message from the command that handed it in, beside what the command does.

The job is stored, and every worker's relay would send it; this only saves the wait for that. A broker that is away,
hangs, or lies behind a firewall that drops packets must not keep the command from answering.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from attrs import define, field

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.job import Job, JobStatus
from domain.jobs.relaying import Relay
from domain.jobs.service import JobView


class NotSentYet(ServiceUnavailable):
    """The broker is away; the job is stored, and the workers' relay sends it when the broker is back."""


@define(eq=False)
class FirstSend:
    """Sends what the job has in the outbox, on a thread of its own; made by `begin`."""

    _refused: ServiceUnavailable | None = field(default=None, init=False)

    def begin(self, relay: Relay, *, ask_broker: Callable[[], None]) -> None:
        """
        Begin to send; returns at once.

        A worker's relay may have taken the message first, and hold it while the broker is away; *ask_broker* raises
        ServiceUnavailable then.
        """
        threading.Thread(target=self._send, args=(relay, ask_broker), name="antiphon-first-send", daemon=True).start()

    def check(self, view: JobView) -> None:
        """
        Look how it went.

        Raises:
            NotSentYet: the broker can't be reached, and no worker has started the job either.
        """
        if self._refused is not None and view.job.status is JobStatus.PENDING:
            raise _not_sent(view.job, self._refused) from self._refused

    def _send(self, relay: Relay, ask_broker: Callable[[], None]) -> None:
        try:
            if not relay.run_once():
                ask_broker()
        except ServiceUnavailable as error:
            self._refused = error


def _not_sent(job: Job, error: ServiceUnavailable) -> NotSentYet:
    return NotSentYet(
        f"{error}\njob {job.id} is accepted all the same, and goes on when workers reach the broker: `antiphon jobs "
        f"watch {job.id}` follows it"
    )
