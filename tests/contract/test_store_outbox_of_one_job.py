"""Contract of the store: a relay that works for one job takes that job's messages and leaves the others'."""

from __future__ import annotations

from domain.jobs.events import Message, SendShard, StartJob
from domain.tenancy import TenantContext
from tests.contract.building import JOB, NOW, OTHER_JOB, THEM, US, KernelStore, a_job, add_job, after


def test_messages_of_one_job_are_taken_and_the_others_left(store: KernelStore) -> None:
    """What a process with a broker in its own memory took for another's job would be lost with it."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB))
    told: list[Message] = [StartJob(job_id=OTHER_JOB), StartJob(job_id=JOB), SendShard(job_id=JOB, shard=0)]
    _tell(store, *told)

    mine = store.take_messages(now=NOW, hold_until=after(30), limit=10, job_id=JOB)
    theirs = store.take_messages(now=NOW, hold_until=after(30), limit=10, job_id=OTHER_JOB)

    assert [envelope.message for envelope in mine] == told[1:]
    assert [envelope.message for envelope in theirs] == told[:1]


def test_the_limit_counts_the_messages_of_the_job_only(store: KernelStore) -> None:
    """Many older messages of others must not stand in the way of a job's own."""
    add_job(store, a_job())
    add_job(store, a_job(OTHER_JOB, tenant=THEM))
    _tell(store, *[SendShard(job_id=OTHER_JOB, shard=shard) for shard in range(3)], tenant=THEM)
    _tell(store, SendShard(job_id=JOB, shard=0), SendShard(job_id=JOB, shard=1))

    taken = store.take_messages(now=NOW, hold_until=after(30), limit=1, job_id=JOB)

    assert [envelope.message for envelope in taken] == [SendShard(job_id=JOB, shard=0)]


def _tell(store: KernelStore, *messages: Message, tenant: TenantContext = US) -> None:
    with store.begin(tenant) as work:
        for message in messages:
            work.outbox.add(message, now=NOW)
        work.commit()
