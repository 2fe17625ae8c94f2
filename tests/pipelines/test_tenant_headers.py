"""The tenant context reaches every task of a canvas, leaks into no other, and its absence is a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any, NoReturn
from uuid import uuid4

import attrs
import pytest
from celery import Celery, Signature, chain, chord, group
from celery.app.task import Task
from celery.result import AsyncResult
from celery.signals import task_failure

from domain.jobs.events import RunTask
from domain.jobs.item import ItemState
from domain.jobs.job import JobId
from domain.tenancy import TenantContext
from pipelines.canvas import CeleryDispatcher
from pipelines.headers import MissingTenant, acting_for, current_tenant
from pipelines.names import COUNT_TEST_SETS, ECHO, FAMILIES, GET_TEST_CONFIGURATION, SYNC_ALL
from tests.pipelines.looking import look_until
from tests.pipelines.rig import THEM, US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, hold, succeed

TASKS, FAMILY_TASKS = FAMILIES["test_execution"], tuple(FAMILIES.values())
SAY, SAY_AT_SECOND_TRY, SAY_BY_CHILD, FAIL = "probe.say", "probe.say_at_second_try", "probe.say_by_child", "probe.fail"
ARGUMENTS: dict[str, list[object]] = {
    **{family.start: ["job"] for family in FAMILY_TASKS},
    **{family.execute: ["job", [0]] for family in FAMILY_TASKS},
    **{family.collect: ["job", 0] for family in FAMILY_TASKS},
    ECHO: ["text"],
    COUNT_TEST_SETS: [],
    SYNC_ALL: [],
    GET_TEST_CONFIGURATION: ["configuration"],
}
"""What each task of ours is called with; Celery's own (`celery.*`) carry a canvas and touch no row."""


WORDS = sorted(
    [
        "call",
        "retry",
        "child",
        "chain 1",
        "chain 2",
        "group 1",
        "group 2",
        "header 1",
        "header 2",
        "body",
        "in group",
        "in chain 1",
        "in chain 2",
        "body of both",
        "linked from",
        "linked",
        "error callback",
        "later",
        "map 1",
        "map 2",
        "chunk 1",
        "chunk 2",
        "schedule",
    ]
)


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

        @app.task(name=FAIL, shared=False)  # type: ignore[untyped-decorator]  # as above
        def fail() -> None:
            raise ValueError("as it should")

        self.say, self.say_at_second_try, self.say_by_child, self.fail = say, say_at_second_try, say_by_child, fail

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
        group_of_one = group([say.si("in group")], app=probes.app)
        chain_of_two = chain(say.si("in chain 1"), say.si("in chain 2"), app=probes.app)
        chord([group_of_one, chain_of_two], app=probes.app)(say.si("body of both"))
        say.apply_async(("linked from",), link=say.si("linked"))
        probes.fail.apply_async(link_error=say.si("error callback"))
        say.apply_async(("later",), countdown=0.05)
        say.starmap([("map 1",), ("map 2",)]).apply_async()
        say.chunks([("chunk 1",), ("chunk 2",)], 1).apply_async()
    command = RunTask(task=SAY, task_id=str(uuid4()), arguments={"word": "schedule"}, user_id=US.user_id)
    CeleryDispatcher(app=probes.app).run(US, command)  # as the relay does, from a loop that acts for nobody

    assert probes.hear(len(WORDS)) == [(word, US.organization_id) for word in WORDS]


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


def test_every_task_there_is_is_walked_here() -> None:
    """A task that was added and not called without a tenant below may guess one."""
    app = Rig(family=ScriptedFamily([succeed])).app

    assert {name for name in app.tasks if not name.startswith("celery.")} == set(ARGUMENTS)


@pytest.mark.parametrize("task", ARGUMENTS)
@pytest.mark.parametrize("way", ["call", "group", "chain", "header", "body", "callback", "error callback"])
def test_a_task_without_a_tenant_is_refused_before_anything_is_read(task: str, way: str) -> None:
    """Guessing an organization is how rows reach the wrong reader, whatever form of canvas forgot it."""
    rig = Rig(family=ScriptedFamily([succeed]))
    untouchable = _Untouchable()
    rig.services.executor.store = rig.services.executor.desk = untouchable
    rig.services = attrs.evolve(
        rig.services,
        planner=attrs.evolve(rig.services.planner, store=untouchable),
        collector=attrs.evolve(rig.services.collector, store=untouchable),
        test_sets=untouchable,
    )
    probes, errors = Probes(rig.app), list[object]()
    with rig.running(), _failures_of(task, errors):
        _send_in(way, rig.app.tasks[task].si(*ARGUMENTS[task]), probes)
        look_until(lambda: bool(errors), what="the end of the task")

    [error] = errors
    assert isinstance(error, MissingTenant)
    assert "antiphon_organization" in str(error)


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


@pytest.mark.parametrize(
    ("task", "arguments"),
    [(TASKS.start, []), (TASKS.execute, [[0]]), (TASKS.collect, [0])],
    ids=lambda value: str(value),
)
def test_a_message_of_another_organization_is_told_to_the_jobs_owner(task: str, arguments: list[object]) -> None:
    """Nothing happened; but somebody tried, or a bug of ours did, and the owner is the one to know."""
    let_go = Event()
    rig = Rig(family=ScriptedFamily([hold(let_go)]))
    with rig.running():
        job_id = rig.submit()
        look_until(lambda: rig.view(job_id).tally.running == 1, what="an item in flight")

        foreign, ours = _send(rig, THEM, task, job_id, *arguments), _send(rig, US, task, job_id, *arguments)
        look_until(foreign.ready, what="the end of the foreign message")
        let_go.set()
        look_until(ours.ready, what="the end of ours")
        rig.run_to_end(job_id)

    [entry] = rig.audit.page(US)
    assert (entry.action, entry.subject, dict(entry.details)) == ("message.refused", job_id, {"task": task})
    assert THEM.organization_id not in str(entry)
    assert THEM.user_id not in str(entry)
    assert rig.audit.page(THEM) == []


class _Untouchable:
    """Stands where a store or a desk would; whatever is called, the test has failed."""

    def __getattr__(self, name: str) -> Any:
        def touched(*_: object, **__: object) -> NoReturn:
            raise AssertionError(f"{name} was called without a tenant")

        return touched


@contextmanager
def _failures_of(task: str, errors: list[object]) -> Iterator[None]:
    """Add what each failure of the task was to *errors*."""

    def note(sender: Task, exception: object, **_: object) -> None:
        if sender.name == task:
            errors.append(exception)

    task_failure.connect(note)
    yield
    task_failure.disconnect(note)


def _send_in(way: str, task: Signature, probes: Probes) -> None:
    """Send the task as this part of a canvas, for nobody."""
    app, say = probes.app, probes.say.si("beside")
    if way == "call":
        task.apply_async()
    elif way == "group":
        group([say, task], app=app)()
    elif way == "chain":
        chain(say, task, app=app)()
    elif way == "header":
        chord([say, task], app=app)(say)
    elif way == "body":
        chord([say], app=app)(task)
    elif way == "callback":
        say.apply_async(link=task)
    else:
        probes.fail.apply_async(link_error=task)


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
