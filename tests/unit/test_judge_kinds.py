"""Each kind of judgement against what promptfoo documents for it: inputs, verdicts, scores, thresholds."""

from __future__ import annotations

from math import sqrt

import pytest

from domain.jobs.errors import InvalidInput, PermanentFailure
from domain.test_execution.judging.consultation import Found, NoOpinion
from domain.test_execution.judging.context_kinds import context_units
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.judging.reply import UnreadableReply
from domain.test_execution.metric import Metric
from tests.unit.judging import ScriptedJudge, evidence, judged

THIRD = round(1 / 3, 9)


def _by(prompt: str, reply: object) -> ScriptedJudge:
    return ScriptedJudge(replies={prompt: reply})


def _verdict(found: Found) -> tuple[bool, float]:
    return found.holds, round(found.value, 9)


@pytest.mark.parametrize(
    ("reply", "threshold", "expected"),
    [
        ({"pass": True, "score": 0.4}, None, (True, 0.4)),
        ({"pass": True, "score": 0}, None, (True, 0.0)),
        ({"pass": False, "score": 1}, None, (False, 1.0)),
        ({"pass": True, "score": 0.79}, 0.8, (False, 0.79)),
        ({"pass": True, "score": 0.8}, 0.8, (True, 0.8)),
        ({"pass": False, "score": 0.9}, 0.8, (False, 0.9)),
        ({"pass": True}, None, (True, 1.0)),
        ({"pass": False}, None, (False, 0.0)),
        ({"score": 0.9}, 0.8, (True, 0.9)),
        ({"score": 0.7}, 0.8, (False, 0.7)),
    ],
)
def test_llm_rubric(reply: object, threshold: float | None, expected: tuple[bool, float]) -> None:
    """The judge's pass decides, and with a threshold its score must reach that as well."""
    found = judged("llm-rubric", _by("llm-rubric", reply), evidence("is polite"), threshold=threshold)

    assert _verdict(found) == expected


def test_llm_rubric_without_a_verdict_is_not_a_pass() -> None:
    """Promptfoo takes a missing `pass` for true, and warns of it: here nothing is made up."""
    with pytest.raises(UnreadableReply, match="no 'pass'"):
        judged("llm-rubric", _by("llm-rubric", {"score": 0.0}), evidence("is polite"))


def test_the_judge_sees_question_answer_and_rubric() -> None:
    """What a judge does not see it can't judge."""
    judge = _by("llm-rubric", {"pass": True})

    judged("llm-rubric", judge, evidence("is polite", answer="Hi", question="Greet me"))

    assert judge.shown == [("llm-rubric", {"question": "Greet me", "answer": "Hi", "rubric": "is polite"})]


@pytest.mark.parametrize(
    ("score", "threshold", "expected"),
    [(7, None, (True, 0.7)), (6, None, (False, 0.6)), (8, 0.8, (True, 0.8)), (7, 0.8, (False, 0.7))],
)
def test_g_eval(score: int, threshold: float | None, expected: tuple[bool, float]) -> None:
    """Scores out of ten, as a share; the default threshold is 0.7."""
    judge = ScriptedJudge(replies={"g-eval-steps": {"steps": ["look"]}, "g-eval": {"score": score, "reason": "r"}})

    assert _verdict(judged("g-eval", judge, evidence("coherent"), threshold=threshold)) == expected
    assert judge.shown[1][1]["steps"] == "1. look"


def test_g_eval_takes_the_mean_over_several_criteria() -> None:
    """Each criterion is judged on its own."""
    judge = ScriptedJudge(replies={"g-eval-steps": {"steps": ["look"]}, "g-eval": {"score": 9, "reason": "r"}})

    assert _verdict(judged("g-eval", judge, evidence(["coherent", "short"]))) == (True, 0.9)
    assert [name for name, _ in judge.shown] == ["g-eval-steps", "g-eval"] * 2


@pytest.mark.parametrize(
    ("category", "expected"),
    [("A", (True, 1.0)), ("B", (True, 1.0)), ("(C)", (True, 1.0)), ("d", (False, 0.0)), ("E", (True, 1.0))],
)
def test_factuality(category: str, expected: tuple[bool, float]) -> None:
    """Only a contradiction fails."""
    found = judged("factuality", _by("factuality", {"category": category, "reason": ""}), evidence("Paris"))

    assert _verdict(found) == expected


