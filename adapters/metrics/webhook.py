"""The kind `webhook`: a service of the user's gets the output and says yes or no."""

from __future__ import annotations

import json

from attrs import frozen

from adapters.http.call import DEFAULT_HEADERS, HttpCall, utc_now
from adapters.http.environment import EnvironmentValues
from adapters.http.exchange import HttpConnections, Reply
from adapters.http.guard import AddressGuard
from adapters.http.url import Url
from adapters.metrics import values
from adapters.metrics.grading import graded
from adapters.metrics.judge import Judge
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.test_execution.finding import Finding, Negation, shown
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample

TIMEOUT_S = 5.0
_MAX_BYTES = 1_000_000


@frozen
class WebhookKind:
    """
    POST the output with prompt and variables; the service answers with `pass`, and may add `score` and `reason`.

    The URL takes no `${NAME}`: a test file must not send the environment to an address of its own.
    """

    _guard: AddressGuard

    def __call__(self, metric: Metric) -> Judge:
        """Return what calls the webhook."""
        values.nothing(metric.threshold, field="threshold")
        address = values.needle(metric.value)
        url = Url.parse(address, field="value", shown=address)
        call = HttpCall(
            method="POST",
            shown=f"webhook {address}",
            url=url,
            headers={**DEFAULT_HEADERS, "Content-Type": "application/json"},
            max_bytes=_MAX_BYTES,
            timeout_s=TIMEOUT_S,
            values=EnvironmentValues({}),
            # size 0: nobody tells a scorer when to close what it keeps
            connections=HttpConnections(url, size=0, guard=self._guard),
            now=utc_now,
        )
        return lambda sample, deadline_s: _finding(_reply(call, sample, deadline_s=deadline_s), name=call.shown)


def _reply(call: HttpCall, sample: Sample, *, deadline_s: float) -> Reply:
    context = {"prompt": sample.prompt, "vars": sample.variables}
    body = json.dumps({"output": sample.seen_output, "context": context}).encode()
    try:
        reply = call.send(body, variables={}, deadline_s=deadline_s)
    except ItemFailure as error:
        if error.kind is FailureKind.BAD_INPUT:  # its address may not be called
            raise _unusable(str(error)) from error
        raise TransientFailure(str(error), kind=FailureKind.EVALUATION_ERROR) from error
    if reply.status >= 500 or reply.status == 429:
        raise TransientFailure(f"{call.shown}: HTTP {reply.status}", kind=FailureKind.EVALUATION_ERROR)
    if not reply.is_success or not reply.is_complete:
        problem = f"HTTP {reply.status}" if reply.is_complete else f"more than {_MAX_BYTES} bytes"
        raise _unusable(f"{call.shown}: {problem}")
    return reply


def _finding(reply: Reply, *, name: str) -> Finding:
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise _unusable(f"{name}: answered what is no JSON: {shown(repr(reply.body[:80]))}") from error
    if not isinstance(said, dict):
        raise _unusable(f"{name}: answered {shown(repr(said))}; expected an object with pass")
    score = said.get("score", 0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise _unusable(f"{name}: the score is {shown(repr(score))}; expected a number from 0 to 1")
    found = graded(said, threshold=None, who="the webhook")
    return Finding(holds=found.holds, value=found.value, reason=found.reason, negation=Negation.MIRRORS_VALUE)


def _unusable(problem: str) -> PermanentFailure:
    return PermanentFailure(problem, kind=FailureKind.EVALUATION_ERROR)
