"""The kinds of metric that a model judges: what each takes, needs and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.test_execution.contest import SELECT_BEST
from domain.test_execution.finding import shown
from domain.test_execution.judging.comparison_kinds import better_than
from domain.test_execution.judging.consultation import Consultation, Evidence, Found
from domain.test_execution.judging.contest_kinds import select_best
from domain.test_execution.judging.context_kinds import faithfulness, recall, relevance
from domain.test_execution.judging.rubric_kinds import CATEGORIES, by_criterion, by_facts, by_rubric, by_steps
from domain.test_execution.judging.similarity_kinds import (
    answer_relevance,
    cosine_similar,
    dot_similar,
    euclidean_similar,
)
from domain.test_execution.max_score import check_contest_metric
from domain.test_execution.metric import CONTEXT_TRANSFORM, Metric
from domain.test_execution.script import Script

Judgement = Callable[[Consultation, Evidence, float | None], Found]


@frozen(kw_only=True)
class JudgedKind:
    """
    One kind: its *judgement*, and what it takes.

    *takes*: no value, one text, or one or several. *threshold* is what stands in for a missing one (None: there is
    none, and the judge's own verdict counts). *prompts* are the names of what is asked, none for a kind that only
    *embeds*. One that *reads_context* may be told how to find it in the output.
    """

    judgement: Judgement
    prompts: tuple[str, ...] = ()
    takes: str = "text"
    threshold: float | None = None
    most: float | None = 1.0
    embeds: bool = False
    reads_context: bool = False

    @property
    def asks(self) -> bool:
        """Whether a chat model is needed."""
        return bool(self.prompts)

    def check(self, metric: Metric) -> None:
        """
        Check what can be checked before a run: value and threshold.

        Raises:
            InvalidInput: the kind can't use them; the message names the field.
        """
        if metric.kind == SELECT_BEST:
            check_contest_metric(metric, without=("rubric_prompt",))
            if metric.threshold is not None:
                raise _wrong("threshold", metric.threshold, expected="none: a contest has a winner, and no score")
        _check_value(metric.value, takes=self.takes)
        _check_threshold(metric.threshold, most=self.most)
        if CONTEXT_TRANSFORM in metric.options:
            self._check_context_transform(metric.options[CONTEXT_TRANSFORM])
        if "factuality" in metric.options:
            _check_categories(metric.options["factuality"])

    def _check_context_transform(self, script: object) -> None:
        if not self.reads_context:
            raise _wrong(CONTEXT_TRANSFORM, script, expected="none: this kind reads no context")
        try:
            Script.from_value(script)
        except InvalidInput as error:
            raise InvalidInput(f"{CONTEXT_TRANSFORM}: {error}") from error

    def threshold_of(self, metric: Metric) -> float | None:
        """Return the threshold that counts."""
        return self.threshold if metric.threshold is None else metric.threshold


JUDGED_KINDS: Mapping[str, JudgedKind] = {
    "llm-rubric": JudgedKind(judgement=by_rubric, prompts=("llm-rubric",), takes="anything"),
    "g-eval": JudgedKind(judgement=by_steps, prompts=("g-eval-steps", "g-eval"), takes="texts", threshold=0.7),
    "factuality": JudgedKind(judgement=by_facts, prompts=("factuality",)),
    "model-graded-closedqa": JudgedKind(judgement=by_criterion, prompts=("model-graded-closedqa",)),
    "answer-relevance": JudgedKind(
        judgement=answer_relevance, prompts=("answer-relevance",), takes="nothing", threshold=0.0, embeds=True
    ),
    "context-recall": JudgedKind(judgement=recall, prompts=("context-recall",), threshold=0.0, reads_context=True),
    "context-relevance": JudgedKind(
        judgement=relevance, prompts=("context-relevance",), takes="nothing", threshold=0.0, reads_context=True
    ),
    "context-faithfulness": JudgedKind(
        judgement=faithfulness,
        prompts=("faithfulness-statements", "faithfulness-support"),
        takes="nothing",
        threshold=0.0,
        reads_context=True,
    ),
    "better-than": JudgedKind(judgement=better_than, prompts=("pairwise",), takes="comparison"),
    SELECT_BEST: JudgedKind(judgement=select_best, prompts=(SELECT_BEST,)),
    "similar": JudgedKind(judgement=cosine_similar, takes="texts", threshold=0.75, embeds=True),
    "similar:cosine": JudgedKind(judgement=cosine_similar, takes="texts", threshold=0.75, embeds=True),
    "similar:dot": JudgedKind(judgement=dot_similar, takes="texts", threshold=0.75, most=None, embeds=True),
    "similar:euclidean": JudgedKind(judgement=euclidean_similar, takes="texts", threshold=0.75, most=None, embeds=True),
}


def _check_value(value: object, *, takes: str) -> None:
    if takes == "nothing":
        if value is not None:
            raise _wrong("value", value, expected="nothing: this kind has no use for it")
    elif takes == "texts" and isinstance(value, list | tuple):
        if not value or not all(isinstance(element, str) and element.strip() for element in value):
            raise _wrong("value", value, expected="a text, or a list of texts, none of them empty")
    elif takes == "comparison":
        texts = dict(value) if isinstance(value, Mapping) else {}
        if texts.keys() != {"criterion", "other"} or not all(isinstance(text, str) for text in texts.values()):
            raise _wrong("value", value, expected="{criterion: ..., other: the answer to compare with}")
    elif takes == "anything" and isinstance(value, Mapping):
        return
    elif not isinstance(value, str) or not value.strip():
        raise _wrong("value", value, expected="a text that is not empty")


def _check_threshold(threshold: float | None, *, most: float | None) -> None:
    if threshold is not None and not 0 <= threshold <= (float("inf") if most is None else most):
        expected = "a number, 0 or more" if most is None else f"a score from 0 to {most:g}"
        raise _wrong("threshold", threshold, expected=expected)


def _check_categories(scores: object) -> None:
    known = [name for name, _, _ in CATEGORIES.values()]
    if not isinstance(scores, Mapping):
        raise _wrong("factuality", scores, expected=f"a score for each of {', '.join(known)}")
    for name, score in scores.items():
        if name not in known or isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
            raise _wrong(f"factuality.{name}", score, expected=f"a score from 0 to 1, for one of {', '.join(known)}")


def _wrong(field: str, found: object, *, expected: str) -> InvalidInput:
    return InvalidInput(f"{field}: found {'nothing' if found is None else shown(str(found))}; expected {expected}")
