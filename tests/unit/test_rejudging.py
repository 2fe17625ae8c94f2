"""Stored answers judged anew: which output was judged is always known, and no target is ever asked."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from adapters.language_models.scripted import ScriptedModels
from adapters.memory.targets import ScriptedTargets
from domain.jobs.errors import Conflict, FailureKind, InvalidInput, PermanentFailure
from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobId
from domain.language_models.conversation import Message
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import only
from domain.test_execution.panel import Panel
from domain.test_execution.rejudging import Rejudging
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase, TestFile
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.unit.judged_answers import PASS, a_judge
from tests.unit.test_swapping_adapters import family

JUDGES = Panel(judges=(a_judge(),))
RUBRIC = Metric(name="r", kind="llm-rubric", value="is right")
CASES = tuple(TestCase(id=name, prompt=name, metrics=(RUBRIC,)) for name in ("one", "two", "down"))


def _reply(prompt: str) -> str:
    if prompt == "down":
        raise PermanentFailure("HTTP 404", kind=FailureKind.REFUSED)
    return f"the answer to {prompt}"


@attrs.define(eq=False)
class World:
    """A kernel whose target counts what it is asked, and whose judge passes everything."""

    asked: list[str] = attrs.field(factory=list)
    kernel: Kernel = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.kernel = Kernel()
        self.kernel.family = self._family()

    def _family(self) -> TestExecution:
        def ask(prompt: str) -> str:
            self.asked.append(prompt)
            return _reply(prompt)

        def judge(_: Sequence[Message]) -> str:
            return PASS

        usual = family()
        judging = attrs.evolve(usual.judging, models=ScriptedModels(judge))
        return attrs.evolve(usual, targets=ScriptedTargets(ask), judging=judging, store=self.kernel.store)

    @property
    def rejudging(self) -> Rejudging:
        """The moves under test."""
        return Rejudging(jobs=self.kernel.jobs, store=self.kernel.store)

    def first_run(self) -> JobId:
        """Run the tests against the target."""
        assert isinstance(self.kernel.family, TestExecution)
        runs = TestRuns(jobs=self.kernel.jobs, test_sets=self.kernel.family.test_sets)
        file = TestFile(name="t", cases=CASES, targets=only(HttpTarget(url="http://bot.invalid")))
        job = runs.start(US, file, panel=JUDGES)
        self.kernel.run()
        return job.id

    def judged_anew(self, job_id: JobId, *metrics: Metric) -> JobId:
        """Judge the stored answers of a run."""
        job = self.rejudging.start(US, self.rejudging.plan(US, job_id, metrics=metrics))
        self.kernel.run()
        return job.id

    def results(self, job_id: JobId) -> dict[str, Item]:
        """Return a run's rows by the test's id."""
        return {item.key: item for item in self.kernel.items(job_id)}


def test_every_result_says_where_its_answer_is_from() -> None:
    """A verdict on a stored answer must never look like one on a fresh answer."""
    world = World()
    first = world.first_run()
    again = world.judged_anew(first)

    live, stored = world.results(first), world.results(again)
    assert live["one"].outcome is not None
    assert stored["one"].outcome is not None
    assert live["one"].outcome.result["provenance"] == "live"
    assert stored["one"].outcome.result["provenance"] == "stored"
    assert stored["one"].outcome.result["source"] == {"job": first, "revision": 1, "item": "one"}
    assert stored["one"].outcome.result["answer"] == "the answer to one"
    assert world.asked == ["one", "two", "down"]


def test_a_rejudged_run_that_is_rejudged_names_the_run_that_asked() -> None:
    """A copy of a copy is still the first run's answer; and what was missing there stays missing."""
    world = World()
    first = world.first_run()
    third = world.results(world.judged_anew(world.judged_anew(first)))

    assert third["two"].outcome is not None
    assert third["two"].outcome.result["source"] == {"job": first, "revision": 1, "item": "two"}
    assert third["down"].state is ItemState.FAILED
    assert third["down"].outcome is not None
    assert third["down"].outcome.failure is not None
    assert third["down"].outcome.failure.kind is FailureKind.NO_STORED_ANSWER
    assert "the test failed (refused: HTTP 404)" in third["down"].outcome.failure.message
    assert world.asked == ["one", "two", "down"]


def test_new_metrics_take_the_place_of_the_tests_own() -> None:
    """Rescored by `contains`, no judge is asked at all."""
    world = World()
    scored = world.results(world.judged_anew(world.first_run(), Metric(name="c", kind="contains", value="two")))

    assert [scored[name].outcome.verdict for name in ("one", "two")] == ["fail", "pass"]  # type: ignore[union-attr]  # ended
    assert scored["two"].usage.requests == 0


def test_a_run_that_went_on_meanwhile_is_not_judged_half() -> None:
    """Between naming a run and reading its rows, somebody may retry its failed tests."""
    world = World()
    plan = world.rejudging.plan(US, world.first_run())
    assert plan.spec.source is not None
    world.kernel.jobs.retry_failed(US, plan.spec.source.job_id)
    job = world.rejudging.start(US, plan)
    world.kernel.run()

    assert "went on to revision 2" in (world.kernel.job(job.id).failure or "")


def test_a_run_that_still_goes_on_is_not_judged() -> None:
    """Its answers are not all there."""
    world = World()
    assert isinstance(world.kernel.family, TestExecution)
    runs = TestRuns(jobs=world.kernel.jobs, test_sets=world.kernel.family.test_sets)
    file = TestFile(name="t", cases=CASES, targets=only(HttpTarget(url="http://bot.invalid")))

    with pytest.raises(Conflict, match="can be judged again when it has ended"):
        world.rejudging.plan(US, runs.start(US, file, panel=JUDGES).id)


def test_new_metrics_need_their_judges_as_any_run_does() -> None:
    """The past run's embedding model is nobody: it had none."""
    world = World()
    first = world.first_run()

    with pytest.raises(InvalidInput, match="need an embedding model"):
        world.rejudging.plan(US, first, metrics=(Metric(name="s", kind="similar", value="a"),))
