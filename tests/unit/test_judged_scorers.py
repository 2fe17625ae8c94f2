"""Judging an answer with a model that says what a test wrote: verdicts, repairs, panels, outages, costs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure
from domain.language_models.conversation import Completion, FinishReason, Message
from domain.test_execution.metric import Metric, Verdict
from domain.test_execution.panel import Panel, Rule
from tests.unit.judged_answers import FAIL, PASS, a_judge, judged_score, rubric, sample, scorers


def test_a_score_says_who_judged_by_what_prompt_and_what_it_cost() -> None:
    """A verdict nobody can trace to a model and a wording is worth nothing a month later."""
    score = judged_score(lambda _: PASS)

    assert (score.verdict, score.value, score.reason) == (Verdict.PASS, 1.0, "it is")
    assert score.details is not None
    assert score.details["judges"] == [
        {
            "model": "scripted:j",
            "prompts": ["llm-rubric@1"],
            "pass": True,
            "score": 1.0,
            "reason": "it is",
            "requests": 1,
        }
    ]
    assert score.usage is not None
    assert (score.usage.requests, score.usage.completion_tokens) == (1, 12)


def test_a_reply_that_cannot_be_read_is_repaired_once() -> None:
    """One more call is cheaper than a person who looks at an inconclusive test."""
    seen: list[Sequence[Message]] = []

    def reply(messages: Sequence[Message]) -> str:
        seen.append(messages)
        return "It passes." if len(seen) == 1 else PASS

    score = judged_score(reply)

    assert (score.verdict, score.usage.requests if score.usage else 0) == (Verdict.PASS, 2)
    assert [message.role for message in seen[1]] == ["system", "user", "assistant", "user"]
    assert "there is no JSON object" in seen[1][-1].text


def test_two_replies_that_cannot_be_read_are_inconclusive() -> None:
    """A judge that can't be understood has not said fail, and `not-` does not make it say pass."""
    for negated in (False, True):
        score = judged_score(lambda _: "I would rather not say.", rubric(negated=negated))

        assert score.verdict is Verdict.INCONCLUSIVE
        assert "not even the second one" in score.reason
        assert score.usage is not None
        assert score.usage.requests == 2


def test_not_turns_verdict_and_score_round() -> None:
    """A rubric says what must be, `not-` what must not be."""
    score = judged_score(lambda _: PASS, rubric(negated=True))

    assert (score.kind, score.verdict, score.value) == ("not-llm-rubric", Verdict.FAIL, 0.0)


def test_an_outage_is_no_verdict() -> None:
    """A judge that is down must not fail the model under test; whether it is tried again is the kernel's to say."""

    def down(_: Sequence[Message]) -> str:
        raise TransientFailure("503", kind=FailureKind.SERVER_ERROR, retry_after_s=7)

    with pytest.raises(TransientFailure, match="judge scripted:j: 503") as caught:
        judged_score(down)
    assert (caught.value.kind, caught.value.retry_after_s) == (FailureKind.EVALUATION_ERROR, 7)


def test_a_refused_key_of_the_judge_is_said_to_be_the_judges() -> None:
    """`authentication` alone would send people to look at the target's key."""

    def refuse(_: Sequence[Message]) -> str:
        raise PermanentFailure("401", kind=FailureKind.AUTHENTICATION)

    with pytest.raises(PermanentFailure, match=r"metric 'polite' \(llm-rubric\): judge scripted:j: 401") as caught:
        judged_score(refuse)
    assert caught.value.kind is FailureKind.EVALUATION_ERROR


def test_three_judges_decide_by_majority_and_all_are_kept() -> None:
    """One judge that is off is outvoted, and can be seen to be off."""
    panel = Panel(judges=(a_judge("a"), a_judge("b"), a_judge("c")))
    turns = iter((PASS, FAIL, PASS))

    score = judged_score(lambda _: next(turns), panel=panel)

    assert (score.verdict, round(score.value, 3)) == (Verdict.PASS, 0.667)
    assert score.details is not None
    assert (score.details["rule"], len(score.details["judges"])) == ("majority", 3)  # type: ignore[arg-type]  # JSON


def test_the_mean_of_two_judges_meets_the_threshold_or_not() -> None:
    """With `mean` a score of 0.9 and one of 0.4 is 0.65."""
    panel = Panel(judges=(a_judge("a"), a_judge("b")), rule=Rule.MEAN)
    for threshold, verdict in ((0.6, Verdict.PASS), (0.7, Verdict.FAIL)):
        turns = iter(['{"reason": "r", "score": 0.9, "pass": true}', '{"reason": "r", "score": 0.4, "pass": true}'])

        assert judged_score(lambda _: next(turns), rubric(threshold=threshold), panel=panel).verdict is verdict  # noqa: B023  # called here


