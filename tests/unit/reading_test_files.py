"""What the tests of the file formats share: scorers to check metrics with, and ways to read a text as a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import jsonschema
import pytest

from adapters.test_files.reader import read_test_file
from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestFile

KINDS = frozenset(
    {
        "equals",
        "contains",
        "contains-any",
        "contains-all",
        "icontains",
        "starts-with",
        "regex",
        "is-json",
        "levenshtein",
        "latency",
    }
)


class StrictScorers:
    """
    Scorers of the shipped kinds that check values; what they would score does not matter here.

    *made* counts the checks: a metric that stands in many tests must be checked once.
    """

    def __init__(self) -> None:
        self.made = 0

    def kinds(self) -> frozenset[str]:
        """Return the kinds."""
        return KINDS

    def make(self, metric: Metric) -> PassAll:
        """Check the metric."""
        self.made += 1
        if metric.kind == "latency" and metric.threshold is None:
            raise InvalidInput("no threshold; expected seconds; add threshold: 2")
        if metric.kind == "regex":
            _check_pattern(metric.value)
        if metric.kind == "is-json" and metric.value is not None:
            _check_schema(metric.value)
        if metric.kind.endswith(("-any", "-all")) and not isinstance(metric.value, list):
            raise InvalidInput("the value is no list; expected texts; write [a, b]")
        return PassAll(metric)


class PassAll:
    """A scorer that is content with everything."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def __call__(self, answer: Answer, variables: Document) -> Score:
        """Pass."""
        name, kind = self._metric.name, self._metric.title
        return Score(metric=name, kind=kind, verdict=Verdict.PASS, value=1.0, reason=f"{answer.text} {len(variables)}")


def read(folder: Path, text: str | bytes, *, name: str = "tests.yaml") -> TestFile:
    """Read *text* as a file of that name."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_test_file(path, scorers=StrictScorers())


def refused(folder: Path, text: str | bytes, *, name: str = "tests.yaml") -> tuple[str, ...]:
    """Return the problems that a file of that name and content is refused with, without the folder."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, text, name=name)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return tuple(problem.replace(f"{folder}/", "") for problem in caught.value.problems)


def _check_pattern(value: object) -> None:
    try:
        re.compile(str(value))
    except re.error as exc:
        raise InvalidInput(f"{value!r} is no regular expression ({exc}); expected a pattern; mend it") from exc


def _check_schema(value: object) -> None:
    try:
        jsonschema.Draft202012Validator.check_schema(cast(dict[str, object], value))
    except jsonschema.SchemaError as exc:
        raise InvalidInput(f"no JSON schema ({exc.message}); expected one; mend it") from exc
