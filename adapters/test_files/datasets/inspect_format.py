"""
Data sets of Inspect (inspect.aisi.org.uk), in JSON lines, JSON or CSV: `input`, `target`, `choices`, `id`, `metadata`.

Other fields are ignored, as there. What needs Inspect's own machinery (`files`, `setup`, `sandbox`) is not supported.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen

from adapters.test_files.datasets.fields import asked, input_of, literal, texts_of
from adapters.test_files.datasets.multiple_choice import MOST_CHOICES, answer_pattern, letters_of, with_choices
from adapters.test_files.datasets.rows import TABLES, dataset_rows
from adapters.test_files.datasets.test_sets import test_file_of
from adapters.test_files.drafts import Draft
from adapters.test_files.json_nodes import parse_json_line
from adapters.test_files.metadata_tags import tags_of
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, Unreadable, kind_of, plain
from adapters.test_files.problems import Problems, shown
from adapters.test_files.reading_rules import ReadingRules
from adapters.test_files.unsupported import Unsupported
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

_UNSUPPORTED = ("files", "setup", "sandbox")
_EXPECTED = "what Antiphon reads of Inspect's data sets (docs/test-sets.md)"


def read_inspect(path: Path, *, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    """Return the tests of the data set; what is wrong or not supported goes to *problems*."""
    unsupported = Unsupported(problems, expected=_EXPECTED)
    reader = _SampleReader(
        metrics=MetricReader(scorers=scorers, problems=problems),
        problems=problems,
        unsupported=unsupported,
        is_table=path.suffix.lower() in TABLES,
    )
    drafts = (draft for row in dataset_rows(path, problems=problems) if (draft := reader.draft(row)))
    file = test_file_of(drafts, path=path, problems=problems)
    return evolve(file, warnings=(*file.warnings, *unsupported.settled(allowed=rules.allow_unsupported)))


@frozen(kw_only=True)
class _SampleReader:
    metrics: MetricReader
    problems: Problems
    unsupported: Unsupported
    is_table: bool

    def draft(self, row: MapNode) -> Draft | None:
        """Return the test of a sample; None where it has no input that can be asked."""
        for key in _UNSUPPORTED:
            if key in row.entries and plain(row.entries[key]) is not None:
                self.unsupported.note(f"field {key}", line=row.line)
        node = input_of(row, problems=self.problems)
        if node is None:
            return None
        choices = self._choices(row)
        return Draft(
            line=row.line,
            id=next(iter(texts_of(row, "id", problems=self.problems)), ""),
            variables={"input": self._asked(node, choices=choices)},
            metrics=self._metrics(row, choices=choices) or None,
            tags=tuple(tags_of(self._metadata(row))) or None,
        )

    def _choices(self, row: MapNode) -> tuple[str, ...]:
        """Return the choices; a cell's stand between commas, or between spaces where it has none."""
        found = texts_of(row, "choices", problems=self.problems)
        if isinstance(row.entries.get("choices"), ScalarNode) and found:
            (cell,) = found
            found = tuple(part.strip() for part in (cell.split(",") if "," in cell else cell.split()))
        if found and not 2 <= len(found) <= MOST_CHOICES:
            what = f"{len(found)} choices" if len(found) > 1 else "one choice"
            self._problem(row, "choices", what, expected=f"2 to {MOST_CHOICES}", do="mend the list")
        return found

    def _asked(self, node: Node, *, choices: Sequence[str]) -> str:
        if not choices:
            return asked(node)
        if not isinstance(node, ListNode):
            return with_choices(asked(node), choices)
        messages = plain(node)
        last = messages[-1] if isinstance(messages, list) else {}
        if last.get("role") == "user" and isinstance(last.get("content"), str):
            last["content"] = with_choices(last["content"], choices)
        else:
            do = "end the input with what the user asks"
            self.problems.add(node.line, "choices of a chat without a question", expected="a user's text last", do=do)
        return json.dumps(messages, ensure_ascii=False)

    def _metrics(self, row: MapNode, *, choices: Sequence[str]) -> tuple[Metric, ...]:
        targets = texts_of(row, "target", problems=self.problems)
        if not targets:
            return ()
        if choices:
            return self._choice(row, targets, count=len(choices))
        value: object = literal(targets[0]) if len(targets) == 1 else list(map(literal, targets))
        kind = "icontains" if len(targets) == 1 else "icontains-any"
        return tuple(filter(None, [self.metrics.make(kind, line=row.line, value=value)]))

    def _choice(self, row: MapNode, targets: Sequence[str], *, count: int) -> tuple[Metric, ...]:
        letters = letters_of(targets, count=count)
        if not letters:
            do = "write the letter of the right choice, or a list of letters"
            self._problem(
                row, "target", f"target {shown(', '.join(targets))} beside choices", expected="letters", do=do
            )
            return ()
        return tuple(filter(None, [self.metrics.make("regex", line=row.line, value=answer_pattern(letters))]))

    def _metadata(self, row: MapNode) -> Node | None:
        node = row.entries.get("metadata")
        if self.is_table and isinstance(node, ScalarNode) and isinstance(node.value, str):
            node = self._parsed(node.value, line=row.line)
        if node is None or isinstance(node, MapNode) or plain(node) is None:
            return node
        self._problem(row, "metadata", f"metadata that is {kind_of(node)}", expected="a JSON object", do="write {...}")
        return None

    def _parsed(self, cell: str, *, line: int) -> Node | None:
        try:
            return parse_json_line(cell, line=line)
        except Unreadable as exc:
            self.problems.add(line, f"metadata: {exc.what}", expected="a JSON object", do=exc.do)
            return None

    def _problem(self, row: MapNode, key: str, what: str, *, expected: str, do: str) -> None:
        self.problems.add(row.line_of(key), what, expected=expected, do=do)
