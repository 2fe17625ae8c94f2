"""
A test run as promptfoo writes its `output.json`, version 3, for the tools that read that; streamed from the rows.

What promptfoo has no word for is put in its nearest one, so that no test reads better than it was: an inconclusive
test and one that did not run are errors there (`failureReason` 2), and say so. Prompts that differ from test to test
are one prompt `{{prompt}}`, each test's own being in its result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from attrs import define, field

from adapters.reports.files import replacing
from adapters.reports.promptfoo_sums import ERROR, NANO, REASONS, PromptSums, named_scores, tokens_json
from domain.jobs.item import Document, Item
from domain.jobs.job import Job
from domain.test_execution.metric import Score, Verdict
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import RunSummary
from domain.test_execution.target import HttpTarget, ModelTarget
from domain.test_execution.test_result import Standing, TestResult, read_result

_NOT_UTF_8 = re.compile("[\ud800-\udfff]")
_VARYING = "{{prompt}}"


def write_promptfoo(
    path: Path, *, job: Job, items: Callable[[], Iterator[Item]], summary: RunSummary, title: str
) -> None:
    """
    Write the run to *path*; *title* is its description, *items* yields the rows in their order.
    Contests are left out: their rows are no answer of a provider.

    Raises:
        InvalidInput: the file can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as file:
        for piece in promptfoo_pieces(job, items(), summary=summary, title=title):
            file.write(piece)


def promptfoo_pieces(job: Job, items: Iterable[Item], *, summary: RunSummary, title: str) -> Iterator[str]:
    """Yield the run as promptfoo writes it, piece by piece."""
    rows = _Rows(providers={target.name: provider_of(target) for target in RunSpec.from_document(job.spec).targets})
    yield f'{{"evalId": {_json(job.id)}, "results": {{"version": 3, "timestamp": {_json(_moment(job))}, "results": ['
    for at, item in enumerate(item for item in items if "contest" not in item.input):
        yield f"{',' if at else ''}\n{_json(rows.row(job, item))}"
    yield f'], "prompts": {_json(rows.prompts())}, "stats": {_json(_stats(job, summary))}}}, '
    yield f'"config": {_json({"description": title})}, "shareableUrl": null, '
    yield f'"metadata": {_json(_metadata(job))}}}\n'


def provider_of(target: NamedTarget) -> dict[str, str]:
    """Return the target as promptfoo names providers; never with headers or keys."""
    spec = target.spec
    if isinstance(spec, ModelTarget):
        identifier = spec.model.name
    elif isinstance(spec, HttpTarget):
        identifier = spec.url
    else:
        identifier = f"python:{spec.module}:{spec.function}"
    return {"id": identifier, "label": target.name} if target.name else {"id": identifier}


@define(kw_only=True)
class _Rows:
    """Numbers tests and prompts as they come, and adds up what promptfoo says of each prompt."""

    providers: Mapping[str, dict[str, str]]
    _prompts: dict[tuple[str, str], dict[str, object]] = field(factory=dict)
    _sums: dict[tuple[str, str], PromptSums] = field(factory=dict)
    _numbers: dict[int, int] = field(factory=dict)
    _test_id: str | None = None
    _tests: int = 0

    def row(self, job: Job, item: Item) -> dict[str, object]:
        result = read_result(item)
        case = cast(Document, item.input["case"])
        provider = self.providers.get(result.target) or {"id": result.target}
        key = (result.target, result.prompt_label)
        self._note_prompt(key, provider, str(case.get("prompt", "")))
        self._sums.setdefault(key, PromptSums()).add(result)
        return {
            "id": f"{job.id}/{item.no}",
            "promptIdx": list(self._prompts).index(key),
            "testIdx": self._number(str(case.get("base_id") or result.test_id), result.repeat),
            "testCase": _test_case(result, case),
            "promptId": result.prompt_label or result.test_id,
            "provider": provider,
            "prompt": {"raw": result.prompt, "label": result.prompt_label or result.prompt},
            "vars": dict(result.variables),
            **_outcome(result),
        }

    def _note_prompt(self, key: tuple[str, str], provider: dict[str, str], template: str) -> None:
        known = self._prompts.setdefault(
            key, {"raw": template, "label": key[1] or template, "provider": provider.get("label") or provider["id"]}
        )
        if known["raw"] != template:
            known |= {"raw": _VARYING, "label": key[1] or _VARYING}

    def _number(self, test_id: str, repeat: int) -> int:
        """Return the test's number; the same over prompts and targets, and another for each repeat."""
        if test_id != self._test_id:
            self._test_id = test_id
            self._tests += len(self._numbers)
            self._numbers.clear()
        return self._tests + self._numbers.setdefault(repeat, len(self._numbers))

    def prompts(self) -> list[dict[str, object]]:
        return [{**prompt, "metrics": self._sums[key].to_json()} for key, prompt in self._prompts.items()]


