"""The limits of a registered account: all of its models and all jobs of the organization keep to them together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from adapters.language_models.scripted import ScriptedModels
from adapters.memory.limits import MemoryCells, MemoryLimiter
from domain.jobs.errors import Deferred
from domain.jobs.job import JobId
from domain.language_models.conversation import Message
from domain.language_models.guarded import GuardedModels, account_limits
from domain.language_models.model import Account, ModelSpec
from domain.language_models.ports import LanguageModel
from domain.limits.door import Door
from domain.limits.doors import Doors, JobDoors
from domain.limits.limit import CallLimits
from domain.limits.permits import PermitsInHand
from domain.tenancy import TenantContext
from domain.test_execution.guarded_target import endpoint_key
from domain.test_execution.named_target import only
from domain.test_execution.run import RunSpec
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestSetId
from tests.contract.building import THEM, US, a_job
from tests.unit.judged_answers import PASS, a_judge
from tests.unit.test_swapping_adapters import family

HELLO = (Message(role="user", content="Hello"),)


def doors() -> Doors:
    """Return doors of one process, whose count all its jobs share."""
    return Doors(permits=PermitsInHand(limiter=MemoryLimiter(), lease_s=30), cells=MemoryCells(), process="p")


def of_account(name: str, limits: CallLimits, *, key: str = "llm-api:main") -> ModelSpec:
    """Return a model of the account."""
    return attrs.evolve(a_judge(name), account=Account(key=key, limits=limits))


def opened(
    shared: Doors, spec: ModelSpec, reply: object = None, *, job: str = "one", tenant: TenantContext = US
) -> LanguageModel:
    """Return the model as a run of its own sees it."""
    answer = reply if callable(reply) else (lambda _: PASS)
    of_job = JobDoors(doors=shared, job=a_job(JobId(job), tenant=tenant))
    return GuardedModels(ScriptedModels(answer), of_job).open(spec, connections=1)


def test_two_models_of_one_account_in_two_jobs_are_never_three_at_once() -> None:
    """The provider counts the account's calls, whichever model and whichever run they are for."""
    second, third, lock, inside, most = threading.Event(), threading.Event(), threading.Lock(), 0, 0

    def reply(_: Sequence[Message]) -> str:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
            if inside == 2:
                second.set()
            if inside > 2:
                third.set()
        second.wait(timeout=60)  # let in at once, however slow its thread comes
        third.wait(timeout=0.1)  # long enough for a third, if it were let in
        with lock:
            inside -= 1
        return PASS

    shared, limits = doors(), CallLimits(concurrency=2)
    models = [opened(shared, of_account(name, limits), reply, job=job) for name in "ab" for job in ("one", "two")]

    def ask(no: int) -> str:
        while True:
            try:
                return models[no % 4].complete(HELLO, deadline_s=10).text
            except Deferred:
                continue

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert (answers, most) == ([PASS] * 8, 2)


def test_a_minutes_requests_are_counted_over_all_models() -> None:
    """One a minute is one a minute, not one a model."""
    shared, limits = doors(), CallLimits(requests_per_minute=1)
    opened(shared, of_account("a", limits)).complete(HELLO, deadline_s=5)

    for name, job in (("b", "one"), ("b", "two"), ("a", "two")):
        with pytest.raises(Deferred):
            opened(shared, of_account(name, limits), job=job).complete(HELLO, deadline_s=5)
    assert opened(shared, of_account("b", limits, key="llm-api:other")).complete(HELLO, deadline_s=5).text == PASS
    assert opened(shared, of_account("b", limits), tenant=THEM).complete(HELLO, deadline_s=5).text == PASS


def test_a_models_own_limit_and_its_accounts_both_hold() -> None:
    """The tightest counts, whichever that is."""
    shared, account = doors(), CallLimits(requests_per_minute=600)
    tight = attrs.evolve(of_account("a", account), limits=CallLimits(requests_per_minute=1))
    opened(shared, tight).complete(HELLO, deadline_s=5)

    with pytest.raises(Deferred):
        opened(shared, tight).complete(HELLO, deadline_s=5)
    assert opened(shared, of_account("b", account)).complete(HELLO, deadline_s=5).text == PASS


def test_an_item_that_was_let_in_to_its_target_may_ask_another_model_of_the_account_first() -> None:
    """A simulated user speaks first: with the account's only slot in hand it would wait for ever."""
    of_job, limits = JobDoors(doors=doors(), job=a_job()), CallLimits(concurrency=1)
    target, user = of_account("target", limits), of_account("user", limits)
    door = _door_of(of_job, target)
    player = GuardedModels(ScriptedModels(lambda _: PASS), of_job).open(user, connections=1)
    (let_in,) = door.admit(1).passes

    with let_in.used():
        assert player.complete(HELLO, deadline_s=5).text == PASS
        assert door.call(lambda: "yes", tokens_of=lambda _: None) == "yes"

    assert door.admit(1).passes


def test_a_pass_for_another_account_stays_in_hand() -> None:
    """Giving it back would let somebody else in, and this item would wait twice."""
    of_job, limits = JobDoors(doors=doors(), job=a_job()), CallLimits(concurrency=1)
    door = _door_of(of_job, of_account("target", limits))
    judge = GuardedModels(ScriptedModels(lambda _: PASS), of_job).open(
        of_account("judge", limits, key="llm-api:other"), connections=1
    )
    (let_in,) = door.admit(1).passes

    with let_in.used():
        judge.complete(HELLO, deadline_s=5)
        assert not door.admit(1).passes


def test_one_endpoint_named_with_its_account_and_without_has_one_door() -> None:
    """Both names lead to one place; the account's limit holds for both from then on."""
    of_job, plain = JobDoors(doors=doors(), job=a_job()), a_judge("a")
    known = of_account("a", CallLimits(concurrency=1))

    assert _door_of(of_job, plain) is _door_of(of_job, known)
    assert [limit.concurrency for limit in _door_of(of_job, plain).limits] == [None, 1]


def test_a_run_s_target_keeps_to_its_account() -> None:
    """Its items are let in under both limits, before one of them begins."""
    spec = of_account("target", CallLimits(concurrency=3))
    run = RunSpec(test_set_id=TestSetId("s"), test_set_name="s", targets=only(ModelTarget(model=spec)))
    job = attrs.evolve(a_job(), spec=run.to_document())

    door = attrs.evolve(family(), doors=doors()).prepare(US, job).admission

    assert isinstance(door, Door)
    assert [(limit.key.partition(":")[2][:7], limit.concurrency) for limit in door.limits] == [
        ("target:", None),
        ("llm-api", 3),
    ]


def _door_of(of_job: JobDoors, spec: ModelSpec) -> Door:
    return of_job.before(spec.limits.under(endpoint_key(ModelTarget(model=spec))), *account_limits(spec))
