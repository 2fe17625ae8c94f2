"""
Scorers for the kinds that a model judges, beside all others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import monotonic
from typing import cast

from attrs import field, frozen

from domain.jobs.errors import Deferred, FailureKind, InvalidInput, ItemFailure, PermanentFailure
from domain.jobs.usage import Usage
from domain.language_models.codec import model_to_json
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModels
from domain.language_models.prompt import Prompt
from domain.test_execution.contest import MAX_SCORE
from domain.test_execution.judging.consultation import Evidence, NoOpinion
from domain.test_execution.judging.kinds import JUDGED_KINDS, JudgedKind
from domain.test_execution.judging.opinion import Opinion, Ruling, ruling
from domain.test_execution.judging.own_prompt import own_prompt
from domain.test_execution.judging.session import OpenModel, Session
from domain.test_execution.max_score import check_contest_metric, max_score
from domain.test_execution.metric import CONTEXT_TRANSFORM, Metric, Score, Verdict
from domain.test_execution.panel import Panel, panel_for
from domain.test_execution.ports import Scorer, Scorers, Templates
from domain.test_execution.sample import Sample

DEFAULT_MEAN = 0.5
"""What the mean of several judges' scores must reach where neither metric nor kind has a threshold."""

_OPTIONS = frozenset({"judge", "embedding", "rubric_prompt", "factuality", CONTEXT_TRANSFORM})


@frozen(kw_only=True)
class Judging:
    """What judging needs of the world; made once, and opened for each run with its panel."""

    models: LanguageModels
    prompts: Mapping[str, Prompt] = field(repr=False)
    templates: Templates

    def beside(self, others: Scorers, panel: Panel, *, connections: int) -> Scorers:
        """Return scorers of all kinds, with *panel* as judges, ready for *connections* calls at once."""
        opened = _OpenModels(models=self.models, connections=connections)
        return JudgedScorers(others=others, panel=panel, opened=opened, judging=self)


@frozen(kw_only=True)
class _OpenModels:
    """The models of one run, each opened once, by the first metric that needs it."""

    models: LanguageModels
    connections: int
    _opened: dict[str, OpenModel] = field(factory=dict, init=False, eq=False)

    def get(self, spec: ModelSpec) -> OpenModel:
        key = json.dumps(model_to_json(spec), sort_keys=True, default=str)
        if key not in self._opened:  # losing a race opens the model twice, and forgets one of them
            self._opened[key] = OpenModel(spec=spec, model=self.models.open(spec, connections=self.connections))
        return self._opened[key]


@frozen(kw_only=True)
class JudgedScorers:
    """The `Scorers` port: the judged kinds here, all others by *others*."""

    others: Scorers
    panel: Panel
    opened: _OpenModels
    judging: Judging

    def kinds(self) -> frozenset[str]:
        """Return the kinds of metric there are, without `not-`."""
        return self.others.kinds() | JUDGED_KINDS.keys() | {MAX_SCORE}

    def make(self, metric: Metric) -> Scorer:
        """
        Return the scorer for the metric; no model is opened yet, as a file is read where its keys may not be.

        Raises:
            InvalidInput: a value, threshold or option that the kind can't use.
        """
        kind = JUDGED_KINDS.get(metric.kind)
        if kind is None:
            return self._other(metric)
        try:
            kind.check(metric)
            panel = panel_for(metric, self.panel)
            own_prompt(metric, kind=kind, templates=self.judging.templates)
            return _JudgedScorer(
                metric=metric,
                kind=kind,
                panel=panel,
                opened=self.opened,
                judging=self.judging,
            )
        except InvalidInput as error:
            raise InvalidInput(f"metric {metric.name!r} ({metric.title}): {error}") from error

    def _other(self, metric: Metric) -> Scorer:
        for name in metric.options.keys() & _OPTIONS:
            raise InvalidInput(f"metric {metric.name!r} ({metric.title}): {name}: this kind asks no model; take it out")
        if metric.kind != MAX_SCORE:
            return self.others.make(metric)
        try:
            check_contest_metric(metric)
            return max_score(metric)
        except InvalidInput as error:
            raise InvalidInput(f"metric {metric.name!r} ({metric.title}): {error}") from error


