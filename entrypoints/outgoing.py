"""What calls addresses that users give: targets, models and webhooks, behind one guard."""

from __future__ import annotations

from adapters.http.addresses import AddressRules
from adapters.http.guard import AddressGuard
from adapters.language_models.opener import StandardLanguageModels
from adapters.metrics.python_scripts import PythonScripts
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from domain.language_models.ports import LanguageModels
from domain.test_execution.ports import Templates
from domain.tracing import Spans
from entrypoints.settings import Settings


def make_guard(settings: Settings) -> AddressGuard:
    """
    Return the judge of addresses: on one's own machine private ones may be called, on a server only public ones.

    Raises:
        BrokenSettings: ANTIPHON_PRIVATE_TARGETS is neither true, false nor ranges.
    """
    said = settings.private_targets or ("true" if settings.is_embedded else "false")
    return AddressGuard(rules=AddressRules.parse(said, name="ANTIPHON_PRIVATE_TARGETS"))


def make_language_models(settings: Settings) -> StandardLanguageModels:
    """Return what opens models, once it is told whose environment to read (`with_environment`)."""
    return StandardLanguageModels({}, guard=make_guard(settings))


def make_targets(
    settings: Settings, *, templates: Templates, models: LanguageModels, spans: Spans | None = None
) -> StandardTargets:
    """
    Return what opens targets, once it is told whose environment to read (`with_environment`).

    A Python function runs with the rights of the worker: on a server that is for the operator to allow.
    """
    told = spans.trace if spans and settings.trace_targets else str  # without leave targets are told nothing
    return StandardTargets(
        {},
        templates,
        models,
        allow_python=settings.is_embedded or settings.allow_python,
        guard=make_guard(settings),
        trace=told,
    )


def make_scorers(settings: Settings, *, templates: Templates) -> StandardScorers:
    """Return what makes scorers of the kinds that need no model."""
    python = PythonScripts() if settings.allow_python else None
    return StandardScorers(templates, python=python, guard=make_guard(settings))
