"""The kinds of metric: for each, how a value and a threshold become a judge of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from adapters.metrics import values
from adapters.metrics.distance import judge_distance
from adapters.metrics.patterns import Pattern
from adapters.metrics.schemas import JsonJudge
from domain.test_execution import text_metrics
from domain.test_execution.sample import Sample
from domain.test_execution.text_metrics import Finding

DEFAULT_EDITS = 5.0

Judge = Callable[[Sample], Finding]
Kind = Callable[[object, float | None], Judge]
"""Checks value and threshold (InvalidInput) and returns the judge made of them."""


def equals(value: object, threshold: float | None) -> Judge:
    """A text is compared to the letter, any other value as JSON."""
    values.nothing(threshold, field="threshold")
    expected = values.anything(value)
    if isinstance(expected, str):
        return lambda sample: text_metrics.equals(sample.answer.text, expected)
    return lambda sample: text_metrics.equals_json(sample.answer.text, expected)


def contains(value: object, threshold: float | None, *, ignore_case: bool) -> Judge:
    """One text."""
    values.nothing(threshold, field="threshold")
    text = values.needle(value)
    return lambda sample: text_metrics.contains(sample.answer.text, text, ignore_case=ignore_case)


def contains_any(value: object, threshold: float | None, *, ignore_case: bool) -> Judge:
    """At least one of several texts."""
    values.nothing(threshold, field="threshold")
    texts = values.needles(value)
    return lambda sample: text_metrics.contains_any(sample.answer.text, texts, ignore_case=ignore_case)


def contains_all(value: object, threshold: float | None, *, ignore_case: bool) -> Judge:
    """All of several texts, or the share of them that the threshold names."""
    texts = values.needles(value)
    share = (
        1.0
        if threshold is None
        else values.number(threshold, field="threshold", expected="a share from 0 to 1", high=1.0)
    )
    return lambda sample: text_metrics.contains_all(sample.answer.text, texts, share=share, ignore_case=ignore_case)


def starts_with(value: object, threshold: float | None) -> Judge:
    """The answer's start."""
    values.nothing(threshold, field="threshold")
    text = values.needle(value)
    return lambda sample: text_metrics.starts_with(sample.answer.text, text)


def matches(value: object, threshold: float | None) -> Judge:
    """A regular expression, found anywhere."""
    values.nothing(threshold, field="threshold")
    pattern = Pattern(values.needle(value))
    return lambda sample: pattern.judge(sample.answer.text)


def is_json(value: object, threshold: float | None) -> Judge:
    """JSON, by a schema if there is one."""
    values.nothing(threshold, field="threshold")
    judge = JsonJudge(values.schema(value))
    return lambda sample: judge.judge(sample.answer.text)


def levenshtein(value: object, threshold: float | None) -> Judge:
    """At most as many edits as the threshold says."""
    expected = values.text(value)
    limit = (
        DEFAULT_EDITS
        if threshold is None
        else values.number(threshold, field="threshold", expected="a number of edits, 0 or more")
    )
    return lambda sample: judge_distance(sample.answer.text, expected, limit=limit)


def latency(value: object, threshold: float | None) -> Judge:
    """At most as many seconds as the threshold says, or the value where there is no threshold."""
    field = "value" if threshold is None else "threshold"
    seconds = values.number(value if threshold is None else threshold, field=field, expected="a number of seconds")
    if threshold is not None:
        values.nothing(value, field="value")
    return lambda sample: Finding.of(
        sample.answer.latency_s <= seconds,
        reason=f"the answer took {sample.answer.latency_s:.3g} s, the limit is {seconds:g} s",
    )


KINDS: Mapping[str, Kind] = {
    "equals": equals,
    "contains": partial(contains, ignore_case=False),
    "contains-any": partial(contains_any, ignore_case=False),
    "contains-all": partial(contains_all, ignore_case=False),
    "icontains": partial(contains, ignore_case=True),
    "icontains-any": partial(contains_any, ignore_case=True),
    "icontains-all": partial(contains_all, ignore_case=True),
    "starts-with": starts_with,
    "regex": matches,
    "is-json": is_json,
    "levenshtein": levenshtein,
    "latency": latency,
}
