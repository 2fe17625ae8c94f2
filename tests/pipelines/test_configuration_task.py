"""Starting a stored configuration by its task, as an API or a schedule does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions, JobStatus
from domain.jobs.request_key import IdempotencyKey
from domain.test_execution.configuration import TestConfiguration, with_content_id
from domain.test_execution.named_target import only
from domain.test_execution.target import PythonTarget
from domain.test_execution.test_set import Gates, TestCase
from pipelines.headers import ORGANIZATION, USER, acting_for
from pipelines.names import FAMILIES
from tests.pipelines.looking import look_until
from tests.pipelines.rig import THEM, US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed

TASK = "test_execution.execute_test_configuration"


def stored(rig: Rig) -> TestConfiguration:
    """Store a configuration with gates and options of its own."""
    tests = rig.services.test_sets.save(US, "set", [TestCase(id="case", prompt="Why?")], now=datetime.now(UTC))
    configuration = with_content_id(
        US,
        TestConfiguration(
            name="set",
            test_set_id=tests.id,
            targets=only(PythonTarget(module="bot", function="answer")),
            gates=Gates(min_pass_rate=0.5),
            options=JobOptions(concurrency=2),
        ),
    )
    rig.services.test_sets.save_configuration(US, configuration)
    return configuration


def test_the_task_accepts_a_job_that_carries_the_configuration() -> None:
    """A later change of the configuration must not reach it; the answer is the job's id."""
    rig = Rig(family=ScriptedFamily([succeed]))
    configuration = stored(rig)
    with rig.running(), acting_for(US):
        sent = rig.app.send_task(TASK, kwargs={"configuration_id": configuration.id})
        look_until(sent.ready, what="the end of the task")
        job = rig.run_to_end(sent.result["job"])

    assert job.status is JobStatus.COMPLETED
    assert job.spec["configuration_id"] == configuration.id
    assert job.spec["gates"] == {"min_pass_rate": 0.5}
    assert job.options.concurrency == 2


def test_the_same_message_twice_is_one_job() -> None:
    """Brokers deliver again; nobody wants to pay for the nightly run twice."""
    rig = Rig(family=ScriptedFamily([succeed]))
    configuration = stored(rig)
    message = {"configuration_id": configuration.id}
    headers = {ORGANIZATION: US.organization_id, USER: US.user_id}

    delivered = [rig.app.tasks[TASK].apply(kwargs=message, task_id="message-1", headers=headers) for _ in range(2)]

    jobs = [result.result["job"] for result in delivered]
    assert jobs[0] == jobs[1]
    assert [view.job.id for view in rig.jobs.page(US)] == jobs[:1]


def test_another_organizations_configuration_is_not_started() -> None:
    """A guessed id must not run, and pay for, what belongs to others."""
    rig = Rig(family=ScriptedFamily([succeed]))
    configuration = stored(rig)
    with rig.running(), acting_for(THEM):
        sent = rig.app.send_task(TASK, kwargs={"configuration_id": configuration.id})
        look_until(sent.ready, what="the end of the task")

    assert sent.result == {"job": None}
    assert rig.jobs.page(THEM) == []


def test_a_task_that_opens_no_job_refuses_to_be_called_without_one() -> None:
    """Whoever forgets the id must hear it, and not believe that something was started."""
    rig = Rig(family=ScriptedFamily([succeed]))
    headers = {ORGANIZATION: US.organization_id, USER: US.user_id}
    execute = rig.app.tasks[FAMILIES[rig.family.kind].execute]

    refused = execute.apply(kwargs={"configuration_id": stored(rig).id}, task_id="message-1", headers=headers)

    assert isinstance(refused.result, InvalidInput)
    assert "opens no job" in str(refused.result)
    assert rig.jobs.page(US) == []


@pytest.mark.parametrize(
    "ids",
    [{}, {"configuration": "a", "configuration_id": "1"}, {"configuration_id": ""}, {"configuration_id": "1", "b": ""}],
)
def test_a_run_is_opened_by_its_configuration_and_nothing_else(ids: dict[str, str]) -> None:
    """A misspelled word in a schedule must be refused, and not be left out in silence."""
    rig = Rig(family=ScriptedFamily([succeed]))

    with pytest.raises(InvalidInput, match="configuration_id"):
        rig.services.openers[TASK](US, ids, IdempotencyKey("key"))
