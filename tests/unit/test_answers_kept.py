"""An answer that could not be judged is kept, and never bought twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import attrs
import pytest

from adapters.javascript.transforms import JavaScriptTransforms
from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.scripted import ScriptedModels
from adapters.memory.targets import ScriptedTarget
from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import Deferred, FailureKind, TransientFailure
from domain.jobs.item import Document, Item, ItemNo
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import FinishReason, Message, ToolCall
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.codec import item_to_json
from domain.test_execution.conversing import Conversations
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.panel import Panel
from domain.test_execution.recorded_answer import RecordedAnswer, kept_by
from domain.test_execution.runner import TestRunner
from domain.test_execution.sample import Sample
from domain.test_execution.scoring import Scoring
from domain.test_execution.shaping import Shaping
from domain.test_execution.simulation import SimulatedUsers
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase, TestItem
from tests.kernel.family import forgets

JUDGED = Usage(requests=1, prompt_tokens=100, completion_tokens=10, cost_nanousd=900)
CASE = TestCase(id="a", prompt="Hello", metrics=(Metric(name="kind", kind="polite"),))
ITEM = Item(no=ItemNo(0), key="a", input=item_to_json(TestItem(case=CASE, repeat=1)))


@attrs.define(eq=False)
class FlakyJudge:
    """`Scorers` whose one kind of metric raises *troubles* first, then passes."""

    troubles: list[Exception]

    def kinds(self) -> frozenset[str]:
        """Return the one kind."""
        return frozenset({"polite"})

    def make(self, metric: Metric) -> FlakyJudge:
        """Return the scorer."""
        _ = metric
        return self

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        """Judge, once it works."""
        _ = sample, deadline_s
        if self.troubles:
            raise self.troubles.pop(0)
        return Score(metric="kind", kind="polite", verdict=Verdict.PASS, value=1.0, reason="", usage=JUDGED)


def test_an_answer_is_asked_for_once_however_often_its_judge_fails() -> None:
    """A target's answer takes seconds and money; the judge's outage is not its fault."""
    asked: list[str] = []
    down = TransientFailure("the judge is away", kind=FailureKind.EVALUATION_ERROR)
    shaping = Shaping(templates=JinjaTemplates(), transforms=JavaScriptTransforms())
    scoring = Scoring(scorers=FlakyJudge([down, Deferred(5.0, "the judge's limit", usage=JUDGED)]), shaping=shaping)

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return "Good day"

    templates = JinjaTemplates()
    runner = TestRunner(
        targets={"": ScriptedTarget(reply)},
        scoring=scoring,
        conversations=Conversations(templates=templates, users=SimulatedUsers(ScriptedModels(), templates, 1)),
        rows=lambda _: [],
        run_id="run-1",
    )
    item, spent = ITEM, NOTHING

    def keep(progress: Document, usage: Usage = NOTHING) -> None:
        nonlocal item, spent
        item, spent = attrs.evolve(item, progress=progress), spent + usage

    with pytest.raises(TransientFailure) as failure:
        runner.run(item, deadline_s=5, keep=keep)
    with pytest.raises(Deferred):
        runner.run(item, deadline_s=5, keep=keep)
    outcome = runner.run(item, deadline_s=5, keep=forgets)

    assert failure.value.partial_result["answer"] == "Good day"
    assert (asked, outcome.verdict, outcome.result["answer"]) == (["Hello"], "pass", "Good day")
    assert spent + outcome.usage == Usage(requests=1) + JUDGED + JUDGED  # the second judge of a panel had to wait


def test_an_answer_comes_back_from_what_was_kept_as_it_was() -> None:
    """The metrics of the next attempt look at everything the first would have seen."""
    answer = Answer(
        text="Good day",
        latency_s=0.25,
        data={"choices": [1]},
        status=200,
        prompt_tokens=3,
        cost_nanousd=7,
        tool_calls=(ToolCall(name="look_up", arguments={"q": "x"}, id="1"),),
        finish_reason=FinishReason.TOOL_CALLS,
    )

    score = Score(metric="kind", kind="polite", verdict=Verdict.PASS, value=1.0, reason="", usage=JUDGED)
    recorded = RecordedAnswer(prompt="Hello", answer=answer, scores=(score,))

    assert kept_by(attrs.evolve(ITEM, progress=json.loads(json.dumps(recorded.to_document())))) == recorded
    assert kept_by(ITEM) is None


def test_an_answer_is_kept_before_a_model_judges_it() -> None:
    """A process that dies while a judge thinks must not cost the answer."""
    kept: list[Document] = []

    def keep(progress: Document, usage: Usage = NOTHING) -> None:
        kept.append(progress)
        assert usage == Usage(requests=1)

    def judge(_: Sequence[Message]) -> str:
        assert kept
        return '{"reason": "r", "score": 1, "pass": true}'

    outcome = _runner(judge).run(_item("llm-rubric"), deadline_s=5, keep=keep)

    assert kept[0]["answer"] == {"text": "Good day", "latency_s": 0.0}
    assert (outcome.verdict, outcome.usage.requests) == ("pass", 1)


def test_a_score_that_was_paid_for_is_not_bought_again() -> None:
    """Of two judged metrics the second one's judge fails: the next attempt asks only for that."""
    asked: list[str] = []
    kept: list[tuple[Document, Usage]] = []

    def judge(messages: Sequence[Message]) -> str:
        asked.append("factuality" if "category" in messages[0].text else "rubric")
        if asked == ["rubric", "factuality"]:
            raise TransientFailure("503", kind=FailureKind.SERVER_ERROR)
        return '{"reason": "r", "score": 1, "pass": true, "category": "C"}'

    def keep(progress: Document, usage: Usage = NOTHING) -> None:
        kept.append((progress, usage))

    item = _item("llm-rubric", "factuality")
    with pytest.raises(TransientFailure) as failure:
        _runner(judge).run(item, deadline_s=5, keep=keep)
    again = attrs.evolve(item, progress=json.loads(json.dumps(kept[-1][0])))
    outcome = _runner(judge).run(again, deadline_s=5, keep=keep)

    assert asked == ["rubric", "factuality", "factuality"]
    spent = sum((usage for _, usage in kept), start=failure.value.usage + outcome.usage)
    assert (outcome.verdict, spent.requests) == ("pass", 4)


