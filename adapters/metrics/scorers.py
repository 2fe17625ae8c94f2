"""Makes scorers of the standard kinds; what they share is here: templates, negation, and the score."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import cast

from attrs import evolve, field, frozen

from adapters.http.guard import STRICT, AddressGuard
from adapters.javascript.engine import JavaScript
from adapters.metrics.judge import Judge, Kind
from adapters.metrics.kinds import standard_kinds
from adapters.metrics.python_scripts import PythonScripts
from adapters.templates.syntax import holds_template
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.ports import Scorer, Templates
from domain.test_execution.sample import Sample


@frozen
class StandardScorers:
    """
    The `Scorers` port; a metric's value may hold templates over the test's variables.

    *python* None: not allowed. *guard* judges the addresses of webhooks.
    """

    _templates: Templates
    _python: PythonScripts | None = None
    _guard: AddressGuard = STRICT
    _javascript: JavaScript = field(factory=JavaScript)
    _kinds: Mapping[str, Kind] = field(init=False, repr=False)

    @_kinds.default
    def _standard_kinds(self) -> Mapping[str, Kind]:
        return standard_kinds(javascript=self._javascript, python=self._python, guard=self._guard)

    def kinds(self) -> frozenset[str]:
        """Return the kinds of metric there are, without `not-`."""
        return frozenset(self._kinds)

    def make(self, metric: Metric) -> Scorer:
        """
        Return the scorer for the metric; without templates its value is checked and prepared here, once.

        Raises:
            InvalidInput: no such kind, or a value or threshold that the kind can't use.
        """
        kind = self._kinds.get(metric.kind)
        if kind is None:
            near = get_close_matches(metric.kind, self._kinds, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(self._kinds))}"
            raise InvalidInput(f"metric {metric.name!r}: kind: there is no kind {metric.kind!r}; {hint}")
        if holds_template(metric.value):
            return _TemplateScorer(metric=metric, kind=kind, templates=self._templates)
        return _FixedScorer(metric=metric, judge=_judge(metric, kind=kind))


@frozen(kw_only=True)
class _FixedScorer:
    metric: Metric
    judge: Judge = field(repr=False)

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        return _score(self.metric, judge=self.judge, sample=sample, deadline_s=deadline_s)


@frozen(kw_only=True)
class _TemplateScorer:
    metric: Metric
    kind: Kind
    templates: Templates = field(repr=False)

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        try:
            # In a list, so that a value that is one variable keeps the variable's type.
            rendered = cast(list[object], self.templates.render([self.metric.value], sample.variables))
            judge = _judge(evolve(self.metric, value=rendered[0]), kind=self.kind)
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error
        except PermanentFailure as error:
            raise _unusable(self.metric, error) from error
        return _score(self.metric, judge=judge, sample=sample, deadline_s=deadline_s)


def _judge(metric: Metric, *, kind: Kind) -> Judge:
    try:
        return kind(metric)
    except InvalidInput as error:
        raise InvalidInput(f"metric {metric.name!r} ({metric.title}): {error}") from error


def _score(metric: Metric, *, judge: Judge, sample: Sample, deadline_s: float) -> Score:
    try:
        finding = judge(sample, deadline_s)
    except PermanentFailure as error:
        raise _unusable(metric, error) from error
    finding = finding.negated() if metric.negated else finding
    return Score(
        metric=metric.name,
        kind=metric.title,
        verdict=Verdict.PASS if finding.holds else Verdict.FAIL,
        value=finding.value,
        reason=finding.reason,
        weight=metric.weight,
        required=metric.required,
        details=finding.details,
    )


def _unusable(metric: Metric, error: PermanentFailure) -> PermanentFailure:
    return PermanentFailure(f"metric {metric.name!r} ({metric.title}): {error}", kind=FailureKind.EVALUATION_ERROR)
