"""Replies of a model that summarizes: what was paid for is kept, and not bought again by the next attempt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import attrs
import pytest

from adapters.memory.summaries import MemorySummaryStore
from domain.jobs.errors import FailureKind, PermanentFailure, ServiceUnavailable, TransientFailure
from domain.jobs.item import Document, Item, ItemNo, ItemState
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext
from tests.contract.building import US
from tests.unit.summary_world import SummaryWorld, told_of


class Kept:
    """`Keep` that remembers what was kept, and what was counted."""

    def __init__(self) -> None:
        self.progress: Document = {}
        self.usage = NOTHING

    def __call__(self, progress: Document, usage: Usage = NOTHING) -> None:
        self.progress = progress
        self.usage += usage


class OutOfOrder:
    """A store of summaries that can be read, and breaks when something is stored."""

    def __init__(self, store: MemorySummaryStore) -> None:
        self.view = store.view

    def begin(self, tenant: TenantContext) -> NoReturn:
        """Refuse to work, as a database that was just taken away does."""
        raise ServiceUnavailable(f"the database of {tenant.organization_id} is away")


def first_item(world: SummaryWorld, job: Job) -> Item:
    """Return the first item of a job that was not begun."""
    planned = next(iter(world.family.plan(US, job)))
    return Item(no=ItemNo(0), key=planned.key, input=planned.input)


def test_a_reply_that_was_paid_for_is_not_bought_again() -> None:
    """The worker dies behind the reply: the next attempt finds it kept, and its cost counted once."""
    world = SummaryWorld()
    job = world.submitted(world.handed_in())
    item = first_item(world, job)
    kept = Kept()
    broken = attrs.evolve(world.family.prepare(US, job), summaries=OutOfOrder(world.store))

    with pytest.raises(ServiceUnavailable):
        broken.run(item, deadline_s=60, keep=kept)
    outcome = world.family.prepare(US, job).run(attrs.evolve(item, progress=kept.progress), deadline_s=60, keep=kept)

    assert outcome.state is ItemState.SUCCEEDED
    assert len(world.summarizers.asked) == 1
    assert (kept.usage.requests, outcome.usage) == (1, NOTHING)


def test_a_first_reply_that_could_not_be_read_is_kept_before_the_second() -> None:
    """The second call fails for a while: the next attempt only asks that one again."""
    away = TransientFailure("away", kind=FailureKind.CONNECTION)
    replies: Iterator[str | TransientFailure] = iter(["no JSON", away, told_of()])

    def reply(_told: str) -> str:
        said = next(replies)
        if isinstance(said, TransientFailure):
            raise said
        return said

    world = SummaryWorld(reply)
    job = world.submitted(world.handed_in())
    item = first_item(world, job)
    runner, kept = world.family.prepare(US, job), Kept()

    with pytest.raises(TransientFailure) as failed:
        runner.run(item, deadline_s=60, keep=kept)
    outcome = runner.run(attrs.evolve(item, progress=kept.progress), deadline_s=60, keep=kept)

    assert outcome.state is ItemState.SUCCEEDED
    assert len(world.summarizers.asked) == 3
    assert (kept.usage.requests, failed.value.usage.requests) == (2, 1)


def test_two_replies_that_can_not_be_read_fail_the_part_and_are_asked_anew() -> None:
    """A retry that found them kept would fail the same way, for nothing."""
    world = SummaryWorld(lambda _told: "no JSON")
    job = world.submitted(world.handed_in())
    item = first_item(world, job)
    runner, kept = world.family.prepare(US, job), Kept()

    with pytest.raises(PermanentFailure) as failed:
        runner.run(item, deadline_s=60, keep=kept)

    assert (failed.value.kind, failed.value.usage, kept.usage.requests) == (FailureKind.BAD_ANSWER, NOTHING, 2)
    assert kept.progress == {}
