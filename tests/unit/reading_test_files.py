"""What the tests of the file formats share: ways to read a text as a file, with the scorers that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import define, field

from adapters.http.guard import LOCAL
from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from adapters.test_files.reader import read_test_file
from domain.jobs.errors import InvalidInput
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorer, Scorers
from domain.test_execution.test_set import TestFile

SCORERS = StandardScorers(JinjaTemplates(), guard=LOCAL)


@define
class CountingScorers:
    """The shipped scorers, and how many metrics they were asked to prepare."""

    made: int = 0
    _scorers: Scorers = field(default=SCORERS)

    def kinds(self) -> frozenset[str]:
        """Return the kinds."""
        return self._scorers.kinds()

    def make(self, metric: Metric) -> Scorer:
        """Prepare the metric, and count."""
        self.made += 1
        return self._scorers.make(metric)


def read(folder: Path, text: str | bytes, *, name: str = "tests.yaml") -> TestFile:
    """Read *text* as a file of that name."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_test_file(path, scorers=SCORERS)


def refused(folder: Path, text: str | bytes, *, name: str = "tests.yaml") -> tuple[str, ...]:
    """Return the problems that a file of that name and content is refused with, without the folder."""
    with pytest.raises(InvalidInput) as caught:
        read(folder, text, name=name)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return tuple(problem.replace(f"{folder}/", "") for problem in caught.value.problems)