def test_a_reply_of_a_judge_is_kept_until_its_metric_has_a_score() -> None:
    """A metric that asks twice, and whose second question has to wait, must not buy the first answer again."""
    asked: list[str] = []
    kept: list[tuple[Document, Usage]] = []

    def judge(messages: Sequence[Message]) -> str:
        asked.append("steps" if "Good day" not in messages[-1].text else "score")
        if len(asked) == 2:
            raise Deferred(5.0, "the judge's limit")
        return '{"steps": ["look"]}' if asked[-1] == "steps" else '{"reason": "r", "score": 10}'

    def keep(progress: Document, usage: Usage = NOTHING) -> None:
        kept.append((progress, usage))

    with pytest.raises(Deferred):
        _runner(judge).run(_item("g-eval"), deadline_s=5, keep=keep)
    again = attrs.evolve(_item("g-eval"), progress=json.loads(json.dumps(kept[-1][0])))
    outcome = _runner(judge).run(again, deadline_s=5, keep=keep)

    assert asked == ["steps", "score", "score"]
    spent = sum((usage for _, usage in kept), start=outcome.usage)
    assert (outcome.verdict, spent.requests) == ("pass", 3), "the answer, and two replies"


def test_a_given_answer_is_judged_in_place_of_asking() -> None:
    """Answers that people collected elsewhere can be judged without a target."""
    case = attrs.evolve(
        CASE, given_answer="Hello yourself", metrics=(Metric(name="c", kind="contains", value="Hello"),)
    )

    item = attrs.evolve(ITEM, input=item_to_json(TestItem(case=case, repeat=1)))
    outcome = attrs.evolve(_runner(lambda _: ""), targets={}).run(item, deadline_s=5, keep=forgets)

    assert (outcome.verdict, outcome.result["provenance"]) == ("pass", "given")
    assert "latency_s" not in outcome.result
    assert outcome.usage == NOTHING


def _runner(judge: Callable[[Sequence[Message]], str]) -> TestRunner:
    templates = JinjaTemplates()
    judging = Judging(models=ScriptedModels(judge), prompts=judge_prompts(), templates=templates)
    panel = Panel(judges=(ModelSpec(provider=Provider.SCRIPTED, model="j"),))
    scorers = judging.beside(StandardScorers(templates), panel, connections=1)
    target = ScriptedTarget(lambda _: "Good day")
    shaping = Shaping(templates=templates, transforms=JavaScriptTransforms())
    users = SimulatedUsers(ScriptedModels(), templates, 1)
    return TestRunner(
        targets={"": target},
        scoring=Scoring(scorers=scorers, shaping=shaping),
        conversations=Conversations(templates=templates, users=users),
        rows=lambda _: [],
        run_id="run-1",
    )


def _item(*kinds: str) -> Item:
    case = attrs.evolve(CASE, metrics=tuple(Metric(name=kind, kind=kind, value="is polite") for kind in kinds))
    return attrs.evolve(ITEM, input=item_to_json(TestItem(case=case, repeat=1)))
