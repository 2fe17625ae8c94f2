"""How the contract tests of targets open one, ask it once, and look at how that failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.http.guard import LOCAL
from adapters.language_models.opener import StandardLanguageModels
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import ItemFailure
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.ports import Target
from domain.test_execution.target import Answer, ModelTarget, Question, TargetSpec

NOW = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)
PATIENCE_S = 60.0


def opened(spec: TargetSpec, *, environment: Mapping[str, str] | None = None) -> Target:
    """Return the target, opened with this environment and a clock that stands at NOW."""
    return targets_of(environment or {}).open(spec, connections=4)


def targets_of(environment: Mapping[str, str]) -> StandardTargets:
    """Return what opens targets, with a clock that stands at NOW."""
    models = StandardLanguageModels(environment, guard=LOCAL, now=lambda: NOW)
    return StandardTargets(environment, JinjaTemplates(), models, guard=LOCAL, now=lambda: NOW)


def chat_target(*, base_url: str, model: str = "m", system: str = "", **more: Any) -> ModelTarget:
    """Return a model behind an API like OpenAI's at *base_url*."""
    spec = ModelSpec(provider=Provider.OPENAI_COMPATIBLE, base_url=base_url, model=model, **more)
    return ModelTarget(model=spec, system=system)


def ask(
    spec: TargetSpec,
    prompt: str = "What is it?",
    *,
    variables: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    deadline_s: float = PATIENCE_S,
) -> Answer:
    """Open the target, ask it once, close it."""
    target = opened(spec, environment=environment)
    try:
        return target.ask(Question(prompt=prompt, variables=variables or {}), deadline_s=deadline_s)
    finally:
        target.close()


def failure_of(
    spec: TargetSpec,
    *,
    variables: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    deadline_s: float = PATIENCE_S,
) -> ItemFailure:
    """Ask the target once and return the failure it ends in."""
    with pytest.raises(ItemFailure) as caught:
        ask(spec, variables=variables, environment=environment, deadline_s=deadline_s)
    return caught.value
