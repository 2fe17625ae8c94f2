"""The tenant context reaches every task of a canvas, leaks into no other, and its absence is a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any, NoReturn

import attrs
import pytest
from celery import Celery, chain, chord, group
from celery.app.task import Task
from celery.result import AsyncResult

from domain.jobs.item import ItemState
from domain.jobs.job import JobId
from domain.tenancy import TenantContext
from pipelines.headers import MissingTenant, acting_for, current_tenant
from pipelines.names import COUNT_TEST_SETS, ECHO, FAMILIES, GET_TEST_CONFIGURATION
from tests.pipelines.looking import look_until
from tests.pipelines.rig import THEM, US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, hold, succeed

TASKS = FAMILIES["test_execution"]
SAY, SAY_AT_SECOND_TRY, SAY_BY_CHILD = "probe.say", "probe.say_at_second_try", "probe.say_by_child"


@pytest.fixture
def probes() -> Iterator[Probes]:
    """Tasks that tell for whom they ran, in a running installation of one thread: each follows in the same place."""
    rig = Rig(family=ScriptedFamily([succeed]), threads=1)
    probes = Probes(rig.app)  # before the worker starts: it looks at the tasks there are, once
    with rig.running():
        yield probes


class Probes:
    """Tasks that tell for whom they ran; *said* is what they told, in order."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.said: list[tuple[str, str | None]] = []

        @app.task(name=SAY, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
        def say(word: str) -> None:
            self.said.append((word, _organization()))

        @app.task(name=SAY_AT_SECOND_TRY, bind=True, shared=False)  # type: ignore[untyped-decorator]  # as above
        def say_at_second_try(task: Task, word: str) -> None:
            if not task.request.retries:
                raise task.retry(countdown=0)
            say(word)

        @app.task(name=SAY_BY_CHILD, shared=False)  # type: ignore[untyped-decorator]  # as above
        def say_by_child(word: str) -> None:
            say.delay(word)

        self.say, self.say_at_second_try, self.say_by_child = say, say_at_second_try, say_by_child

    def hear(self, count: int) -> list[tuple[str, str | None]]:
        """Return what was told, once that much was."""
        look_until(lambda: len(self.said) >= count, what=f"{count} words")
        return sorted(self.said)


def test_every_form_of_canvas_carries_the_tenant(probes: Probes) -> None:
    """Celery passes custom headers to none of the children of a canvas; a lost one would act for nobody."""
    say = probes.say
    with acting_for(US):
        say.delay("call")
        probes.say_at_second_try.delay("retry")
        probes.say_by_child.delay("child")
        chain(say.si("chain 1"), say.si("chain 2"), app=probes.app)()
        group([say.si("group 1"), say.si("group 2")], app=probes.app)()
        chord([say.si("header 1"), say.si("header 2")], app=probes.app)(say.si("body"))

    words = ["body", "call", "chain 1", "chain 2", "child", "group 1", "group 2", "header 1", "header 2", "retry"]
    assert probes.hear(len(words)) == [(word, US.organization_id) for word in words]


def test_a_context_does_not_leak_to_the_next_task_of_the_thread(probes: Probes) -> None:
    """The worker's threads serve one organization after another."""
    for word, tenant in (("a", US), ("b", None), ("c", THEM), ("d", None)):
        with _maybe_acting_for(tenant):
            probes.say.delay(word)

    assert probes.hear(4) == [("a", US.organization_id), ("b", None), ("c", THEM.organization_id), ("d", None)]


def test_a_sender_keeps_no_context_after_its_block(probes: Probes) -> None:
    """What the relay sends next is another organization's."""
    with acting_for(US), acting_for(THEM):
        probes.say.delay("inner")
    probes.say.delay("outside")

    assert probes.hear(2) == [("inner", THEM.organization_id), ("outside", None)]


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        (TASKS.start, ["job"]),
        (TASKS.execute, ["job", [0]]),
        (TASKS.collect, ["job", 0]),
        (ECHO, ["text"]),
        (COUNT_TEST_SETS, []),
        (GET_TEST_CONFIGURATION, ["configuration"]),
    ],
)
def test_a_task_without_a_tenant_is_refused_before_anything_is_read(task: str, arguments: list[object]) -> None:
    """Guessing an organization is how rows reach the wrong reader."""
    rig = Rig(family=ScriptedFamily([succeed]))
    untouchable = _Untouchable()
    rig.services.executor.store = rig.services.executor.desk = untouchable
    rig.services = attrs.evolve(
        rig.services,
        planner=attrs.evolve(rig.services.planner, store=untouchable),
        collector=attrs.evolve(rig.services.collector, store=untouchable),
        test_sets=untouchable,
    )
    with rig.running():
        sent = rig.app.tasks[task].apply_async(arguments)
        look_until(sent.ready, what="the end of the task")

    assert isinstance(sent.result, MissingTenant)
    assert "antiphon_organization" in str(sent.result)


def test_a_message_of_another_organization_is_dropped_and_changes_nothing() -> None:
    """The job's row says whose it is; a header is only a claim."""
    let_go = Event()
    rig = Rig(family=ScriptedFamily([hold(let_go)]))
    with rig.running():
        job_id = rig.submit()
        look_until(lambda: rig.view(job_id).tally.running == 1, what="an item in flight")
        before, history = rig.rows(job_id), rig.history(job_id)

        foreign = [_send(rig, THEM, TASKS.start, job_id), _send(rig, THEM, TASKS.execute, job_id, [0]),
                   _send(rig, THEM, TASKS.collect, job_id, 0)]  # fmt: skip
        look_until(lambda: all(message.ready() for message in foreign), what="the end of the foreign messages")
        after, later = rig.rows(job_id), rig.history(job_id)
        let_go.set()
        rig.run_to_end(job_id)

    assert [message.state for message in foreign] == ["SUCCESS"] * 3
    assert foreign[1].result == {"job": job_id, "items": []}
    assert (after, later) == (before, history)
    assert rig.family.calls == {0: 1}
    assert rig.rows(job_id)[0].state is ItemState.SUCCEEDED


class _Untouchable:
    """Stands where a store or a desk would; whatever is called, the test has failed."""

    def __getattr__(self, name: str) -> Any:
        def touched(*_: object, **__: object) -> NoReturn:
            raise AssertionError(f"{name} was called without a tenant")

        return touched


def _organization() -> str | None:
    try:
        return current_tenant().organization_id
    except MissingTenant:
        return None


@contextmanager
def _maybe_acting_for(tenant: TenantContext | None) -> Iterator[None]:
    if tenant is None:
        yield
        return
    with acting_for(tenant):
        yield


def _send(rig: Rig, tenant: TenantContext, task: str, job_id: JobId, *arguments: object) -> AsyncResult:
    with acting_for(tenant):
        return rig.app.tasks[task].apply_async((job_id, *arguments))
