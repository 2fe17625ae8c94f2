"""
Samples of OpenAI's evals (github.com/openai/evals), in JSON lines: `input` and `ideal`.

They are judged as its basic eval `match` does: the answer must begin with the ideal one, or with one of several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from adapters.test_files.datasets.fields import asked, input_of, literal, texts_of
from adapters.test_files.datasets.rows import dataset_rows
from adapters.test_files.datasets.test_sets import test_file_of
from adapters.test_files.drafts import Draft
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode
from adapters.test_files.problems import Problems
from adapters.test_files.reading_rules import ReadingRules
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile


def read_openai_evals(path: Path, *, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    """Return the tests of the samples; what is wrong goes to *problems*."""
    _ = rules  # whatever they allow, samples have nothing of it
    reader = _SampleReader(metrics=MetricReader(scorers=scorers, problems=problems), problems=problems)
    drafts = (draft for row in dataset_rows(path, problems=problems) if (draft := reader.draft(row)))
    return test_file_of(drafts, path=path, problems=problems)


@frozen(kw_only=True)
class _SampleReader:
    metrics: MetricReader
    problems: Problems

    def draft(self, row: MapNode) -> Draft | None:
        """Return the test of a sample; None where it has no input that can be asked."""
        node = input_of(row, problems=self.problems)
        before = len(self.problems)
        ideals = texts_of(row, "ideal", problems=self.problems)
        if not ideals and len(self.problems) == before:
            do = "write the answer, or a list of those that are right"
            self.problems.add(row.line_of("ideal"), "no 'ideal'", expected="a text or a list of texts", do=do)
        if node is None or not ideals:
            return None
        metric = self._metric(ideals, line=row.line)
        return Draft(line=row.line, variables={"input": asked(node)}, metrics=(metric,) if metric else None)

    def _metric(self, ideals: Sequence[str], *, line: int) -> Metric | None:
        if len(ideals) == 1:
            return self.metrics.make("starts-with", line=line, value=literal(ideals[0]))
        return self.metrics.make("regex", line=line, value=literal(rf"\A(?:{'|'.join(map(re.escape, ideals))})"))
