"""Kinds that look at the answer's text: what it equals, contains, starts with, matches; how far and how long it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from adapters.metrics import values
from adapters.metrics.distance import judge_distance
from adapters.metrics.judge import Judge, Kind, of_text
from adapters.metrics.patterns import Pattern
from domain.test_execution import text_metrics, text_overlap
from domain.test_execution.finding import Finding, shown
from domain.test_execution.metric import Metric

DEFAULT_EDITS = 5.0
DEFAULT_RECALL = 0.75
DEFAULT_OVERLAP = 0.5


def equals(metric: Metric) -> Judge:
    """A text is compared to the letter, any other value as JSON."""
    values.nothing(metric.threshold, field="threshold")
    expected = values.anything(metric.value)
    if isinstance(expected, str):
        return of_text(lambda text: text_metrics.equals(text, expected))
    return of_text(lambda text: text_metrics.equals_json(text, expected))


def contains(metric: Metric, *, ignore_case: bool) -> Judge:
    """One text."""
    values.nothing(metric.threshold, field="threshold")
    wanted = values.needle(metric.value)
    return of_text(lambda text: text_metrics.contains(text, wanted, ignore_case=ignore_case))


def contains_any(metric: Metric, *, ignore_case: bool) -> Judge:
    """At least one of several texts."""
    values.nothing(metric.threshold, field="threshold")
    wanted = values.needles(metric.value)
    return of_text(lambda text: text_metrics.contains_any(text, wanted, ignore_case=ignore_case))


def contains_all(metric: Metric, *, ignore_case: bool) -> Judge:
    """All of several texts, or the share of them that the threshold names."""
    wanted = values.needles(metric.value)
    share = values.share(metric.threshold)
    return of_text(lambda text: text_metrics.contains_all(text, wanted, share=share, ignore_case=ignore_case))


def starts_with(metric: Metric) -> Judge:
    """The answer's start."""
    values.nothing(metric.threshold, field="threshold")
    wanted = values.needle(metric.value)
    return of_text(lambda text: text_metrics.starts_with(text, wanted))


def matches(metric: Metric) -> Judge:
    """A regular expression, found anywhere."""
    values.nothing(metric.threshold, field="threshold")
    pattern = Pattern(values.needle(metric.value))
    return of_text(pattern.judge)


def levenshtein(metric: Metric) -> Judge:
    """At most as many edits as the threshold says."""
    expected = values.text(metric.value)
    limit = values.number_or(DEFAULT_EDITS, metric.threshold, expected="a number of edits, 0 or more")
    return of_text(lambda text: judge_distance(text, expected, limit=limit))


def words(metric: Metric) -> Judge:
    """A number of words, or its bounds."""
    values.nothing(metric.threshold, field="threshold")
    least, most = values.bounds(metric.value)
    return of_text(lambda text: text_metrics.word_count(text, least=least, most=most))


def rouge_n(metric: Metric) -> Judge:
    """The share of the reference's words that the answer has."""
    reference = values.needle(metric.value)
    threshold = values.number_or(DEFAULT_RECALL, metric.threshold, expected="a share from 0 to 1", high=1.0)

    def look(text: str) -> Finding:
        value = text_overlap.rouge_n(text, reference)
        return Finding.measured(
            value, threshold=threshold, reason=f"ROUGE-1 of the answer and {shown(reference)} is {value:.3f}"
        )

    return of_text(look)


def overlap(metric: Metric, *, name: str, measure: Callable[[str, list[str]], float]) -> Judge:
    """How much the answer overlaps with one reference or several."""
    references = values.references(metric.value)
    threshold = values.number_or(DEFAULT_OVERLAP, metric.threshold, expected="a share from 0 to 1", high=1.0)

    def look(text: str) -> Finding:
        value = measure(text, references)
        return Finding.measured(
            value, threshold=threshold, reason=f"{name} of the answer and {shown(references[0])} is {value:.3f}"
        )

    return of_text(look)


TEXT_KINDS: Mapping[str, Kind] = {
    "equals": equals,
    "contains": partial(contains, ignore_case=False),
    "contains-any": partial(contains_any, ignore_case=False),
    "contains-all": partial(contains_all, ignore_case=False),
    "icontains": partial(contains, ignore_case=True),
    "icontains-any": partial(contains_any, ignore_case=True),
    "icontains-all": partial(contains_all, ignore_case=True),
    "starts-with": starts_with,
    "regex": matches,
    "levenshtein": levenshtein,
    "word-count": words,
    "rouge-n": rouge_n,
    "bleu": partial(overlap, name="BLEU", measure=text_overlap.bleu),
    "gleu": partial(overlap, name="GLEU", measure=text_overlap.gleu),
}
