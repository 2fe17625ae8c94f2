"""Contract of the store: messages that leave after the commit, and the history they make."""

from __future__ import annotations

import pytest

from domain.jobs.events import (
    CancelRequested,
    DocumentCreated,
    Envelope,
    Fact,
    JobAccepted,
    JobEnded,
    JobRevised,
    LateRecord,
    LeasesLost,
    Message,
    PlanFrozen,
    SendShard,
    StartJob,
)
from domain.jobs.item import ItemNo
from domain.jobs.job import JobStatus
from domain.tenancy import TenantContext
from tests.contract.building import (
    JOB,
    NOW,
    OTHER_JOB,
    THEM,
    US,
    KernelStore,
    a_job,
    add_job,
    after,
    numbers,
)

FACTS: list[Fact] = [
    JobAccepted(job_id=JOB),
    PlanFrozen(job_id=JOB, planned=5, shards=2),
    CancelRequested(job_id=JOB, stopped=3),
    LeasesLost(job_id=JOB, items=numbers(4, 2)),
    LateRecord(job_id=JOB, item=ItemNo(3), token=9),
    JobRevised(job_id=JOB, revision=2, why="resume", items=3),
    JobEnded(
        job_id=JOB, revision=1, status=JobStatus.PARTIAL, planned=5, succeeded=1, failed=2, skipped=1, cancelled=1
    ),
]
COMMANDS: list[Message] = [
    StartJob(job_id=JOB),
    SendShard(job_id=JOB, shard=1),
    SendShard(job_id=JOB, shard=0, items=numbers(7, 8)),
]


def test_history_returns_every_kind_of_message_in_order(store: KernelStore) -> None:
    """The history is how anybody finds out what happened; nothing may be lost or turned into something else."""
    add_job(store, a_job())
    told: list[Message] = [*COMMANDS, *FACTS]

    _tell(store, *told)

    with store.view(US) as work:
        history = work.outbox.history(JOB)
    assert [envelope.message for envelope in history] == told
    assert all(envelope.created_at == NOW and envelope.organization_id == US.organization_id for envelope in history)
    assert [envelope.id for envelope in history] == sorted({envelope.id for envelope in history})


def test_history_is_read_in_pages_and_by_job(store: KernelStore) -> None:
    """A client that lost its stream goes on behind the last event id it saw."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB))
    for shard in range(4):
        _tell(store, SendShard(job_id=JOB, shard=shard), SendShard(job_id=OTHER_JOB, shard=shard))

    with store.view(US) as work:
        first = work.outbox.history(JOB, limit=3)
        rest = work.outbox.history(JOB, after=first[-1].id)
    assert [_shard(envelope) for envelope in first] == [0, 1, 2]
    assert [_shard(envelope) for envelope in rest] == [3]


def test_commands_are_handed_out_oldest_first(store: KernelStore) -> None:
    """A job's start was asked for before its shards."""
    _two_organizations(store)
    _tell(store, StartJob(job_id=JOB))
    _tell(store, StartJob(job_id=OTHER_JOB), tenant=THEM)
    _tell(store, SendShard(job_id=JOB, shard=0))

    taken = store.take_messages(now=NOW, hold_until=after(30), limit=10)

    assert [(envelope.organization_id, envelope.message.kind) for envelope in taken] == [
        (US.organization_id, "start_job"),
        (THEM.organization_id, "start_job"),
        (US.organization_id, "send_shard"),
    ]
    assert [envelope.attempts for envelope in taken] == [1, 1, 1]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.kind)
def test_facts_are_handed_out_apart_from_commands(store: KernelStore, fact: Fact) -> None:
    """The relay waits for a broker that is away; who waits to be told of a fact must not wait with it."""
    add_job(store, a_job())

    _tell(store, COMMANDS[0], fact)

    commands = store.take_messages(now=NOW, hold_until=after(30), limit=10)
    facts = store.take_facts(now=NOW, hold_until=after(30), limit=10)
    assert [envelope.message for envelope in commands] == COMMANDS[:1]
    assert [(envelope.message, envelope.attempts) for envelope in facts] == [(fact, 1)]


def test_a_fact_is_handed_out_until_it_was_told(store: KernelStore) -> None:
    """An announcer that died told nobody; the next one must hear of the fact, and only then."""
    add_job(store, a_job())
    _tell(store, FACTS[0])

    [first] = store.take_facts(now=NOW, hold_until=after(30), limit=10)
    assert store.take_facts(now=after(29.999), hold_until=after(60), limit=10) == []
    [again] = store.take_facts(now=after(30), hold_until=after(60), limit=10)
    store.mark_sent([again.id], now=after(31))

    assert (again.id, again.attempts) == (first.id, 2)
    assert store.take_facts(now=after(999), hold_until=after(1000), limit=10) == []


