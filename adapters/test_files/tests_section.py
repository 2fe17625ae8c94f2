"""One test as a mapping: the keys that YAML, JSON and JSON lines share."""

from __future__ import annotations

from adapters.test_files.dialogues import DIALOGUE_KEYS, DialogueReader
from adapters.test_files.drafts import MAX_REPEATS, Draft
from adapters.test_files.fields import Fields
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode
from adapters.test_files.problems import Problems
from adapters.test_files.script_fields import script_field
from domain.test_execution.metric import Metric

TEST_KEYS = (
    "id",
    "prompt",
    "variables",
    "metrics",
    "expected",
    "tags",
    "repeats",
    "description",
    "threshold",
    "transform",
    "variables_transform",
    "targets",
    "prompts",
    "given_answer",
    "prompt_label",
    "base_id",
    *DIALOGUE_KEYS,
)
_DEFAULT_KEYS = ("variables", "metrics", "tags", "repeats", "threshold", "transform", "variables_transform")


class TestReader:
    """Reads the tests of one file."""

    __test__ = False  # pytest: no test

    def __init__(self, *, metrics: MetricReader, problems: Problems, warnings: list[str]) -> None:
        self._metrics = metrics
        self._problems = problems
        self._dialogues = DialogueReader(metrics=metrics, problems=problems, warnings=warnings)

    def read(self, node: MapNode) -> Draft:
        """Return the test; every key must be a test's key."""
        return self._draft(Fields(node, what="the test", known=TEST_KEYS, problems=self._problems))

    def read_defaults(self, node: MapNode) -> Draft:
        """Return what a test is where it does not say itself."""
        return self._draft(Fields(node, what="defaults", known=_DEFAULT_KEYS, problems=self._problems))

    def _draft(self, fields: Fields) -> Draft:
        return Draft(
            line=fields.node.line,
            id=fields.name("id"),
            prompt=fields.text("prompt") if fields.has("prompt") else None,
            variables=fields.json_map("variables"),
            metrics=self._own_metrics(fields),
            tags=fields.texts("tags") if fields.has("tags") else None,
            repeats=fields.whole("repeats", least=1, most=MAX_REPEATS),
            description=fields.text("description"),
            threshold=fields.number("threshold", least=0),
            transform=script_field(fields, "transform", problems=self._problems),
            variables_transform=script_field(fields, "variables_transform", problems=self._problems),
            targets=fields.texts("targets"),
            prompts=fields.texts("prompts"),
            given_answer=fields.text("given_answer") if fields.has("given_answer") else None,
            prompt_label=fields.text("prompt_label"),
            base_id=fields.name("base_id"),
            dialogue=self._dialogues.read(fields),
        )

    def _own_metrics(self, fields: Fields) -> tuple[Metric, ...] | None:
        if not fields.has("metrics") and not fields.has("expected"):
            return None
        expected = fields.text("expected")
        equals = (
            self._metrics.make("equals", value=expected, line=fields.node.line_of("expected")) if expected else None
        )
        return (*((equals,) if equals else ()), *self._metrics.read_all(fields.items("metrics")))
