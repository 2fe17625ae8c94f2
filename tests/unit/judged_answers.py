"""Answers, metrics and scripted judges, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.scripted import ScriptedModels
from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from domain.language_models.conversation import Completion, Message
from domain.language_models.guarded import GuardedModels
from domain.language_models.model import ModelSpec, Provider
from domain.limits.doors import JobDoors
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.metric import Metric, Score
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorers
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase

Reply = Callable[[Sequence[Message]], str | Completion]
PASS = '{"reason": "it is", "score": 1.0, "pass": true}'
FAIL = '{"reason": "it is not", "score": 0.0, "pass": false}'


def a_judge(name: str = "j") -> ModelSpec:
    """Return a judge that a test scripts."""
    return ModelSpec(provider=Provider.SCRIPTED, model=name)


def scorers(reply: Reply, panel: Panel | None = None, *, doors: JobDoors | None = None) -> Scorers:
    """Return scorers whose judges answer with *reply*, behind *doors* if there are any."""
    templates = JinjaTemplates()
    scripted = ScriptedModels(reply)
    models = GuardedModels(scripted, doors) if doors else scripted
    judging = Judging(models=models, prompts=judge_prompts(), templates=templates)
    panel = panel or Panel(judges=(a_judge(),), embedding=a_judge("e"))
    return judging.beside(StandardScorers(templates), panel, connections=1)


def sample(answer: str = "Paris.", **variables: object) -> Sample:
    """Return an answer to judge."""
    case = TestCase(id="t", prompt="Capital?", variables=variables)
    return Sample(case=case, prompt="Capital?", answer=Answer(text=answer, latency_s=0.1), variables=variables)


def rubric(
    value: object = "is polite",
    *,
    negated: bool = False,
    threshold: float | None = None,
    options: Mapping[str, object] | None = None,
) -> Metric:
    """Return a metric that asks whether the answer is polite."""
    return Metric(
        name="polite", kind="llm-rubric", value=value, negated=negated, threshold=threshold, options=options or {}
    )


def judged_score(
    reply: Reply, metric: Metric | None = None, *, panel: Panel | None = None, **variables: object
) -> Score:
    """Return what the judge makes of an answer."""
    return scorers(reply, panel).make(metric or rubric())(sample("Paris.", **variables), deadline_s=5)
