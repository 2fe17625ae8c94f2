"""An answer that could not be judged is kept, and never bought twice."""

from __future__ import annotations

import json

import attrs
import pytest

from adapters.memory.targets import ScriptedTarget
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import Deferred, FailureKind, TransientFailure
from domain.jobs.item import Document, Item, ItemNo
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import FinishReason, ToolCall
from domain.test_execution.codec import item_to_json
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.recorded_answer import RecordedAnswer, kept_by
from domain.test_execution.runner import TestRunner
from domain.test_execution.sample import Sample
from domain.test_execution.scoring import Scoring
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
    scoring = Scoring(scorers=FlakyJudge([down, Deferred(5.0, "the judge's limit")]))

    def reply(prompt: str) -> str:
        asked.append(prompt)
        return "Good day"

    runner = TestRunner(targets={"": ScriptedTarget(reply)}, scoring=scoring, templates=JinjaTemplates())
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
    assert spent + outcome.usage == Usage(requests=1) + JUDGED


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
