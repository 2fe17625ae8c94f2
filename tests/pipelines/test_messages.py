"""The names, queues and arguments of tasks: what users see, route by, and have lying in a broker when they upgrade."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from celery import Celery
from celery.exceptions import QueueNotFound
from celery.signals import before_task_publish

from domain.jobs.events import RunTask
from domain.jobs.item import ItemNo
from domain.jobs.job import Job, JobStatus
from domain.tenancy import TenantContext
from domain.test_execution.configuration import TestConfiguration
from domain.test_execution.named_target import only
from domain.test_execution.target import PythonTarget
from domain.test_execution.test_set import ConfigurationId, TestCase
from pipelines.app import make_app
from pipelines.brokers import BrokerSettings
from pipelines.names import FAMILIES
from pipelines.tasks import TaskServices, register
from tests.pipelines.looking import look_until
from tests.pipelines.rig import US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed

QUEUES = {
    "test_execution.execute_test_configuration": "default",
    "test_execution.execute_single_test": "execution",
    "test_execution.collect_results": "default",
    "test_execution.count_test_sets": "default",
    "test_execution.get_test_configuration": "default",
    "llm_manager.validate_all_llm_apis": "default",
    "llm_manager.validate_single_api": "batch",
    "llm_manager.collect_results": "default",
    "solution_library.embed_documents_batch": "default",
    "solution_library.embed_document": "embedding",
    "solution_library.collect_embedded": "default",
    "solution_library.sync_documentation_source": "default",
    "solution_library.sync_documents": "embedding",
    "solution_library.collect_synced": "default",
    "solution_library.sync_all_documentation_sources": "default",
    "rfp_manager.batch_generate_responder_answers": "default",
    "rfp_manager.generate_responder_answer": "batch",
    "rfp_manager.collect_responder_answers": "default",
    "rfp_manager.summarize_information_document": "default",
    "rfp_manager.summarize_part": "batch",
    "rfp_manager.collect_summary": "default",
    "rfp_manager.batch_generate_reviewer_answers": "default",
    "rfp_manager.generate_reviewer_answer": "batch",
    "rfp_manager.collect_reviewer_answers": "default",
    "system.echo": "default",
}
GOLDEN = sorted(Path(__file__).with_name("golden").glob("v*.json"))
TASKS = FAMILIES["test_execution"]


@pytest.fixture
def app() -> Celery:
    """The application with every task."""
    app = make_app(BrokerSettings())
    register(app, _nothing)
    return app


def test_every_task_has_its_documented_name_and_queue(app: Celery) -> None:
    """Operators route, watch and scale by these; a task that slips to another queue starves or stops others."""
    ours = [name for name in app.tasks if not name.startswith("celery.")]

    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}

    assert routed == QUEUES


def test_tasks_stay_in_their_own_application(app: Celery) -> None:
    """Celery shares tasks among all applications of a process unless told not to."""
    assert not set(QUEUES) & set(make_app(BrokerSettings()).tasks)
    assert set(QUEUES) <= set(app.tasks)


def test_a_message_for_an_unknown_queue_is_not_sent(app: Celery) -> None:
    """A queue made by a typo is served by nobody, and its messages wait for ever."""
    with pytest.raises(QueueNotFound, match="exection"):
        app.amqp.router.route({"queue": "exection"}, "system.echo")


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_the_messages_of_every_version_are_accepted(golden: Path) -> None:
    """An upgrade meets what the version before it has left in the broker."""
    rig = Rig(family=ScriptedFamily([succeed] * 3))
    rig.swap_dispatcher(_Silent())  # so that nothing but the golden messages moves the job
    with rig.running():
        job_id = rig.submit()
        stored = _filled_in(golden, job=job_id, configuration=_a_configuration(rig))
        for task, arguments in stored["messages"]:
            result = rig.app.send_task(task, args=arguments, headers=stored["headers"])
            look_until(result.ready, what=f"the end of {task} {arguments}")
            assert result.successful(), f"{task} {arguments}: {result.result!r}"

        assert rig.view(job_id).job.status is JobStatus.COMPLETED
    assert rig.family.calls == {0: 1, 1: 1, 2: 1}


def test_what_is_sent_now_looks_like_the_newest_golden_messages() -> None:
    """A change of arguments or headers needs a golden file of its own, or the next version is not held to it."""
    newest = json.loads(GOLDEN[-1].read_text())
    rig, sent = Rig(family=ScriptedFamily([succeed] * 3)), _Published()
    before_task_publish.connect(sent)
    with rig.running():
        job_id = rig.submit()
        rig.run_to_end(job_id)
    before_task_publish.disconnect(sent)

    # every family's tasks are made by one function, so that one family's messages stand for all
    others = {
        task
        for family in FAMILIES.values()
        if family is not TASKS
        for task in (family.start, family.execute, family.collect)
    }
    assert {task for task, _ in newest["messages"]} == set(QUEUES) - others
    assert {task for task, _ in sent.messages} == {TASKS.start, TASKS.execute, TASKS.collect}
    known = [(task, _shape(arguments)) for task, arguments in newest["messages"]]
    assert [message for message in sent.messages if message not in known] == []
    assert sent.headers == set(newest["headers"])


class _Published:
    """What was published: the shapes of arguments, and the names of our headers."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, list[str]]] = []
        self.headers: set[str] = set()

    def __call__(
        self, sender: str, body: tuple[Sequence[object], ...], headers: dict[str, object], **_: object
    ) -> None:
        self.messages.append((sender, _shape(body[0])))
        self.headers |= {name for name in headers if name.startswith("antiphon_")}


@frozen
class _Silent:
    """A `Dispatcher` that sends nothing."""

    def start(self, tenant: TenantContext, job: Job) -> None:
        """Send nothing."""

    def send(self, tenant: TenantContext, job: Job, shard: int, chunks: Sequence[Sequence[ItemNo]]) -> None:
        """Send nothing."""

    def run(self, tenant: TenantContext, command: RunTask) -> None:
        """Send nothing."""


def _shape(arguments: Sequence[object]) -> list[str]:
    """Return the types of a task's arguments; a list counts by what is in it."""
    return [
        f"list of {sorted({type(each).__name__ for each in value})}"
        if isinstance(value, list)
        else type(value).__name__
        for value in arguments
    ]


def _filled_in(golden: Path, **values: str) -> Any:
    text = golden.read_text()
    for name, value in {"organization": US.organization_id, "user": US.user_id, **values}.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text)


def _a_configuration(rig: Rig) -> str:
    test_sets = rig.services.test_sets
    case = TestCase(id="case", prompt="Why?")
    stored = test_sets.save(US, "set", [case], now=datetime.now(UTC))
    target = PythonTarget(module="bot", function="answer")
    configuration = TestConfiguration(
        id=ConfigurationId("c-1"), name="configuration", test_set_id=stored.id, targets=only(target)
    )
    test_sets.save_configuration(US, configuration)
    return configuration.id


def _nothing() -> TaskServices:
    raise AssertionError("no task runs here")
