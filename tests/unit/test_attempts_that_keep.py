"""Attempts that keep what they have come to, that must wait, and that say what they cost."""

from __future__ import annotations

from attrs import evolve

from domain.jobs.errors import Deferred, FailureKind, LeaseLost, PermanentFailure, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobOptions
from domain.jobs.usage import NOTHING, Usage
from tests.contract.building import US, numbers
from tests.kernel.family import PASSED, ScriptedFamily
from tests.kernel.world import Kernel

A_CALL = Usage(requests=1, prompt_tokens=20, completion_tokens=5, cost_nanousd=3_700)
HAPPENS = TransientFailure("status 503", kind=FailureKind.SERVER_ERROR, usage=A_CALL)


def test_the_next_attempt_finds_what_the_last_one_kept() -> None:
    """A crash at turn nine must lose one turn, not nine."""
    seen: list[object] = []

    def keep(item: Item, keep: Keep) -> None:
        seen.append(item.progress)
        keep({"attempt": item.attempts}, A_CALL)

    def work(_: Item) -> Outcome:
        raise HAPPENS

    it = Kernel(family=ScriptedFamily(work=work, on_the_way=keep))
    job = it.sent(1, options=JobOptions(max_attempts=3))
    for _ in range(3):
        it.worker().execute(US, job.id, numbers(0))
        it.clock.advance(60)

    assert seen == [None, {"attempt": 1}, {"attempt": 2}]
    [item] = it.items(job.id)
    assert (item.state, item.progress) == ("failed", {"attempt": 3})
    assert item.usage == sum([A_CALL] * 6, start=NOTHING)  # each attempt kept once, and failed once


def test_an_attempt_that_lost_its_lease_hears_of_it_when_it_keeps_something() -> None:
    """Whoever goes on would buy turns that nobody will see."""
    heard: list[str] = []

    def keep(_: Item, keep: Keep) -> None:
        it.clock.advance(40)  # longer than a lease
        it.sweeper.sweep()
        try:
            keep({"turn": 1})
        except LeaseLost as lost:
            heard.append(str(lost))
            raise

    it = Kernel(family=ScriptedFamily(on_the_way=keep))
    job = it.sent(1)
    it.worker().execute(US, job.id, numbers(0))

    assert heard == [f"item 0 of job {job.id}: the attempt is over; what it brings is too late"]
    [item] = it.items(job.id)
    assert (item.state, item.progress, item.losses) == ("pending", None, 1)


def test_a_deferred_item_is_asked_for_again_when_its_time_has_come() -> None:
    """The task that brought the item brings it again; the budget of attempts is not touched."""
    waits = [Deferred(2.5, "600 a minute"), Deferred(2.5, "600 a minute"), None]

    def work(_: Item) -> Outcome:
        wish = waits.pop(0)
        if wish is not None:
            raise wish
        return evolve(PASSED, usage=A_CALL)

    it = Kernel(family=ScriptedFamily(work=work))
    job = it.sent(1, options=JobOptions(max_attempts=1))
    worker = it.worker()
    for _ in range(2):
        done = worker.execute(US, job.id, numbers(0))
        assert (done.waiting, done.wait_s) == (numbers(0), 2.5)
        it.clock.advance(2.5)

    assert worker.execute(US, job.id, numbers(0)).settled == ((0, "succeeded"),)
    [item] = it.items(job.id)
    assert (item.attempts, item.last_failure, item.usage) == (1, None, A_CALL)
    assert item.outcome == PASSED


def test_what_a_job_has_cost_is_the_sum_over_items_and_attempts() -> None:
    """Failures cost money too."""

    def work(item: Item) -> Outcome:
        if item.no:
            raise PermanentFailure("status 400", kind=FailureKind.REFUSED, usage=A_CALL)
        return evolve(PASSED, usage=A_CALL + A_CALL)

    it = Kernel(family=ScriptedFamily(work=work))
    job = it.sent(2)
    it.run()

    assert it.jobs.get(US, job.id).tally.usage == A_CALL + A_CALL + A_CALL
