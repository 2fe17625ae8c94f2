"""
The relay: from the outbox to the broker, at least once.

A message is marked as sent after the broker took it. A relay that dies in between leaves the message to the next one;
what is sent twice finds its items claimed or ended.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve, frozen

from domain.jobs.collection import Collector
from domain.jobs.errors import ServiceUnavailable
from domain.jobs.events import Envelope, RunTask, SendShard, StartJob
from domain.jobs.job import JobId
from domain.jobs.plan import chunks
from domain.jobs.ports import Clock, Dispatcher, Installation, Store
from domain.origin import Origin
from domain.tenancy import OrganizationId, TenantContext, UserId

LONGEST_POSTPONE_S = 30.0


def system_context(organization_id: OrganizationId) -> TenantContext:
    """Return the context in which the installation itself acts for one organization: never for several."""
    return TenantContext(organization_id=organization_id, user_id=UserId("system"))


@frozen(kw_only=True)
class Relay:
    """
    Sends what was committed. *hold_s*: how long a message is kept from other relays while this one sends it.

    *only_job*: a process whose broker is its own memory works for one job; what it sent for others would die with it.
    """

    store: Store
    installation: Installation
    dispatcher: Dispatcher
    collector: Collector
    clock: Clock
    hold_s: float = 30.0
    only_job: JobId | None = None

    def run_once(self, *, limit: int = 50) -> int:
        """
        Send up to *limit* messages, oldest first; return how many were taken.

        Raises:
            ServiceUnavailable: the broker can't be reached; the messages stay, and are tried again with growing pauses.
        """
        now = self.clock.now()
        taken = self.installation.take_messages(
            now=now, hold_until=now + timedelta(seconds=self.hold_s), limit=limit, job_id=self.only_job
        )
        mistakes: list[Exception] = []
        for position, envelope in enumerate(taken):
            try:
                self._send(envelope)
            except ServiceUnavailable:
                self._postpone(taken[position:])
                raise
            except Exception as error:  # noqa: BLE001  # one message that can't be sent must not hold up the others
                self._postpone([envelope])
                mistakes.append(error)
            else:
                self.installation.mark_sent([envelope.id], now=self.clock.now())
        if mistakes:
            raise mistakes[0]
        return len(taken)

    def _send(self, envelope: Envelope) -> None:
        tenant = system_context(envelope.organization_id)
        message = envelope.message
        if isinstance(message, StartJob):
            with self.store.view(tenant) as work:
                job = work.jobs.get(message.job_id)
            self.dispatcher.start(tenant, job)
        elif isinstance(message, SendShard):
            self._send_shard(tenant, message.job_id, message)
        elif isinstance(message, RunTask):
            origin = Origin(request_id=message.task_id)
            self.dispatcher.run(evolve(tenant, user_id=message.user_id, origin=origin), message)

    def _send_shard(self, tenant: TenantContext, job_id: JobId, message: SendShard) -> None:
        with self.store.view(tenant) as work:
            job = work.jobs.get(job_id)
            pending = work.ledger.pending_in(job_id, work.ledger.shard(job_id, message.shard))
        if message.items:
            wanted = set(message.items)
            pending = [no for no in pending if no in wanted]
        if job.status.is_end:
            return
        if not pending:  # nothing to run, so no chord will call back: look at the shard now
            self.collector.collect(tenant, job_id, message.shard)
            return
        self.dispatcher.send(tenant, job, message.shard, list(chunks(pending, size=job.chunk)))

    def _postpone(self, envelopes: list[Envelope]) -> None:
        pause_s = min(2.0 ** min(envelopes[0].attempts, 10) / 2, LONGEST_POSTPONE_S)
        until = self.clock.now() + timedelta(seconds=pause_s)
        self.installation.postpone([envelope.id for envelope in envelopes], until=until)
