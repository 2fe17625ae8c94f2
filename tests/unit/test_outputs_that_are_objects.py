"""What scripts and judges see of an output that is an object, and the context that is found in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from attrs import define, evolve, field

from adapters.javascript.transforms import JavaScriptTransforms
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.codec import result_to_json
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.metric import CONTEXT_TRANSFORM, Metric, Score, Verdict
from domain.test_execution.ports import Scorer
from domain.test_execution.recorded_answer import RecordedAnswer
from domain.test_execution.sample import Sample
from domain.test_execution.scoring import Scoring
from domain.test_execution.shaping import Shaping
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase

ANSWER = Answer(text='{"answer": "Paris", "sources": ["a", "b"]}', latency_s=0.1, is_json=True)
SAMPLE = Sample(case=TestCase(id="t", prompt="?"), prompt="?", answer=ANSWER, variables={"q": "x"})


@define
class Looking:
    """`Scorers` that remember what they were shown."""

    seen: list[Sample] = field(factory=list)

    def kinds(self) -> frozenset[str]:
        """Return the only kind."""
        return frozenset({"look"})

    def make(self, metric: Metric) -> Scorer:
        """Return a scorer that looks."""

        def score(sample: Sample, *, deadline_s: float) -> Score:
            _ = deadline_s
            self.seen.append(sample)
            return Score(metric=metric.name, kind=metric.kind, verdict=Verdict.PASS, value=1.0, reason="seen")

        return score


def seen_by(*metrics: Metric) -> Sequence[Sample]:
    """Return what each metric is shown of the sample."""
    looking = Looking()
    shaping = Shaping(templates=JinjaTemplates(), transforms=JavaScriptTransforms())
    Scoring(scorers=looking, shaping=shaping).scores(metrics, SAMPLE, deadline_s=20, made=[])
    return looking.seen


def look(*, transform: object = None, context: object = None) -> Metric:
    """Return a metric that looks at what a transform makes of the output, and of the context in it."""
    options = {} if context is None else {CONTEXT_TRANSFORM: context}
    return Metric(name="m", kind="look", transform=transform, options=options)


def test_a_script_sees_the_object_a_target_gave_and_not_its_text() -> None:
    """Promptfoo hands it over parsed: `output.answer` of a text would be undefined."""
    (sample,) = seen_by(look())

    assert sample.seen_output == {"answer": "Paris", "sources": ["a", "b"]}


def test_a_text_that_a_transform_made_of_an_object_is_a_text() -> None:
    """Its mark as JSON must go with the object, or every script after it would read the text as JSON."""
    (sample,) = seen_by(look(transform="output.answer"))

    assert (sample.seen_output, sample.answer.text) == ("Paris", "Paris")


def test_an_answer_that_was_kept_is_still_an_object() -> None:
    """A run that is judged again, or goes on after a crash, must give the verdicts it would have given."""
    recorded = RecordedAnswer(prompt="?", answer=ANSWER)
    again = RecordedAnswer.from_document(recorded.to_document()).answer

    assert again.is_json
    assert result_to_json("?", ANSWER, [], None)["is_json"] is True
    assert "is_json" not in result_to_json("?", evolve(ANSWER, is_json=False), [], None)


def test_the_context_is_found_in_the_output_before_the_metric_reshapes_it() -> None:
    """A metric may judge the answer alone by sources that stand beside it: promptfoo's order."""
    (sample,) = seen_by(look(transform="output.answer", context="output.sources.join(' ')"))

    assert (sample.answer.text, sample.variables) == ("Paris", {"q": "x", "context": "a b"})


def test_the_context_of_one_metric_is_not_that_of_the_next() -> None:
    """Two metrics may read two parts of an answer."""
    first, second = seen_by(look(context="output.sources"), look())

    assert first.variables["context"] == ["a", "b"]
    assert "context" not in second.variables


@pytest.mark.parametrize("script", ["output.nothing ?? null", "''", "[]", "['a', 3]", "output"])
def test_a_context_that_is_no_text_is_an_error(script: str) -> None:
    """The judge would otherwise be asked about nothing, and a score would come of it."""
    with pytest.raises(PermanentFailure, match="context_transform returned") as caught:
        seen_by(look(context=script))
    assert caught.value.kind is FailureKind.EVALUATION_ERROR


@pytest.mark.parametrize(("kind", "script", "problem"), [
    ("llm-rubric", "output", "reads no context"),
    ("context-recall", 7, "context_transform"),
])  # fmt: skip
def test_only_kinds_that_read_a_context_take_a_script_for_it(kind: str, script: object, problem: str) -> None:
    """Elsewhere it would be ignored, and whoever wrote it would not know."""
    metric = Metric(name="m", kind=kind, value="v", options={CONTEXT_TRANSFORM: script})

    with pytest.raises(InvalidInput, match=problem):
        JUDGED_KINDS[kind].check(metric)
