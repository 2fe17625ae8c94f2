"""Kinds that a test file brings as scripts: `javascript`, in a sandbox, and `python`, where the operator allows it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from adapters.javascript.engine import JavaScript
from adapters.javascript.outcome import Result
from adapters.metrics.grading import graded
from adapters.metrics.judge import Judge
from adapters.metrics.python_scripts import PythonScripts
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.finding import Finding, Negation
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample
from domain.test_execution.script import Script

NAMES = ("output", "context")


@frozen
class JavaScriptKind:
    """A script of `output` and `context`; that it throws at an answer is a fail, also of a negated metric."""

    _javascript: JavaScript

    def __call__(self, metric: Metric) -> Judge:
        """
        Check the script and return the judge that calls it.

        Raises:
            InvalidInput: it is no JavaScript.
        """
        script = Script.from_value(metric.value)
        self._javascript.check(script, names=NAMES)

        def judge(sample: Sample, deadline_s: float) -> Finding:
            values = (sample.seen_output, script_context(sample, config=metric.options.get("config")))
            result = self._javascript.call(script, names=NAMES, values=values, deadline_s=deadline_s)
            return _found(result, threshold=metric.threshold)

        return judge


@frozen
class PythonKind:
    """A script of `output` and `context`, in a process of its own; None: not allowed here."""

    _scripts: PythonScripts | None

    def __call__(self, metric: Metric) -> Judge:
        """
        Check the script and return the judge that calls it.

        Raises:
            InvalidInput: it is no Python, or Python is not allowed.
        """
        script = Script.from_value(metric.value)
        scripts = self._scripts
        if scripts is None:
            raise InvalidInput(
                "python scripts have all rights of the worker and are not allowed here; allow them "
                "(ANTIPHON_ALLOW_PYTHON=true) or write javascript"
            )
        scripts.check(script)

        def judge(sample: Sample, deadline_s: float) -> Finding:
            context = script_context(sample, config=metric.options.get("config"))
            result = scripts.call(script, output=sample.seen_output, context=context, deadline_s=deadline_s)
            return _found(result, threshold=metric.threshold)

        return judge


def script_context(sample: Sample, *, config: object) -> Mapping[str, object]:
    """Return what a script knows as `context`, by promptfoo's names; money in US dollars, times in milliseconds."""
    answer, case = sample.answer, sample.case
    latency_ms = round(answer.latency_s * 1000, 3)
    cost = None if sample.cost_nanousd is None else sample.cost_nanousd / 1e9
    tokens = {"prompt": answer.prompt_tokens, "completion": answer.completion_tokens}
    return {
        "vars": sample.variables,
        "prompt": sample.prompt,
        "config": config if config is not None else {},
        "test": {
            "id": case.id,
            "description": case.description,
            "vars": case.variables,
            "tags": case.tags,
            "options": {},
            "metadata": {},
        },
        "provider": {"id": sample.target},
        "providerResponse": {
            "output": sample.seen_output,
            "raw": answer.data,
            "latencyMs": latency_ms,
            "cost": cost,
            "tokenUsage": {**tokens, "total": sum(filter(None, tokens.values()))},
        },
        "latencyMs": latency_ms,
        "cost": cost,
        "repeat": sample.repeat,
    }


def _found(result: Result, *, threshold: float | None) -> Finding:
    if result.threw:
        reason = f"the script threw {result.threw}: {result.message}"
        return evolve(Finding.of(False, reason=reason), negation=Negation.CHANGES_NOTHING)
    if not result.is_json:
        raise PermanentFailure(
            f"the script gave {result.found}; expected true or false, a number, or an object with pass and score "
            "(a body of several lines needs `return`)",
            kind=FailureKind.EVALUATION_ERROR,
        )
    found = graded(result.value, threshold=threshold, who="the script")
    return evolve(found, negation=Negation.MIRRORS_VALUE) if isinstance(result.value, bool) else found