def _test_case(result: TestResult, case: Document) -> dict[str, object]:
    asserts = [_assertion(metric) for metric in cast(list[Document], case.get("metrics", ()))]
    return {"description": result.description or result.test_id, "vars": dict(result.variables), "assert": asserts,
            "metadata": {"id": result.test_id, "tags": list(result.tags)}}  # fmt: skip


def _assertion(metric: Document) -> dict[str, object]:
    kind = f"not-{metric['kind']}" if metric.get("negated") else str(metric["kind"])
    kept = {name: metric[name] for name in ("value", "threshold", "weight") if name in metric}
    return {"type": kind, **kept, **({"metric": metric["name"]} if metric["name"] != kind else {})}


def _outcome(result: TestResult) -> dict[str, object]:
    is_error = result.standing not in REASONS
    tokens = tokens_json(
        result.prompt_tokens or 0, result.completion_tokens or 0, requests=int(result.answer is not None)
    )
    cost = (result.cost_nanousd or 0) / NANO
    response = (
        {} if result.answer is None else {"response": {"output": result.answer, "tokenUsage": tokens, "cost": cost}}
    )
    return {
        **response,
        "error": _error(result) if is_error else None,
        "failureReason": REASONS.get(result.standing, ERROR),
        "success": result.standing is Standing.PASS,
        "score": result.score or 0,
        "latencyMs": round(1000 * (result.latency_s or 0)),
        "gradingResult": _grading(result) if result.scores else None,
        "namedScores": {name: scores.mean for name, scores in named_scores(result.scores).items()},
        "cost": cost,
        "metadata": {},
        "tokenUsage": tokens,
    }


def _error(result: TestResult) -> str:
    if result.failure is not None:
        return f"{result.failure.kind}: {result.failure.message}"
    if result.standing is Standing.INCONCLUSIVE:
        return "inconclusive: " + "; ".join(s.reason for s in result.scores if s.verdict is Verdict.INCONCLUSIVE)
    return f"{result.standing}: the test did not run"


def _grading(result: TestResult) -> dict[str, object]:
    named = named_scores(result.scores)
    wrong = [score.reason for score in result.scores if score.verdict is not Verdict.PASS]
    return {
        "pass": result.standing is Standing.PASS,
        "score": result.score or 0,
        "reason": wrong[0] if wrong else "All assertions passed",
        "componentResults": [_component(score) for score in result.scores],
        "namedScores": {name: scores.mean for name, scores in named.items()},
        "namedScoreWeights": {name: scores.weight for name, scores in named.items()},
    }


def _component(score: Score) -> dict[str, object]:
    return {
        "pass": score.verdict is Verdict.PASS,
        "score": score.value,
        "reason": score.reason,
        "assertion": {"type": score.kind, "metric": score.metric, "weight": score.weight},
    }


def _stats(job: Job, summary: RunSummary) -> dict[str, object]:
    took = (job.ended_at - job.started_at).total_seconds() if job.ended_at and job.started_at else 0.0
    return {
        "successes": summary.passed,
        "failures": summary.failed,
        "errors": summary.tally.total - summary.passed - summary.failed,
        "tokenUsage": tokens_json(summary.tokens.prompt, summary.tokens.completion, requests=summary.tokens.answers),
        "durationMs": round(1000 * took),
    }


def _metadata(job: Job) -> dict[str, object]:
    return {"exportedBy": "antiphon", "evaluationCreatedAt": _moment(job), "author": job.started_by}


def _moment(job: Job) -> str:
    moment: datetime = job.started_at or job.created_at
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> str:
    return _NOT_UTF_8.sub("\ufffd", json.dumps(value, ensure_ascii=False))
