"""Contests on a real worker: what a judge said stays said, through waits, failures and workers that vanish."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from threading import Event, Lock
from typing import cast

import attrs

from adapters.language_models.scripted import ScriptedModels
from adapters.memory.targets import ScriptedTarget
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure
from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobId, JobStatus
from domain.language_models.conversation import Message
from domain.test_execution.codec import scores_from_json
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.target import HttpTarget, TargetSpec
from domain.test_execution.test_set import TestCase, TestFile
from tests.contract.building import US
from tests.kernel.patience import PATIENCE_S
from tests.pipelines.looking import look_until
from tests.pipelines.rig import WORKER, Rig
from tests.pipelines.scripted_family import ScriptedFamily
from tests.unit.judged_answers import a_judge
from tests.unit.test_swapping_adapters import family

BEST = Metric(name="best", kind="select-best", value="the shorter one")
CHOICE = json.dumps({"reason": "shorter", "best": 1})


@attrs.frozen
class _Bots:
    """`Targets` that answer with their name; one named `broken` fails."""

    def with_environment(self, environment: Mapping[str, str]) -> _Bots:  # noqa: ARG002  # they need none
        return self

    def open(self, spec: TargetSpec, *, connections: int) -> ScriptedTarget:  # noqa: ARG002  # the same for all
        name = cast(HttpTarget, spec).url.removeprefix("http://").partition(".")[0]
        return ScriptedTarget(lambda _: _said(name))


def _said(name: str) -> str:
    if name == "broken":
        raise PermanentFailure("HTTP 404", kind=FailureKind.REFUSED)
    return name


@attrs.define
class _Judge:
    """Chooses the first answer; *acts* say what happens at its first calls instead (None: nothing)."""

    acts: list[Callable[[], object] | None] = attrs.field(factory=list)
    calls: int = 0
    _lock: Lock = attrs.field(factory=Lock)

    def __call__(self, _: Sequence[Message]) -> str:
        with self._lock:
            self.calls += 1
            act = self.acts.pop(0) if self.acts else None
        if act is not None:
            act()
        return CHOICE


def rig_for(judge: _Judge) -> Rig:
    """Return a worker whose judge is *judge*."""
    usual = family()
    rig = Rig(family=cast(ScriptedFamily, usual))
    judging = attrs.evolve(usual.judging, models=ScriptedModels(judge))
    contests = attrs.evolve(usual, targets=_Bots(), judging=judging, store=rig.store)
    return Rig(family=cast(ScriptedFamily, contests), store=rig.store)


def started(rig: Rig, *targets: str, judges: int = 1) -> JobId:
    """Hand in one test against the targets, with a contest between them."""
    named = tuple(NamedTarget(name=name, spec=HttpTarget(url=f"http://{name}.invalid/")) for name in targets)
    case = TestCase(id="t", prompt="Hi", metrics=(Metric(name="c", kind="word-count", value={"min": 1}), BEST))
    runs = TestRuns(jobs=rig.jobs, test_sets=cast(TestExecution, rig.family).test_sets)
    panel = Panel(judges=tuple(a_judge(f"j{no}") for no in range(judges)))
    return runs.start(US, TestFile(name="t", cases=(case,), targets=named), panel=panel).id


def contest_of(rig: Rig, job_id: JobId) -> Item:
    """Return the contest's row."""
    return next(item for item in rig.rows(job_id) if item.key == "t/contest")


def score_of(rig: Rig, job_id: JobId) -> Score:
    """Return what the contest came to."""
    outcome = contest_of(rig, job_id).outcome
    assert outcome is not None
    (score,) = scores_from_json(outcome.result)
    return score


def _put_off() -> None:
    raise Deferred(0.05, "the judge's limit")


def _fail() -> None:
    raise TransientFailure("503", kind=FailureKind.SERVER_ERROR)


def test_a_judge_that_has_spoken_is_not_asked_again_when_another_has_to_wait() -> None:
    """Of a panel of three the second has to wait for its limit: each reply is bought once, and no attempt is lost."""
    judge = _Judge(acts=[None, _put_off])
    rig = rig_for(judge)
    with rig.running():
        job_id = started(rig, "old", "new", judges=3)
        job = rig.run_to_end(job_id)

    row = contest_of(rig, job_id)
    assert job.status is JobStatus.COMPLETED
    score = score_of(rig, job_id)
    assert score.verdict is Verdict.PASS
    assert len(cast(list[object], (score.details or {})["judges"])) == 3
    assert (judge.calls, row.attempts) == (4, 1)
    assert row.usage.requests == 3, "what was put off asked nobody"


def test_a_judge_that_has_spoken_is_not_asked_again_when_another_fails() -> None:
    """A failed call is tried again alone; it is paid for, and the replies before it only once."""
    judge = _Judge(acts=[None, None, _fail])
    rig = rig_for(judge)
    with rig.running():
        job_id = started(rig, "old", "new", judges=3)
        rig.run_to_end(job_id)

    row = contest_of(rig, job_id)
    assert (row.state, row.attempts, judge.calls, row.usage.requests) == (ItemState.SUCCEEDED, 2, 4, 4)


def test_a_contest_whose_worker_vanishes_is_held_once_more_and_has_one_winner() -> None:
    """The judge's answer to the lost worker comes late and changes nothing."""
    begun, let_go = Event(), Event()

    def hang() -> None:
        begun.set()
        assert let_go.wait(PATIENCE_S)

    judge = _Judge(acts=[hang])
    rig = rig_for(judge)
    with rig.running():
        job_id = started(rig, "old", "new")
        assert begun.wait(PATIENCE_S)
        rig.sweeper.take_over(US, job_id, [WORKER])
        look_until(lambda: judge.calls == 2, what="the second attempt")
        job = rig.run_to_end(job_id)
        let_go.set()
        look_until(lambda: "late_record" in rig.history(job_id), what="the late answer")

    row = contest_of(rig, job_id)
    assert (job.status, row.state, row.losses) == (JobStatus.COMPLETED, ItemState.SUCCEEDED, 1)
    assert (score_of(rig, job_id).details or {})["winner"] == "t@old"
    assert rig.history(job_id).count("job_ended") == 1


def test_a_contest_is_held_without_the_test_that_failed() -> None:
    """The run ends partial for that test; the others compete, and who was missing is named."""
    rig = rig_for(_Judge())
    with rig.running():
        job_id = started(rig, "old", "broken", "new")
        job = rig.run_to_end(job_id)

    assert job.status is JobStatus.PARTIAL
    assert score_of(rig, job_id).verdict is Verdict.PASS
    assert (score_of(rig, job_id).details or {})["left_out"] == ["t@broken (failed)"]
