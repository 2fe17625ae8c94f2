"""Notifications as a worker makes them, over any rows: time in the test's hand, receivers on loopback."""

from __future__ import annotations

import json
import threading
from functools import cached_property

import attrs
from attrs import define, field

from adapters.http.guard import LOCAL
from adapters.identifiers import CountingIds
from adapters.memory.clock import ManualClock
from adapters.memory.notifications import MemoryDeliveries, MemoryWebhooks, NotificationRows
from adapters.memory.organizations import MemoryDirectory
from adapters.memory.store import MemoryStore
from adapters.notifications.http import HttpCarrier
from adapters.notifications.mail import MailCarrier
from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import GivenKeys, new_key
from domain.jobs.announcing import Announcer
from domain.jobs.events import JobEnded, Message
from domain.jobs.job import JobId, JobStatus
from domain.jobs.ports import Clock
from domain.notifications.announcing import Notifier
from domain.notifications.delivery import Delivery, DeliveryState
from domain.notifications.event import JOB_EVENTS
from domain.notifications.ports import Carrier
from domain.notifications.sending import Courier
from domain.notifications.service import Revealed, Webhooks
from domain.notifications.webhook import Channel, WebhookId
from domain.organizations.audit_log import AuditLog
from pipelines.notifying import Notifying
from pipelines.subscriptions import NOTIFY, SUBSCRIPTIONS, reactions
from tests.contract.building import NOW, US, KernelStore, a_job, ended_as
from tests.contract.notifying import Rows
from tests.services.http_server import Received, Script, Wire, reply

OTHERS = {name for names in SUBSCRIPTIONS.values() for name in names}
"""What else follows facts; there is nothing to do for it here."""
OK = reply("")
FLUSH_S = 240.0


def memory_rows() -> Rows:
    """Return empty rows that live as long as the test."""
    rows = NotificationRows()
    return Rows(MemoryWebhooks(rows), MemoryDeliveries(rows))


