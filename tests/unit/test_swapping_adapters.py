"""Swapping an adapter is one `attrs.evolve`: no patching, no mock. The README shows the first of these tests."""

from __future__ import annotations

import attrs

from adapters.javascript.transforms import JavaScriptTransforms
from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.scripted import ScriptedModels
from adapters.memory.secrets import SameForAll
from adapters.memory.store import MemoryStore
from adapters.memory.targets import ScriptedTargets
from adapters.memory.test_sets import MemoryTestSets
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, TransientFailure
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import Job, JobOptions
from domain.test_execution.codec import item_to_json
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import only
from domain.test_execution.run import KIND, RunSpec, TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase, TestFile, TestSetId, items_of
from tests.contract.building import US, a_job
from tests.kernel.family import forgets
from tests.kernel.world import Kernel

BOT = HttpTarget(url="http://bot.invalid/chat")
CAPITAL = TestCase(
    id="capital",
    prompt="What is the capital of {{ country }}?",
    variables={"country": "France"},
    metrics=(Metric(name="names it", kind="contains", value="Paris"),),
)
"""A question with one right answer."""


def family() -> TestExecution:
    """Return the family as the program builds it: its targets would call the bot over HTTP."""
    templates = JinjaTemplates()
    return TestExecution(
        test_sets=MemoryTestSets(),
        targets=StandardTargets({}, templates, ScriptedModels()),
        scorers=StandardScorers(templates),
        templates=templates,
        store=MemoryStore(),
        environments=SameForAll({}),
        judging=Judging(models=ScriptedModels(), prompts=judge_prompts(), templates=templates),
        transforms=JavaScriptTransforms(),
    )


def test_a_wrong_answer_gets_the_verdict_fail() -> None:
    """An execution that worked, and a verdict that says how good the answer was."""
    offline = attrs.evolve(family(), targets=ScriptedTargets(lambda _: "Lyon"))

    outcome = offline.prepare(US, job()).run(item(CAPITAL), deadline_s=5, keep=forgets)

    assert (outcome.state, outcome.verdict) == ("succeeded", "fail")


def test_the_target_is_asked_what_the_test_says() -> None:
    """The prompt is rendered from the test's variables, whatever target answers it."""
    offline = attrs.evolve(family(), targets=ScriptedTargets(lambda question: f"You asked: {question}"))

    outcome = offline.prepare(US, job()).run(item(CAPITAL), deadline_s=5, keep=forgets)

    assert outcome.result["answer"] == "You asked: What is the capital of France?"


def test_a_whole_run_needs_no_server_either() -> None:
    """Accepted, planned, sent, run and closed, with a bot that is down for one of two questions."""

    def reply(question: str) -> str:
        if "Spain" in question:
            raise TransientFailure("status 503", kind=FailureKind.SERVER_ERROR, retry_after_s=0)
        return "Paris, of course."

    offline = attrs.evolve(family(), targets=ScriptedTargets(reply))
    kernel = Kernel(family=offline)
    runs = TestRuns(jobs=kernel.jobs, test_sets=offline.test_sets)
    spain = attrs.evolve(CAPITAL, id="spain", variables={"country": "Spain"})

    file = TestFile(name="capitals", cases=(CAPITAL, spain), targets=only(BOT))
    accepted = runs.start(US, file, options=JobOptions(max_attempts=2))
    kernel.run()

    assert kernel.job(accepted.id).status == "partial"
    assert [(row.key, row.state, row.attempts) for row in kernel.items(accepted.id)] == [
        ("capital", "succeeded", 1),
        ("spain", "failed", 2),
    ]


def job() -> Job:
    """Return a job that runs tests against the bot."""
    spec = RunSpec(test_set_id=TestSetId("capitals"), test_set_name="capitals", targets=only(BOT))
    return attrs.evolve(a_job(), kind=KIND, spec=spec.to_document())


def item(case: TestCase) -> Item:
    """Return the item of a run that runs the test."""
    [planned] = items_of([case])
    return Item(no=ItemNo(0), key=planned.key, input=item_to_json(planned))
