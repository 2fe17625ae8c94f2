"""A file of metrics alone, for answers that are there already: `metrics`, and who judges."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_panel
from adapters.test_files.mapping_file import read_mapping
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode
from adapters.test_files.problems import Problems
from domain.test_execution.metric import Metric
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorers

MAX_BYTES = 1_000_000
_KEYS = ("name", "description", "metrics", "judge", "judging")


def read_metrics_file(path: Path, *, scorers: Scorers) -> tuple[tuple[Metric, ...], Panel]:
    """
    Return the metrics of a YAML or JSON file, and the judges it names.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    root = read_mapping(path, problems=problems, max_bytes=MAX_BYTES, expected="a mapping with metrics:")
    found = _read(root, scorers=scorers, problems=problems)
    problems.refuse_if_any()
    return found


def _read(root: MapNode, *, scorers: Scorers, problems: Problems) -> tuple[tuple[Metric, ...], Panel]:
    fields = Fields(root, what="the file of metrics", known=_KEYS, problems=problems)
    metrics = MetricReader(scorers=scorers, problems=problems).read_all(fields.items("metrics"))
    if not metrics and not len(problems):
        problems.add(root.line_of("metrics"), "no metrics", expected="at least one", do="add it under metrics:")
    return metrics, read_panel(fields, problems=problems, warnings=[])
