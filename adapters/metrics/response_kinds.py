"""Kinds that look at how the answer came: its latency, its cost, why the model stopped, how sure it was, a refusal."""

from __future__ import annotations

import math
from collections.abc import Mapping

from attrs import evolve

from adapters.metrics import responses, values
from adapters.metrics.judge import Judge, Kind, of_sample
from adapters.metrics.refusals import says_no
from domain.jobs.errors import FailureKind, PermanentFailure
from domain.test_execution.finding import Finding, Negation, shown
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample

_NANOUSD = 1e9


def latency(metric: Metric) -> Judge:
    """At most as many seconds as the threshold says, or the value where there is no threshold."""
    limit_s = _limit(metric, expected="a number of seconds")

    def look(sample: Sample) -> Finding:
        took_s = sample.answer.latency_s
        return Finding.of(took_s <= limit_s, reason=f"the answer took {took_s:.3g} s, the limit is {limit_s:g} s")

    return of_sample(look)


def cost(metric: Metric) -> Judge:
    """At most as many US dollars as the threshold says, or the value where there is no threshold."""
    limit_usd = _limit(metric, expected="a number of US dollars")

    def look(sample: Sample) -> Finding:
        if sample.cost_nanousd is None:
            raise _unknown("what the answer cost; give the target's model a price")
        usd = sample.cost_nanousd / _NANOUSD
        return Finding.of(usd <= limit_usd, reason=f"the answer cost {usd:.6g} $, the limit is {limit_usd:g} $")

    return of_sample(look)


def finish_reason(metric: Metric) -> Judge:
    """Why the model stopped."""
    values.nothing(metric.threshold, field="threshold")
    wanted = values.needle(metric.value).lower()

    def look(sample: Sample) -> Finding:
        reason = responses.finish_reason(sample.answer.data)
        if reason is None:
            raise _unknown("why the model stopped: the response has no finish_reason, stop_reason or the like")
        return Finding.of(reason == wanted, reason=f"the model stopped with {shown(reason)}, for {shown(wanted)}")

    return of_sample(look)


def perplexity(metric: Metric) -> Judge:
    """At most as much perplexity as the threshold says; without one it is only measured."""
    values.nothing(metric.value, field="value")
    limit = values.number_or(math.inf, metric.threshold, expected="a number from 1")

    def look(sample: Sample) -> Finding:
        found = _perplexity(sample)
        finding = Finding.of(found <= limit, reason=f"the perplexity is {found:.4g}, the limit is {limit:g}")
        return evolve(finding, details={"perplexity": found})

    return of_sample(look)


def perplexity_score(metric: Metric) -> Judge:
    """At least as much certainty as the threshold says, as 1 / (1 + perplexity); without one it is only measured."""
    values.nothing(metric.value, field="value")
    threshold = values.number_or(0.0, metric.threshold, expected="a share from 0 to 1", high=1.0)

    def look(sample: Sample) -> Finding:
        value = 1 / (1 + _perplexity(sample))
        found = Finding.measured(value, threshold=threshold, reason=f"the perplexity score is {value:.3f}")
        return evolve(found, negation=Negation.KEEPS_VALUE)

    return of_sample(look)


def is_refusal(metric: Metric) -> Judge:
    """The model says that it won't, or says nothing."""
    values.nothing(metric.threshold, field="threshold")
    values.nothing(metric.value, field="value")
    return of_sample(_refusal)


def _refusal(sample: Sample) -> Finding:
    text = sample.answer.text
    if sample.output is None and responses.is_refusal(sample.answer.data):
        return Finding.of(True, reason="the provider says that the model refused")
    if says_no(text):
        return Finding.of(True, reason=f"the answer {shown(text)} refuses" if text.strip() else "the answer is empty")
    return Finding.of(False, reason=f"the answer {shown(text)} does not refuse")


def _limit(metric: Metric, *, expected: str) -> float:
    if metric.threshold is None:
        return values.number(metric.value, field="value", expected=expected)
    values.nothing(metric.value, field="value")
    return values.number(metric.threshold, field="threshold", expected=expected)


def _perplexity(sample: Sample) -> float:
    found = responses.log_probabilities(sample.answer.data)
    if not found:
        raise _unknown("how sure the model was: the response has no logprobs; ask for them (`logprobs: true`)")
    return math.exp(min(-sum(found) / len(found), 700.0))  # beyond, a float has no more room


def _unknown(what: str) -> PermanentFailure:
    return PermanentFailure(f"the target does not say {what}", kind=FailureKind.EVALUATION_ERROR)


RESPONSE_KINDS: Mapping[str, Kind] = {
    "latency": latency,
    "cost": cost,
    "finish-reason": finish_reason,
    "perplexity": perplexity,
    "perplexity-score": perplexity_score,
    "is-refusal": is_refusal,
}
