"""Attempts whose failure may pass come back by countdown, inside one budget; a store that is away is waited for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from threading import Lock
from time import monotonic

from attrs import define, evolve, field
from kombu.exceptions import OperationalError
from structlog.testing import capture_logs

from domain.jobs.errors import FailureKind, ServiceUnavailable
from domain.jobs.item import Item, ItemState, Outcome
from domain.jobs.job import JobStatus
from domain.jobs.ports import Store, UnitOfWork
from domain.tenancy import TenantContext
from pipelines.names import FAMILIES
from tests.pipelines.looking import look_until
from tests.pipelines.rig import Rig
from tests.pipelines.scripted_family import Act, ScriptedFamily, succeed, succeed_at


def test_an_item_that_fails_for_a_while_ends_well_within_its_budget() -> None:
    """A target that stumbles is no reason to lose a run."""
    rig = Rig(family=ScriptedFamily([succeed_at(4), succeed_at(2), succeed]))
    with rig.running():
        job_id = rig.submit(max_attempts=4)
        job = rig.run_to_end(job_id)

    assert job.status is JobStatus.COMPLETED
    assert rig.family.calls == {0: 4, 1: 2, 2: 1}


def test_a_worker_that_stops_in_the_middle_of_a_plan_leaves_it_without_alarm() -> None:
    """Nothing is wrong then: a warning about a service would send people looking for one."""
    rig = Rig(family=ScriptedFamily([succeed]))
    was_asked: list[bool] = []

    def is_stopping() -> bool:
        was_asked.append(not was_asked)
        return was_asked[-1]

    rig.services = evolve(rig.services, planner=evolve(rig.services.planner, is_stopping=is_stopping))
    with rig.running(), capture_logs() as logs:
        job = rig.run_to_end(rig.submit())

    assert (job.status, was_asked) == (JobStatus.COMPLETED, [True, False])
    assert logs == []


def test_the_budget_of_attempts_is_the_items_whatever_failed() -> None:
    """A second budget, of Celery's or of an adapter's, would multiply the calls somebody pays for."""
    rig = Rig(family=ScriptedFamily([succeed_at(5)]))
    with rig.running():
        job_id = rig.submit(max_attempts=4)
        job = rig.run_to_end(job_id)

    [row] = rig.rows(job_id)
    assert job.status is JobStatus.FAILED
    assert rig.family.calls == {0: 4}
    assert row.outcome is not None
    assert row.outcome.failure is not None
    assert (row.state, row.outcome.failure.kind) == (ItemState.FAILED, FailureKind.RATE_LIMITED)


def test_a_wait_that_the_far_side_asked_for_is_kept() -> None:
    """Retry-After is a promise of the caller's; to come back early gets a whole organization locked out."""
    times: dict[int, list[float]] = defaultdict(list)
    waits = {0: 0.0, 1: 0.3}
    rig = Rig(family=ScriptedFamily([_timed(times, succeed_at(3, retry_after_s=waits[no])) for no in waits]))
    with rig.running():
        job = rig.run_to_end(rig.submit())

    pauses = {no: [later - earlier for earlier, later in pairwise(calls)] for no, calls in times.items()}
    assert job.status is JobStatus.COMPLETED
    assert len(pauses[0]) == len(pauses[1]) == 2
    assert min(pauses[1]) >= waits[1]


def test_a_wait_that_the_broker_did_not_take_is_kept_by_the_outbox() -> None:
    """The broker goes away between two attempts; the items must not wait for the sweeper, which sleeps here."""
    rig = Rig(family=ScriptedFamily([succeed_at(3), succeed]))
    task = rig.app.tasks[FAMILIES[rig.family.kind].execute]
    send = task.apply_async
    refused: list[object] = []

    def away_twice(*args: object, **options: object) -> object:
        if options.get("retries") and len(refused) < 2:
            refused.append(args)
            raise OperationalError("connection refused")
        return send(*args, **options)

    task.apply_async = away_twice  # Celery's side of the publish: the fault itself, not a port of ours
    with rig.running():
        job = rig.run_to_end(rig.submit(max_attempts=3))

    assert (job.status, len(refused)) == (JobStatus.COMPLETED, 2)
    assert rig.family.calls == {0: 3, 1: 1}


def test_a_waiting_item_occupies_no_place() -> None:
    """A job on one slot goes on with its other items while one waits for its turn: here for longer than the test."""
    rig = Rig(family=ScriptedFamily([succeed_at(2, retry_after_s=3600), *[succeed] * 5]))
    with rig.running():
        job_id = rig.submit(concurrency=1)
        look_until(lambda: rig.view(job_id).tally.succeeded == 5, what="the other items")
        look_until(lambda: rig.family.calls[0] == 1 and rig.view(job_id).tally.pending == 1, what="the item that waits")

    assert rig.family.most_at_once == 1


def test_a_store_that_is_away_makes_messages_wait_and_the_job_still_completes() -> None:
    """The chord needs every one of its tasks: one that failed for want of a database would stop it for ever."""
    rig = Rig(family=ScriptedFamily([succeed] * 20))
    away = _AwayForSomeCalls(rig.store, begins=3, views=3)
    planner, collector = evolve(rig.services.planner, store=away), evolve(rig.services.collector, store=away)
    rig.services.executor.store = away
    rig.services = evolve(rig.services, planner=planner, collector=collector)
    with rig.running():
        job_id = rig.submit()
        job = rig.run_to_end(job_id)

    assert (away.begins, away.views) == (0, 0)
    assert job.status is JobStatus.COMPLETED
    assert {row.attempts for row in rig.rows(job_id)} == {1}


@define(eq=False)
class _AwayForSomeCalls:
    """A `Store` that can't be reached for so many calls of each kind."""

    inner: Store
    begins: int = field(kw_only=True)
    views: int = field(kw_only=True)
    _lock: Lock = field(factory=Lock, init=False)

    @contextmanager
    def begin(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a unit of work, or be away."""
        with self._lock:
            self.begins -= (is_away := self.begins > 0)
        with _unless(is_away, self.inner.begin, tenant) as work:
            yield work

    @contextmanager
    def view(self, tenant: TenantContext) -> Iterator[UnitOfWork]:
        """Begin a read-only unit of work, or be away."""
        with self._lock:
            self.views -= (is_away := self.views > 0)
        with _unless(is_away, self.inner.view, tenant) as work:
            yield work


def _unless(
    is_away: bool, open_: Callable[[TenantContext], AbstractContextManager[UnitOfWork]], tenant: TenantContext
) -> AbstractContextManager[UnitOfWork]:
    if is_away:
        raise ServiceUnavailable("the database can't be reached")
    return open_(tenant)


def _timed(times: dict[int, list[float]], act: Act) -> Act:
    def timed(item: Item) -> Outcome:
        times[item.no].append(monotonic())
        return act(item)

    return timed