@frozen(kw_only=True)
class _JudgedScorer:
    metric: Metric
    kind: JudgedKind
    panel: Panel
    opened: _OpenModels
    judging: Judging

    def __call__(self, sample: Sample, *, deadline_s: float) -> Score:
        evidence = self._evidence(sample)
        sessions = self._sessions(sample, ends=monotonic() + deadline_s)
        try:
            opinions = [self._opinion(session, evidence) for session in sessions]
        except (ItemFailure, Deferred) as failure:
            failure.usage = sum((session.usage for session in sessions), start=Usage())
            failure.heard = {asked: reply for session in sessions for asked, reply in session.heard.items()}
            raise
        threshold = self.kind.threshold_of(self.metric)
        mean_wanted = DEFAULT_MEAN if threshold is None else threshold
        found = ruling(opinions, rule=self.panel.rule, threshold=mean_wanted)
        usage = sum((session.usage for session in sessions), start=Usage())
        return self._score(found.negated() if self.metric.negated else found, usage)

    def _sessions(self, sample: Sample, *, ends: float) -> list[Session]:
        write = own_prompt(self.metric, kind=self.kind, templates=self.judging.templates).for_sample(sample)
        try:
            named = self.panel.judges if self.kind.asks else ()
            judges: list[OpenModel | None] = [self.opened.get(spec) for spec in named]
            embedding = self.panel.embedding if self.kind.embeds else None
            embedder = self.opened.get(embedding) if embedding else None
        except InvalidInput as error:
            raise PermanentFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error
        return [
            Session(
                judge=judge,
                embedder=embedder,
                prompts=self.judging.prompts,
                write=write,
                ends=ends,
                seat=seat,
                known=sample.heard,
            )
            for seat, judge in enumerate(judges or [None])
        ]

    def _opinion(self, session: Session, evidence: Evidence) -> Opinion:
        holds: bool | None = None
        value: float | None = None
        winner = ""
        try:
            found = self.kind.judgement(session, evidence, self.kind.threshold_of(self.metric))
            holds, value, reason, winner = found.holds, found.value, found.reason, found.winner
        except NoOpinion as error:
            reason = str(error)
        except PermanentFailure as error:
            raise self._unusable(error) from error
        return Opinion(
            model=self._name(session),
            prompts=tuple(session.titles),
            holds=holds,
            value=value,
            reason=reason,
            requests=session.usage.requests,
            winner=winner,
        )

    def _evidence(self, sample: Sample) -> Evidence:
        try:
            rendered = cast(list[object], self.judging.templates.render([self.metric.value], sample.variables))
        except PermanentFailure as error:
            raise self._unusable(error) from error
        query = sample.variables.get("query")
        return Evidence(
            question=query if isinstance(query, str) else sample.prompt,
            answer=sample.answer.text,
            value=rendered[0],
            variables=sample.variables,
            options=self.metric.options,
            candidates=sample.candidates,
        )

    def _score(self, found: Ruling, usage: Usage) -> Score:
        verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.INCONCLUSIVE}[found.holds]
        return Score(
            metric=self.metric.name,
            kind=self.metric.title,
            verdict=verdict,
            value=found.value,
            reason=found.reason,
            weight=self.metric.weight,
            required=self.metric.required,
            usage=usage,
            details=found.details(self.panel.rule),
        )

    def _name(self, session: Session) -> str:
        used = session.judge or session.embedder
        return used.spec.name if used else "nobody"

    def _unusable(self, error: PermanentFailure) -> PermanentFailure:
        message = f"metric {self.metric.name!r} ({self.metric.title}): {error}"
        return PermanentFailure(message, kind=FailureKind.EVALUATION_ERROR)
