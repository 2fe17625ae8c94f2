"""
The test-execution family: what a run's plan is, and what one item of it does.

One item asks the target once and judges the answer. A wrong answer is a succeeded item with verdict `fail`; an item
fails only when it could not be executed or judged, and then keeps the answer it paid for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import monotonic
from typing import ClassVar, cast

import attrs
from attrs import frozen

from domain.jobs.errors import Deferred, FailureKind, InvalidInput, ItemFailure, PermanentFailure, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext
from domain.test_execution.codec import (
    gates_from_json,
    item_from_json,
    item_to_json,
    kept_answer_from_json,
    kept_answer_to_json,
    result_to_json,
    targets_from_json,
    targets_to_json,
    to_json,
)
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric, Score, verdict_of, weighted_value
from domain.test_execution.metric_sets import scores_of
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorer, Scorers, Target, Targets, Templates, TestSets
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer, Question, usage_of
from domain.test_execution.test_set import ConfigurationId, Gates, TestItem, TestSetId, items_of

KIND = "test_execution"


@frozen(kw_only=True)
class RunSpec:
    """
    What a run's job carries: which tests, against what, who judges, and the gates.

    It is a snapshot that later changes don't reach.
    """

    test_set_id: TestSetId
    test_set_name: str
    targets: tuple[NamedTarget, ...]
    gates: Gates = attrs.field(factory=Gates)
    configuration_id: ConfigurationId | None = None
    panel: Panel = attrs.field(factory=Panel)

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        return {
            "test_set_id": self.test_set_id,
            "test_set_name": self.test_set_name,
            "targets": targets_to_json(self.targets),
            "gates": to_json(self.gates),
            "configuration_id": self.configuration_id,
            **({} if self.panel.is_empty else {"panel": self.panel.to_document()}),
        }

    @classmethod
    def from_document(cls, spec: Document) -> RunSpec:
        """Read a specification back from a job."""
        configuration_id = spec.get("configuration_id")
        return cls(
            test_set_id=TestSetId(str(spec["test_set_id"])),
            test_set_name=str(spec["test_set_name"]),
            targets=targets_from_json(spec),
            gates=gates_from_json(cast(Document, spec.get("gates", {}))),
            configuration_id=ConfigurationId(str(configuration_id)) if configuration_id else None,
            panel=Panel.from_document(cast(Document, spec.get("panel", {}))),
        )


@frozen(kw_only=True)
class TestExecution:
    """The family. Swap any of its ports with `attrs.evolve`."""

    __test__: ClassVar[bool] = False

    test_sets: TestSets
    targets: Targets
    scorers: Scorers
    templates: Templates
    judging: Judging

    @property
    def kind(self) -> str:
        """`test_execution`."""
        return KIND

    @property
    def allows_empty_plan(self) -> bool:
        """A run without tests proves nothing: no."""
        return False

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield one item for each test, repeat and target, in the order of the test set."""
        spec = RunSpec.from_document(job.spec)
        names = [target.name for target in spec.targets]
        for item in items_of(self.test_sets.cases(tenant, spec.test_set_id), targets=names):
            yield PlannedItem(key=item.key, input=item_to_json(item))

    def prepare(self, tenant: TenantContext, job: Job) -> TestRunner:
        """
        Open the run's targets, each for as many calls at once as the job allows; judges are opened when first needed.

        Raises:
            InvalidInput: a target can't be used here (an environment variable that is not set, for one).
        """
        _ = tenant
        spec, connections = RunSpec.from_document(job.spec), job.options.concurrency
        targets = {target.name: self.targets.open(target.spec, connections=connections) for target in spec.targets}
        scorers = self.judging.beside(self.scorers, spec.panel, connections=connections)
        return TestRunner(targets=targets, scoring=Scoring(scorers=scorers), templates=self.templates)


@frozen(kw_only=True)
class TestRunner:
    """Runs the items of one job in one process."""

    __test__: ClassVar[bool] = False

    targets: Mapping[str, Target]
    scoring: Scoring
    templates: Templates

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Ask, judge, and return the outcome; the verdict says how good the answer was.

        An answer that could not be judged is kept: the next attempt judges it, and asks nobody.
        """
        ends = monotonic() + deadline_s
        test = item_from_json(item.input)
        kept = kept_answer_from_json(item.progress)
        prompt, answer = kept or self._ask(test, deadline_s=deadline_s)
        usage = NOTHING if kept else usage_of(answer)
        sample = _sample(test, prompt, answer)
        try:
            scores = self.scoring.scores(test.case.metrics, sample, deadline_s=max(0.0, ends - monotonic()))
        except (PermanentFailure, TransientFailure, Deferred) as failure:
            if not kept:
                keep(kept_answer_to_json(prompt, answer), usage)
            if isinstance(failure, ItemFailure):
                failure.partial_result = result_to_json(prompt, answer, [], None)
            raise
        return Outcome(
            state=ItemState.SUCCEEDED,
            verdict=verdict_of(scores, threshold=test.case.threshold),
            result=result_to_json(prompt, answer, scores, weighted_value(scores)),
            usage=sum((score.usage for score in scores if score.usage), start=usage),
        )

    def _ask(self, test: TestItem, *, deadline_s: float) -> tuple[str, Answer]:
        target = self._target(test.target)
        prompt = self._prompt(test.case.prompt, test.case.variables)
        question = Question(prompt=prompt, variables=test.case.variables)
        try:
            return prompt, target.ask(question, deadline_s=deadline_s)
        except ItemFailure as failure:
            failure.usage += Usage(requests=1)
            raise

    def _target(self, name: str) -> Target:
        target = self.targets.get(name)
        if target is None:
            known = ", ".join(map(repr, self.targets))
            raise PermanentFailure(f"the run has no target {name!r}; it has {known}", kind=FailureKind.BAD_INPUT)
        return target

    def _prompt(self, template: str, variables: Document) -> str:
        rendered = self.templates.render(template, variables)
        return rendered if isinstance(rendered, str) else str(rendered)


def _sample(test: TestItem, prompt: str, answer: Answer) -> Sample:
    return Sample(
        case=test.case,
        prompt=prompt,
        answer=answer,
        variables=test.case.variables,
        repeat=test.repeat,
        target=test.target,
        cost_nanousd=answer.cost_nanousd,
    )


@frozen(kw_only=True)
class Scoring:
    """Scores answers; a metric that many tests share is prepared once."""

    scorers: Scorers
    _made: dict[str, Scorer] = attrs.field(factory=dict, init=False, eq=False)

    def scores(self, metrics: tuple[Metric, ...], sample: Sample, *, deadline_s: float) -> list[Score]:
        """
        Return a score for each metric; *deadline_s* is the time left for all of them, in seconds.

        Raises:
            PermanentFailure: evaluation_error: a metric could not be computed; it has no verdict.
        """
        ends = monotonic() + deadline_s

        def score(metric: Metric) -> Score:
            return self._scorer(metric)(sample, deadline_s=max(0.0, ends - monotonic()))

        return scores_of(metrics, score=score)

    def _scorer(self, metric: Metric) -> Scorer:
        # keyed by its words: metrics hold JSON, which can't be hashed; losing a race makes the same scorer twice
        key = repr(metric)
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = self._make(metric)
        return known

    def _make(self, metric: Metric) -> Scorer:
        try:
            return self.scorers.make(metric)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error