def test_a_taken_message_is_hidden_until_its_hold_is_over(store: KernelStore) -> None:
    """Two relays must not send the same message; one that died must not keep it for ever."""
    add_job(store, a_job())
    _tell(store, *COMMANDS[:2])

    first = store.take_messages(now=NOW, hold_until=after(30), limit=1)
    second = store.take_messages(now=NOW, hold_until=after(40), limit=10)
    nothing = store.take_messages(now=after(29.999), hold_until=after(60), limit=10)
    again = store.take_messages(now=after(30), hold_until=after(60), limit=10)

    assert [envelope.message for envelope in first + second] == COMMANDS[:2]
    assert nothing == []
    assert [(envelope.id, envelope.attempts) for envelope in again] == [(first[0].id, 2)]


def test_a_sent_message_is_never_handed_out_again(store: KernelStore) -> None:
    """It stays in the history."""
    add_job(store, a_job())
    _tell(store, *COMMANDS[:2])
    taken = store.take_messages(now=NOW, hold_until=after(30), limit=10)

    store.mark_sent([taken[0].id], now=after(1))
    store.mark_sent([taken[0].id], now=after(2))
    store.mark_sent([], now=after(2))

    again = store.take_messages(now=after(99), hold_until=after(120), limit=10)
    assert [envelope.id for envelope in again] == [taken[1].id]
    with store.view(US) as work:
        assert len(work.outbox.history(JOB)) == 2


def test_a_postponed_message_comes_back_when_it_is_due(store: KernelStore) -> None:
    """The broker was down: later, with growing pauses, which the count of attempts gives."""
    add_job(store, a_job())
    _tell(store, StartJob(job_id=JOB))
    taken = store.take_messages(now=NOW, hold_until=after(30), limit=10)

    store.postpone([envelope.id for envelope in taken], until=after(5))
    store.postpone([], until=after(5))

    assert store.take_messages(now=after(4.999), hold_until=after(60), limit=10) == []
    again = store.take_messages(now=after(5), hold_until=after(60), limit=10)
    assert [(envelope.message, envelope.attempts) for envelope in again] == [(StartJob(job_id=JOB), 2)]


def test_postponing_a_sent_message_does_not_bring_it_back(store: KernelStore) -> None:
    """Of two relays that held it one after the other, the one that sent it has the last word."""
    add_job(store, a_job())
    _tell(store, StartJob(job_id=JOB))
    taken = store.take_messages(now=NOW, hold_until=after(30), limit=10)
    store.mark_sent([taken[0].id], now=NOW)

    store.postpone([taken[0].id], until=after(1))

    assert store.take_messages(now=after(99), hold_until=after(100), limit=10) == []


def test_a_message_of_an_undone_unit_of_work_does_not_leave(store: KernelStore) -> None:
    """What did not happen must not be told."""
    add_job(store, a_job())
    with store.begin(US) as work:
        work.outbox.add(StartJob(job_id=JOB), now=NOW)

    assert store.take_messages(now=after(1), hold_until=after(2), limit=10) == []
    with store.view(US) as work:
        assert work.outbox.history(JOB) == []


def _two_organizations(store: KernelStore) -> None:
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB, tenant=THEM))


def _tell(store: KernelStore, *messages: Message, tenant: TenantContext = US) -> None:
    with store.begin(tenant) as work:
        for message in messages:
            work.outbox.add(message, now=NOW)
        work.commit()


def _shard(envelope: Envelope) -> int:
    assert isinstance(envelope.message, SendShard)
    return envelope.message.shard


def test_a_fact_of_no_job_is_told_and_is_in_no_jobs_history(store: KernelStore) -> None:
    """What happens to documents and models starts things, too; no job's readers are shown it."""
    add_job(store, a_job())
    _tell(store, DocumentCreated(document_id="d-1"), JobAccepted(job_id=JOB))

    told = store.take_facts(now=NOW, hold_until=after(30), limit=10)

    assert [envelope.message for envelope in told] == [DocumentCreated(document_id="d-1"), JobAccepted(job_id=JOB)]
    with store.view(US) as work:
        assert [envelope.message for envelope in work.outbox.history(JOB)] == [JobAccepted(job_id=JOB)]
    assert store.take_messages(now=NOW, hold_until=after(30), limit=10) == []
