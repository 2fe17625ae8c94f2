"""The attempts in hand: settled once, kept alive meanwhile."""

from __future__ import annotations

import attrs

from domain.jobs.attempts import Attempt, AttemptsInHand
from domain.jobs.claims import Ended, Postponed, Released, Report
from domain.jobs.events import LateRecord
from domain.jobs.item import Item
from domain.jobs.job import Job
from tests.contract.building import LATER, PASSED, US, a_claim, after
from tests.kernel.patience import PATIENT
from tests.kernel.world import LEASE_S, Kernel


def test_an_attempt_is_settled_once() -> None:
    """The thread and the keeper may come at the same moment: the place is freed once, the first report counts."""
    kernel = Kernel()
    in_hand, [attempt], freed = _taken(kernel, 1)

    in_hand.settle(attempt, _ended(attempt.item))
    in_hand.settle(attempt, Released(no=attempt.item.no, token=attempt.item.token))

    report, recorded = attempt.settled.result(0)
    assert (report, recorded.result(0), freed, len(in_hand)) == (_ended(attempt.item), True, [0], 0)
    assert kernel.states(attempt.job_id) == ["succeeded"]
    assert kernel.history(attempt.job_id)[-1] == LateRecord(job_id=attempt.job_id, item=attempt.item.no, token=1)


def test_a_report_is_handed_in_before_its_place_is_free() -> None:
    """The next claim must find the item ended, or the job's limit would refuse it."""
    kernel = Kernel()
    in_hand, [attempt], _ = _taken(kernel, 1)
    states: list[list[str]] = []
    watched = attrs.evolve(attempt, free=lambda: states.append(kernel.states(attempt.job_id)))
    in_hand.take(watched)

    in_hand.settle(watched, _ended(attempt.item))

    assert states == [["succeeded"]]


def test_keeping_leases_extends_what_is_in_hand_and_nothing_else() -> None:
    """However long an item takes, it stays its worker's while the worker lives."""
    kernel = Kernel()
    in_hand, attempts, _ = _taken(kernel, 3)
    in_hand.settle(attempts[0], Postponed(no=attempts[0].item.no, token=1, failure=LATER, not_before=after(1)))
    kernel.clock.advance(20)

    in_hand.keep_leases()

    leases = [item.lease.until if item.lease else None for item in kernel.items(attempts[0].job_id)]
    assert leases == [None, after(20 + LEASE_S), after(20 + LEASE_S)]


def test_a_lease_that_was_lost_meanwhile_stays_lost() -> None:
    """A process that was cut off must not keep alive what is another's now."""
    kernel = Kernel()
    in_hand, [attempt], _ = _taken(kernel, 1)
    kernel.clock.advance(LEASE_S)
    kernel.sweeper.sweep()

    in_hand.keep_leases()

    assert kernel.states(attempt.job_id) == ["pending"]


def test_attempts_of_several_jobs_are_kept_each_for_its_own() -> None:
    """A process works for many jobs; a number alone names no item."""
    kernel = Kernel()
    in_hand = _in_hand(kernel)
    jobs = [kernel.sent(1), kernel.sent(1)]
    for job in jobs:
        for item in kernel.desk.claim(US, a_claim(0, job_id=job.id)).granted:
            in_hand.take(_attempt(job, item, []))
    kernel.clock.advance(10)

    in_hand.keep_leases()
    kernel.clock.advance(LEASE_S - 1)
    kernel.sweeper.sweep()

    assert [kernel.states(job.id) for job in jobs] == [["running"], ["running"]]
    assert len(in_hand) == 2


def test_only_attempts_past_their_deadline_are_ended() -> None:
    """The keeper comes by every half second; the others are left alone."""
    kernel = Kernel()
    in_hand, [early], _ = _taken(kernel, 1)
    kernel.clock.advance(100)
    job = kernel.sent(1)
    [item] = kernel.desk.claim(US, a_claim(0, job_id=job.id, now=kernel.clock.now())).granted
    in_hand.take(_attempt(job, item, []))
    kernel.clock.advance(200)

    in_hand.end_overdue()

    assert (kernel.states(early.job_id), kernel.states(job.id)) == (["failed"], ["running"])


def test_giving_everything_back_returns_what_to_wait_for() -> None:
    """The process may end when these are written, not before."""
    kernel = Kernel()
    in_hand, attempts, freed = _taken(kernel, 2)

    records = in_hand.release_all()

    assert [record.result(0) for record in records] == [True, True]
    assert (kernel.states(attempts[0].job_id), freed, len(in_hand)) == (["pending", "pending"], [0, 1], 0)
    assert in_hand.release_all() == []


def test_what_a_stopping_process_had_still_claimed_is_given_back_before_it_begins() -> None:
    """A claim may be granted after the signal, by the very answers the process waits for: it would be one call more."""
    kernel = Kernel()
    in_hand, [held, late], freed = _taken(kernel, 2, take=1)

    in_hand.begin_nothing()

    assert not in_hand.take(late)
    assert (kernel.states(held.job_id), freed, len(in_hand)) == (["running", "pending"], [1], 1)
    assert kernel.items(held.job_id)[1].attempts == 0


def _in_hand(kernel: Kernel) -> AttemptsInHand:
    return AttemptsInHand(store=kernel.store, desk=kernel.desk, clock=kernel.clock, lease_s=LEASE_S)


def _taken(kernel: Kernel, count: int, *, take: int | None = None) -> tuple[AttemptsInHand, list[Attempt], list[int]]:
    in_hand, freed = _in_hand(kernel), list[int]()
    job = kernel.sent(count)
    granted = kernel.desk.claim(US, a_claim(*range(count), job_id=job.id)).granted
    attempts = [_attempt(job, item, freed) for item in granted]
    for attempt in attempts[:take]:
        in_hand.take(attempt)
    return in_hand, attempts, freed


def _attempt(job: Job, item: Item, freed: list[int]) -> Attempt:
    return Attempt(tenant=US, job_id=job.id, item=item, free=lambda: freed.append(int(item.no)), patience=PATIENT)


def _ended(item: Item) -> Report:
    return Ended(no=item.no, token=item.token, outcome=PASSED)