@define(eq=False, slots=False)
class Newsroom:
    """
    Webhooks, announcer and courier of one installation; the longest pause there may be is always drawn.

    Made again over the same rows and clock (`another`), it is a second worker.
    """

    store: KernelStore = field(factory=MemoryStore)
    rows: Rows = field(factory=memory_rows)
    clock: ManualClock = field(factory=lambda: ManualClock(NOW))
    timeout_s: float = 10.0
    mail: MailCarrier = field(factory=lambda: MailCarrier(server=None))
    ids: CountingIds = field(factory=CountingIds)
    keys: GivenKeys = field(factory=lambda: GivenKeys(where="the test", text=new_key()))

    def another(self, *, rows: Rows | None = None) -> Newsroom:
        """Return a second worker of the same installation."""
        return attrs.evolve(self, rows=rows or self.rows)

    @cached_property
    def vault(self) -> AesGcmVault:
        """Encrypts the signing secrets."""
        return AesGcmVault(self.keys)

    @cached_property
    def carriers(self) -> dict[Channel, Carrier]:
        """HTTP to loopback, and mail where the test has a server for it."""
        over_http = HttpCarrier(guard=LOCAL, timeout_s=self.timeout_s)
        return {Channel.HTTP: over_http, Channel.EMAIL: self.mail}

    @cached_property
    def courier(self) -> Courier:
        """Takes, calls, records."""
        return Courier(
            webhooks=self.rows.webhooks,
            deliveries=self.rows.deliveries,
            carriers=self.carriers,
            vault=self.vault,
            clock=self.clock,
            jitter=lambda: 1.0,
        )

    @cached_property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(directory=MemoryDirectory(), clock=self.clock, ids=CountingIds())

    @cached_property
    def webhooks(self) -> Webhooks:
        """The owners' moves."""
        return Webhooks(
            webhooks=self.rows.webhooks,
            deliveries=self.rows.deliveries,
            carriers=self.carriers,
            courier=self.courier,
            vault=self.vault,
            clock=self.clock,
            ids=self.ids,
            audit=self.audit,
            event_types=JOB_EVENTS,
        )

    @cached_property
    def notifying(self) -> Notifying:
        """The loop of a worker."""
        events = {event.kind: event for event in JOB_EVENTS}
        notifier = Notifier(
            store=self.store, webhooks=self.rows.webhooks, deliveries=self.rows.deliveries, events=events
        )
        told = reactions(dict.fromkeys(OTHERS, lambda _: None) | {NOTIFY: notifier.notify})
        announcer = Announcer(installation=self.store, clock=self.clock, reactions=told)
        return Notifying(announcer=announcer, courier=self.courier)

    def add(self, url: str, *events: str) -> Revealed:
        """Store a webhook for these events; for all of jobs, if none is named."""
        return self.webhooks.add(US, url, events=events or ("job.*",))

    def happens(self, *messages: Message) -> None:
        """Store these facts, each with a job of its own where it is one of a job."""
        for message in messages:
            with self.store.begin(US) as work:
                if message.job_id is not None:
                    work.jobs.add(ended_as(a_job(message.job_id), JobStatus.COMPLETED))
                work.outbox.add(message, now=self.clock.now())
                work.commit()

    def deliver(self) -> None:
        """Tell and send until nothing is due or under way."""
        assert self.notifying.flush(timeout_s=FLUSH_S), "deliveries are still under way"

    def until_nothing_waits(self) -> int:
        """Let time pass, from one attempt to the next, and return how many seconds it took."""
        began = self.clock.now()
        self.deliver()
        while pending := [one for one in self.all() if one.state is DeliveryState.PENDING]:
            soonest = min(one.next_try_at for one in pending)
            self.clock.advance(max((soonest - self.clock.now()).total_seconds(), 0.001))
            self.deliver()
        return int((self.clock.now() - began).total_seconds())

    def all(self, webhook_id: WebhookId | None = None) -> list[Delivery]:
        """Return the deliveries of the webhook, or of all, newest first."""
        ids = [webhook_id] if webhook_id else [webhook.id for webhook in self.webhooks.all(US)]
        return [one for each in ids for one in self.rows.deliveries.page(US, each, limit=100_000)]

    def state(self, webhook_id: WebhookId) -> str:
        """Return how the webhook is doing."""
        return self.webhooks.get(US, webhook_id).state


def without_receivers(store: KernelStore, clock: Clock) -> Notifying:
    """Return the loop of a worker whose organizations have no webhook."""
    rows = memory_rows()
    courier = Courier(
        webhooks=rows.webhooks,
        deliveries=rows.deliveries,
        carriers={},
        vault=AesGcmVault(GivenKeys(where="nowhere", text="")),
        clock=clock,
        jitter=lambda: 1.0,
    )
    return Notifying(announcer=Announcer(installation=store, clock=clock, reactions={}), courier=courier)


def ended(no: int, *, revision: int = 1) -> JobEnded:
    """Return the end of the *no*-th job."""
    job_id = JobId(f"00000000-0000-4000-8000-{no:012d}")
    status = JobStatus.COMPLETED
    return JobEnded(
        job_id=job_id, revision=revision, status=status, planned=1, succeeded=1, failed=0, skipped=0, cancelled=0
    )


def in_turn(*responses: bytes) -> Script:
    """Return the script that sends these responses one after the other, and then the last one for ever."""
    lock, left = threading.Lock(), list(responses)

    def answer(_request: Received, wire: Wire) -> None:
        with lock:
            response = left.pop(0) if len(left) > 1 else left[0]
        wire.send(response)

    return answer


def event_ids(received: list[Received]) -> list[str]:
    """Return the ids of the events that were received, in order."""
    return [request.headers["webhook-id"] for request in received]


def told(received: list[Received]) -> list[dict[str, object]]:
    """Return the events that were received, in order."""
    return [json.loads(request.body) for request in received]


def hangs(_request: Received, wire: Wire) -> None:
    """Say nothing for as long as the caller stays."""
    wire.wait_for_hangup()