def test_a_metric_may_name_a_judge_of_its_own() -> None:
    """A test set may want a stronger judge for one hard rubric."""
    score = judged_score(lambda _: PASS, rubric(options={"judge": "scripted:other"}))

    assert score.details is not None
    assert score.details["judges"][0]["model"] == "scripted:other"  # type: ignore[index]  # JSON


def test_a_judge_that_the_command_names_comes_before_the_metrics_own() -> None:
    """Whoever says --judge at the start of a run, or to judge a past one anew, means all of it."""
    panel = Panel(judges=(a_judge("asked"),), insisted=frozenset({"judges"}))
    score = judged_score(lambda _: PASS, rubric(options={"judge": "scripted:own"}), panel=panel)

    assert score.details is not None
    assert score.details["judges"][0]["model"] == "scripted:asked"  # type: ignore[index]  # JSON


def test_a_rubric_is_filled_in_from_the_tests_variables() -> None:
    """One rubric for a thousand tests names each test's own fact."""
    seen: list[str] = []

    def reply(messages: Sequence[Message]) -> str:
        seen.append(messages[-1].text)
        return PASS

    judged_score(reply, rubric(value="names {{ city }}"), city="Paris")

    assert "names Paris" in seen[0]


def test_an_object_as_rubric_is_shown_as_json() -> None:
    """Promptfoo takes rubrics that are objects."""
    seen: list[str] = []

    def reply(messages: Sequence[Message]) -> str:
        seen.append(messages[-1].text)
        return PASS

    judged_score(reply, rubric(value={"must": ["name the city"]}))

    assert '{"must": ["name the city"]}' in seen[0]


def test_a_run_without_a_judge_cannot_judge() -> None:
    """The run is refused before; a job that slips through must still never fall back on another model."""
    with pytest.raises(PermanentFailure, match="no judge is named for this run"):
        judged_score(lambda _: PASS, panel=Panel())


def test_other_kinds_are_left_to_their_scorers() -> None:
    """Judged kinds stand beside all others, in one port."""
    both = scorers(lambda _: PASS)

    assert {"contains", "llm-rubric", "similar"} <= both.kinds()
    assert both.make(Metric(name="c", kind="contains", value="Paris"))(sample(), deadline_s=1).verdict == "pass"


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (rubric(value=None), "value: found nothing"),
        (rubric(options={"judge": "gpt-5"}), "judge: 'gpt-5' is no model"),
        (rubric(options={"rubric_prompt": {"a": 1}}), "rubric_prompt: expected a text, or a list of messages"),
        (Metric(name="g", kind="g-eval", value="a", options={"rubric_prompt": "x"}), "asks with 2 prompts"),
    ],
)
def test_a_metric_that_cannot_be_judged_is_refused_when_it_is_read(metric: Metric, problem: str) -> None:
    """Every mistake of a file is named before the first call."""
    with pytest.raises(InvalidInput, match=problem):
        scorers(lambda _: PASS).make(metric)


def test_a_judge_out_of_time_is_not_asked() -> None:
    """A call that can't end in time would be paid for and thrown away."""
    scorer = scorers(lambda _: PASS).make(rubric())

    with pytest.raises(PermanentFailure, match="no time was left"):
        scorer(sample(), deadline_s=0)


def test_a_panel_survives_being_stored() -> None:
    """The job carries it; another process opens it."""
    panel = Panel(judges=(a_judge("a"), a_judge("b")), rule=Rule.MEAN, embedding=a_judge("e"), may_be_target=True)

    assert Panel.from_document(json.loads(json.dumps(panel.to_document()))) == panel


def test_costs_are_counted_over_all_calls() -> None:
    """A judge is often dearer than what it judges."""
    dear = Completion(
        text=PASS, finish_reason=FinishReason.STOP, model="m", latency_s=0.1, prompt_tokens=10, cost_nanousd=50
    )

    score = judged_score(lambda _: dear, panel=Panel(judges=(a_judge("a"), a_judge("b"))))

    assert score.usage is not None
    assert (score.usage.requests, score.usage.prompt_tokens, score.usage.cost_nanousd) == (2, 20, 100)