@pytest.mark.parametrize(
    ("scores", "category", "expected"),
    [({"superset": 0.6}, "B", (True, 0.6)), ({"differ_but_factual": 0}, "E", (False, 0.0))],
)
def test_factuality_takes_scores_of_ones_own(
    scores: dict[str, float], category: str, expected: tuple[bool, float]
) -> None:
    """A team may want an answer that adds facts to count less; a category with score 0 fails."""
    judge = _by("factuality", {"category": category, "reason": "r"})

    assert _verdict(judged("factuality", judge, evidence("Paris"), options={"factuality": scores})) == expected


@pytest.mark.parametrize(("better", "expected"), [(1, (True, 1.0)), (2, (False, 0.0)), (0, (False, 0.5))])
def test_better_than(better: int, expected: tuple[bool, float]) -> None:
    """The answer stands first; a tie is not better."""
    judge = _by("pairwise", {"better": better, "reason": "r"})

    assert _verdict(judged("better-than", judge, evidence({"criterion": "c", "other": "Lyon."}))) == expected
    assert judge.shown[0][1] == {"question": "Capital?", "criterion": "c", "first": "Paris.", "second": "Lyon."}


def test_an_unknown_category_is_unreadable() -> None:
    """A sixth category has no meaning."""
    with pytest.raises(UnreadableReply, match="expected one of A, B, C, D, E"):
        judged("factuality", _by("factuality", {"category": "F"}), evidence("Paris"))


@pytest.mark.parametrize(("meets", "expected"), [(True, (True, 1.0)), (False, (False, 0.0))])
def test_model_graded_closedqa(meets: bool, expected: tuple[bool, float]) -> None:
    """Yes or no, nothing in between."""
    judge = _by("model-graded-closedqa", {"meets": meets, "reason": "r"})

    assert _verdict(judged("model-graded-closedqa", judge, evidence("is polite"))) == expected


@pytest.mark.parametrize(("threshold", "holds"), [(None, True), (0.5, True), (0.6, False)])
def test_context_recall(threshold: float | None, holds: bool) -> None:
    """The share of the reference's statements that the context supports."""
    statements = [{"statement": "a", "supported": True}, {"statement": "b", "supported": False}]
    judge = _by("context-recall", {"statements": statements})

    found = judged("context-recall", judge, evidence("a and b", context="a"), threshold=threshold)

    assert _verdict(found) == (holds, 0.5)
    assert "not there: 'b'" in found.reason


def test_context_relevance_is_the_share_of_the_context_that_is_needed() -> None:
    """The example of promptfoo's own documentation: one sentence of three."""
    context = "Paris is the capital. France has great wine. The Eiffel Tower is in Paris."
    judge = _by("context-relevance", {"needed": [1]})

    found = judged("context-relevance", judge, evidence(query="q", context=context), threshold=0.3)

    assert _verdict(found) == (True, THIRD)
    assert judge.shown[0][1]["context"].splitlines()[1] == "[2] France has great wine."


def test_a_context_that_cannot_answer_is_of_no_relevance() -> None:
    """None needed is a finding, not a reply that can't be read."""
    judge = _by("context-relevance", {"needed": []})

    assert _verdict(judged("context-relevance", judge, evidence(context=["a", "b"]), threshold=0.1)) == (False, 0.0)


def test_context_faithfulness_is_the_share_of_supported_statements() -> None:
    """What the answer says beyond the context is made up, true or not."""
    judge = ScriptedJudge(
        replies={"faithfulness-statements": {"statements": ["a", "b", "c"]}, "faithfulness-support": {"supported": [1]}}
    )

    found = judged("context-faithfulness", judge, evidence(context="a"), threshold=0.5)

    assert _verdict(found) == (False, THIRD)
    assert judge.shown[1][1] == {"context": "a", "statements": "[1] a\n[2] b\n[3] c"}


def test_an_answer_without_statements_is_neither_faithful_nor_not() -> None:
    """An answer that declines makes nothing up, and proves nothing either."""
    judge = _by("faithfulness-statements", {"statements": []})

    with pytest.raises(NoOpinion, match="makes no statement"):
        judged("context-faithfulness", judge, evidence(context="a"))


