"""What a kind of metric is made of: a judge of samples, and what makes one of a metric."""

from __future__ import annotations

from collections.abc import Callable

from domain.test_execution.finding import Finding
from domain.test_execution.metric import Metric
from domain.test_execution.sample import Sample

Judge = Callable[[Sample, float], Finding]
"""Looks at a sample, within so many seconds."""

Kind = Callable[[Metric], Judge]
"""Checks value and threshold (InvalidInput) and returns the judge made of them; the value holds no templates."""


def of_text(look: Callable[[str], Finding]) -> Judge:
    """Return a judge that looks at the answer's text and at nothing else."""
    return lambda sample, _deadline_s: look(sample.answer.text)


def of_sample(look: Callable[[Sample], Finding]) -> Judge:
    """Return a judge that needs no time worth speaking of."""
    return lambda sample, _deadline_s: look(sample)
