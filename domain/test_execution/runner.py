"""
What one item of a test run does: get the answer, judge it, say what became of it.

The answer comes from the target, or is there already: kept by an attempt whose judge failed, stored by an earlier run,
or given with the test. Nobody is asked for what is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import ClassVar

import attrs
from attrs import frozen

from domain.jobs.admission import Admission
from domain.jobs.errors import Deferred, FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemState, Outcome
from domain.jobs.usage import NOTHING, Usage
from domain.test_execution.codec import item_from_json, result_to_json
from domain.test_execution.contesting import Contests, Rows
from domain.test_execution.conversing import Conversation, Conversations, result_of, scores_of_conversation
from domain.test_execution.dialogue import whole_answer
from domain.test_execution.guarded_target import admission_to
from domain.test_execution.judging.needs import is_judged
from domain.test_execution.metric import Metric, Score, verdict_of, weighted_value
from domain.test_execution.ports import Target
from domain.test_execution.recorded_answer import RecordedAnswer, kept_by, stored_answer
from domain.test_execution.sample import Sample
from domain.test_execution.scoring import Scoring, paid_by
from domain.test_execution.target import Answer, Question, usage_of
from domain.test_execution.test_set import TestItem


@frozen(kw_only=True)
class TestRunner:
    """Runs the items of one job in one process."""

    __test__: ClassVar[bool] = False

    targets: Mapping[str, Target]
    scoring: Scoring
    conversations: Conversations
    rows: Rows
    run_id: str

    @property
    def admission(self) -> Admission:
        """Who lets items in before they are claimed."""
        return admission_to(list(self.targets.values()))

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Get the answer, judge it, and return the outcome; the verdict says how good the answer was.

        An answer that a model will judge is kept before, and every score with it when a later one fails: the next
        attempt asks nobody for what it finds kept.
        """
        ends = monotonic() + deadline_s
        test = item_from_json(item.input)
        if test.contest:
            return Contests(scoring=self.scoring, rows=self.rows).hold(item, test, deadline_s=deadline_s, keep=keep)
        if test.case.dialogue is not None:
            return self._converse(item, test, ends=ends, keep=keep)
        kept = kept_by(item)
        variables = self.scoring.shaping.variables(test.case, deadline_s=deadline_s)
        recorded = kept or self._obtain(test, variables, deadline_s=deadline_s)
        unkept = usage_of(recorded.answer) if kept is None and _is_live(test) else NOTHING
        if kept is None and _is_live(test) and is_judged(test.case.metrics):
            keep(recorded.to_document(), unkept)
            unkept = NOTHING
        made, sample = list(recorded.scores), _sample(test, recorded, variables)
        try:
            scores = self.scoring.scores(test.case.metrics, sample, deadline_s=max(0.0, ends - monotonic()), made=made)
        except (PermanentFailure, TransientFailure, Deferred) as failure:
            now = attrs.evolve(recorded, scores=tuple(made), heard=failure.heard)
            paid = paid_by(failure)
            if now != kept or paid:
                keep(now.to_document(), unkept + _cost(made[len(recorded.scores) :]) + paid)
            if isinstance(failure, ItemFailure):
                failure.partial_result = _result(test, recorded, [], None)
            raise
        return Outcome(
            state=ItemState.SUCCEEDED,
            verdict=verdict_of(scores, threshold=test.case.threshold),
            result=_result(test, recorded, scores, weighted_value(scores)),
            usage=unkept + _cost(made[len(recorded.scores) :]),
        )

    def _converse(self, item: Item, test: TestItem, *, ends: float, keep: Keep) -> Outcome:
        """Hold the conversation, which keeps each turn, then judge it, and keep the scores when a judge fails."""
        variables = self.scoring.shaping.variables(test.case, deadline_s=ends - monotonic())
        test = attrs.evolve(test, case=attrs.evolve(test.case, variables=variables))
        talk = self._talk(item, test, ends=ends, keep=keep)
        made = [list(scores) for scores in talk.scores] or [[] for _ in range(len(talk.exchanges) + 1)]
        before = [len(scores) for scores in made]

        def score_all(metrics: tuple[Metric, ...], sample: Sample, made: list[Score]) -> list[Score]:
            return self.scoring.scores(metrics, sample, deadline_s=max(0.0, ends - monotonic()), made=made)

        def spent() -> Usage:
            return _cost([score for scores, known in zip(made, before, strict=True) for score in scores[known:]])

        def result(scores: list[Score]) -> dict[str, object]:
            recorded = RecordedAnswer(prompt=talk.prompt, answer=whole_answer(talk.exchanges))
            return {**_result(test, recorded, scores, weighted_value(scores)), **result_of(talk)}

        try:
            scores = scores_of_conversation(test, talk, score_all=score_all, made=made)
        except (PermanentFailure, TransientFailure, Deferred) as failure:
            scored = attrs.evolve(talk, scores=tuple(map(tuple, made)), heard=failure.heard)
            paid = paid_by(failure)
            if paid or failure.heard or (scored != talk and any(made)):
                keep(scored.to_document(), spent() + paid)
            if isinstance(failure, ItemFailure):
                failure.partial_result = result([])
            raise
        return Outcome(
            state=ItemState.SUCCEEDED,
            verdict=verdict_of(scores, threshold=test.case.threshold),
            result=result(scores),
            usage=spent(),
        )

    def _talk(self, item: Item, test: TestItem, *, ends: float, keep: Keep) -> Conversation:
        if test.stored is None:
            return self.conversations.hold(
                test,
                target=self._target(test.target),
                id=f"{self.run_id}-{item.no}",
                kept=item.progress,
                deadline_s=ends - monotonic(),
                keep=keep,
            )
        if item.progress:
            return Conversation.from_document(item.progress)
        stored_answer(test.stored)  # one that is missing says why
        return Conversation.from_stored(test.stored)

    def _obtain(self, test: TestItem, variables: Document, *, deadline_s: float) -> RecordedAnswer:
        if test.stored is not None:
            return stored_answer(test.stored)
        prompt = self.scoring.shaping.prompt(test.case.prompt, variables)
        if test.case.given_answer is not None:
            return RecordedAnswer(prompt=prompt, answer=Answer(text=test.case.given_answer, latency_s=0.0))
        question = Question(prompt=prompt, variables=variables, repeat=test.repeat)
        try:
            answer = self._target(test.target).ask(question, deadline_s=deadline_s)
        except ItemFailure as failure:
            if failure.kind is not FailureKind.TARGET_DOWN:  # nobody was called
                failure.usage += Usage(requests=1)
            raise
        return RecordedAnswer(prompt=prompt, answer=answer)

    def _target(self, name: str) -> Target:
        target = self.targets.get(name)
        if target is None:
            known = ", ".join(map(repr, self.targets))
            raise PermanentFailure(f"the run has no target {name!r}; it has {known}", kind=FailureKind.BAD_INPUT)
        return target


def _is_live(test: TestItem) -> bool:
    return test.stored is None and test.case.given_answer is None


def _cost(scores: Sequence[Score]) -> Usage:
    return sum((score.usage for score in scores if score.usage), start=NOTHING)


def _result(test: TestItem, recorded: RecordedAnswer, scores: list[Score], value: float | None) -> dict[str, object]:
    """Return what is kept of the item, with its provenance: live, stored (and which output), or given with the test."""
    result = result_to_json(recorded.prompt, recorded.answer, scores, value)
    if test.stored is not None:
        return {**result, "provenance": "stored", "source": test.stored["source"]}
    if test.case.given_answer is not None:
        del result["latency_s"]  # nobody was waited for
        return {**result, "provenance": "given"}
    return {**result, "provenance": "live"}


def _sample(test: TestItem, recorded: RecordedAnswer, variables: Document) -> Sample:
    return Sample(
        case=test.case,
        prompt=recorded.prompt,
        answer=recorded.answer,
        variables=variables,
        repeat=test.repeat,
        target=test.target,
        cost_nanousd=recorded.answer.cost_nanousd,
        heard=recorded.heard,
    )