@pytest.mark.parametrize("context", [None, "", [], ["a", 3], {"a": 1}])
def test_a_test_without_context_is_said_to_lack_it(context: object) -> None:
    """Judging against nothing would give a score that looks like one."""
    with pytest.raises(PermanentFailure, match="the variable 'context' is needed"):
        judged("context-recall", ScriptedJudge(), evidence("a", context=context))


def test_context_is_cut_into_chunks_lines_or_sentences() -> None:
    """Chunks are what retrieval returned; one text is cut where its writer cut it."""
    assert context_units(["one. two.", "three"]) == ["one. two.", "three"]
    assert context_units(["one. two.\nthree"]) == ["one. two.", "three"]
    assert context_units(["one. two! three? four"]) == ["one.", "two!", "three?", "four"]


VECTORS = {"Paris.": (1.0, 0.0), "near": (0.8, 0.6), "far": (0.0, 1.0), "none": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("kind", "value", "threshold", "expected"),
    [
        ("similar", "near", None, (True, 0.8)),
        ("similar", "far", None, (False, 0.0)),
        ("similar", "near", 0.8, (True, 0.8)),
        ("similar", "near", 0.81, (False, 0.8)),
        ("similar:cosine", ["far", "near"], None, (True, 0.8)),
        ("similar:dot", "near", 0.8, (True, 0.8)),
        ("similar:euclidean", "near", 0.7, (True, round(1 / (1 + sqrt(0.4)), 9))),
        ("similar:euclidean", "far", 0.7, (False, round(1 / (1 + sqrt(2)), 9))),
    ],
)
def test_similar(kind: str, value: object, threshold: float | None, expected: tuple[bool, float]) -> None:
    """Cosine at least 0.75 unless said otherwise, the nearest of several; for a distance the threshold is the most."""
    assert _verdict(judged(kind, ScriptedJudge(vectors=VECTORS), evidence(value), threshold=threshold)) == expected


def test_a_vector_without_direction_gives_no_opinion() -> None:
    """Nothing can be near or far from it."""
    with pytest.raises(NoOpinion, match="without a direction"):
        judged("similar", ScriptedJudge(vectors=VECTORS), evidence("none"))


def test_answer_relevance_is_the_mean_cosine_to_the_question() -> None:
    """Questions that the answer would fit are compared with the one that was asked."""
    vectors = {"Capital?": (1.0, 0.0), "one": (1.0, 0.0), "two": (0.8, 0.6), "three": (0.0, 1.0)}
    judge = ScriptedJudge(replies={"answer-relevance": {"questions": ["one", "two", "three"]}}, vectors=vectors)

    assert _verdict(judged("answer-relevance", judge, evidence(), threshold=0.6)) == (True, 0.6)
    assert judge.shown == [("answer-relevance", {"answer": "Paris."})]


@pytest.mark.parametrize(
    ("kind", "value", "threshold", "problem"),
    [
        ("llm-rubric", None, None, "value: found nothing"),
        ("llm-rubric", "  ", None, "expected a text that is not empty"),
        ("llm-rubric", "polite", 4.0, "threshold: found '4.0'; expected a score from 0 to 1"),
        ("g-eval", [], None, "a list of texts, none of them empty"),
        ("g-eval", ["a", ""], None, "a list of texts, none of them empty"),
        ("answer-relevance", "a", None, "expected nothing: this kind has no use for it"),
        ("similar", 7, None, "expected a text"),
        ("similar:euclidean", "a", -1.0, "a number, 0 or more"),
        ("factuality", ["a"], None, "expected a text that is not empty"),
    ],
)
def test_what_a_kind_cannot_use_is_refused_before_a_run(
    kind: str, value: object, threshold: float | None, problem: str
) -> None:
    """Found when the first answer is judged, the mistake would already have cost a call."""
    metric = Metric(name=kind, kind=kind, value=value, threshold=threshold)

    with pytest.raises(InvalidInput, match=problem):
        JUDGED_KINDS[kind].check(metric)


def test_factuality_refuses_scores_for_categories_that_are_none() -> None:
    """A misspelt category would silently keep its usual score."""
    metric = Metric(name="f", kind="factuality", value="a", options={"factuality": {"supperset": 0.5}})

    with pytest.raises(InvalidInput, match="supperset"):
        JUDGED_KINDS["factuality"].check(metric)
