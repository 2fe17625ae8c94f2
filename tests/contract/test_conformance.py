"""
Every kind of metric against its conformance file: what it says of an output, and with which score.

A file of `tests/conformance` names the page that it agrees with, and where it differs on purpose. Keys of a case: the
metric (`not`, `value`, `threshold`, `config`), the sample (`output`, `json_output`, `output_of`, `data`, `vars`,
`latency_s`, `cost_nanousd`, `service`: what a webhook answers), and what comes of it: `pass` with `score` (to three
decimals), part of the `reason`, `details`; or `refused` (when the metric is made) or `error` (when it is computed).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from attrs import evolve

from adapters.http.guard import LOCAL
from adapters.metrics.python_scripts import PythonScripts
from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure
from domain.test_execution.metric import Metric, Verdict
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase
from tests.services.http_server import ScriptedServer, always, reply

FOLDER = Path(__file__).parents[1] / "conformance"
SCORERS = StandardScorers(JinjaTemplates(), python=PythonScripts(), guard=LOCAL)
FILES: Mapping[str, Mapping[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))
}
CASES = [
    pytest.param(file["kind"], case, id=f"{name}-{number}")
    for name, file in FILES.items()
    for number, case in enumerate(file["cases"], start=1)
]
LEAST_CASES = 6


def metric_of(kind: str, case: Mapping[str, Any]) -> Metric:
    """Build the metric of a case."""
    return Metric(
        name="m",
        kind=kind,
        negated=case.get("not", False),
        value=case.get("value"),
        threshold=case.get("threshold"),
        options={"config": case["config"]} if "config" in case else {},
    )


def sample_of(metric: Metric, case: Mapping[str, Any]) -> Sample:
    """Build the sample of a case; `output_of` is for texts too long to write."""
    repeated = case.get("output_of")
    text = repeated["text"] * repeated["times"] + repeated["end"] if repeated else str(case.get("output", ""))
    return Sample(
        case=TestCase(id="t", prompt="?", metrics=(metric,), variables=case.get("vars", {})),
        prompt="?",
        answer=Answer(text=text, latency_s=case.get("latency_s", 1.0), data=case.get("data")),
        variables=case.get("vars", {}),
        cost_nanousd=case.get("cost_nanousd"),
        output=case.get("json_output"),
    )


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_a_kind_says_what_its_documentation_says(kind: str, case: Mapping[str, Any]) -> None:
    """A configuration that is brought along must give the verdicts it gave before."""
    if "service" not in case:
        check(metric_of(kind, case), case)
        return
    answer = reply(case["service"]["body"], status=f"{case['service'].get('status', 200)} X")
    with ScriptedServer(always(answer)) as server:
        check(evolve(metric_of(kind, case), value=f"{server.url}/hook"), case)


def check(metric: Metric, case: Mapping[str, Any]) -> None:
    """Score the sample of a case, and compare."""
    if "refused" in case:
        with pytest.raises(InvalidInput) as refusal:
            SCORERS.make(metric)
        assert case["refused"] in str(refusal.value)
        return
    scorer = SCORERS.make(metric)
    if "error" in case:
        with pytest.raises(ItemFailure) as failure:
            scorer(sample_of(metric, case), deadline_s=20)
        assert failure.value.kind is FailureKind.EVALUATION_ERROR
        assert case["error"] in str(failure.value)
        return
    score = scorer(sample_of(metric, case), deadline_s=20)
    verdict = Verdict.PASS if case["pass"] else Verdict.FAIL
    assert (score.verdict, round(score.value, 3)) == (verdict, case["score"]), score.reason
    assert case.get("reason", "") in score.reason
    if "details" in case:
        assert score.details == case["details"]


def test_every_kind_has_its_file_and_every_file_is_worth_having() -> None:
    """A kind that is added without one would be nobody's word; a file must try the opposite and what can't be used."""
    assert {file["kind"] for file in FILES.values()} == SCORERS.kinds()
    assert all(name == file["kind"] for name, file in FILES.items())
    for name, file in FILES.items():
        assert file["agrees_with"].startswith("https://www.promptfoo.dev/docs/configuration/expected-outputs/"), name
        assert len(file["cases"]) >= LEAST_CASES, name
        assert any(case.get("not") for case in file["cases"]), name
        assert any("refused" in case for case in file["cases"]), name
