"""A file of answers that people have judged, for checking a judge; its keys are documented in docs/judges.md."""

from __future__ import annotations

from pathlib import Path

from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_panel
from adapters.test_files.mapping_file import read_mapping
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import MapNode, Node, kind_of
from adapters.test_files.problems import Problems, shown
from adapters.test_files.text import name_of
from domain.test_execution.judge_check import Example, JudgeCheck, Pair
from domain.test_execution.judging.kinds import JUDGED_KINDS
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers

MAX_BYTES = 5_000_000
PASS_AT = 0.5
"""A score that people gave is a pass from here on, unless the file says otherwise."""

_KEYS = ("name", "description", "metric", "criterion", "pass_at", "examples", "pairs", "judge", "judging")


def read_judge_check(path: Path, *, scorers: Scorers) -> JudgeCheck:
    """
    Return what a YAML or JSON file of labelled answers says.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    root = read_mapping(path, problems=problems, max_bytes=MAX_BYTES, expected="a mapping with examples: or pairs:")
    found = _Reader(problems=problems, scorers=scorers).read(root, path=path)
    problems.refuse_if_any()
    return found


class _Reader:
    def __init__(self, *, problems: Problems, scorers: Scorers) -> None:
        self._problems = problems
        self._metrics = MetricReader(scorers=scorers, problems=problems)

    def read(self, root: MapNode, *, path: Path) -> JudgeCheck:
        fields = Fields(root, what="the file", known=_KEYS, problems=self._problems)
        pass_at = fields.number("pass_at", least=0, most=1)
        pass_at = PASS_AT if pass_at is None else pass_at
        examples = [self._example(node, pass_at=pass_at) for node in fields.items("examples")]
        pairs = [self._pair(node) for node in fields.items("pairs")]
        if not examples and not pairs and not len(self._problems):
            self._problems.add(root.line, "no examples", expected="examples: or pairs:", do="add some of either")
        return JudgeCheck(
            name=fields.text("name").strip() or name_of(path),
            metric=self._metric(fields) if examples else None,
            criterion=fields.required_text("criterion") if pairs else "",
            examples=tuple(filter(None, examples)),
            pairs=tuple(filter(None, pairs)),
            panel=read_panel(fields, problems=self._problems, warnings=[]),
        )

    def _metric(self, fields: Fields) -> Metric | None:
        node = fields.node.entries.get("metric")
        metric = self._metrics.read(node) if node else None
        if node is None or (metric is not None and metric.kind not in JUDGED_KINDS):
            found = f"metric {shown(metric.title)} asks no model" if metric else "no metric for the examples"
            expected = "a kind that a model judges, such as llm-rubric: ..."
            self._problems.add(fields.node.line_of("metric"), found, expected=expected, do="name one under metric:")
        return metric

    def _example(self, node: Node, *, pass_at: float) -> Example | None:
        fields = self._fields(node, "the example", ("question", "answer", "label", "score"))
        if fields is None:
            return None
        score = fields.number("score", least=0, most=1)
        by_score = "" if score is None else ("pass" if score >= pass_at else "fail")
        label = fields.text("label", default=by_score)
        self._check(fields, "label", label, among=("pass", "fail"))
        question, answer = fields.text("question"), fields.required_text("answer")
        return Example(question=question, answer=answer, label=label, score=score)

    def _pair(self, node: Node) -> Pair | None:
        fields = self._fields(node, "the pair", ("question", "first", "second", "better"))
        if fields is None:
            return None
        better = fields.text("better")
        self._check(fields, "better", better, among=("first", "second", "neither"))
        first, second = fields.required_text("first"), fields.required_text("second")
        return Pair(question=fields.text("question"), first=first, second=second, better=better)

    def _fields(self, node: Node, what: str, known: tuple[str, ...]) -> Fields | None:
        if isinstance(node, MapNode):
            return Fields(node, what=what, known=known, problems=self._problems)
        self._problems.add(node.line, f"{what} is {kind_of(node)}", expected="a mapping", do="write its keys")
        return None

    def _check(self, fields: Fields, key: str, found: str, *, among: tuple[str, ...]) -> None:
        if found not in among:
            written = f"{key} {shown(found)}" if found else f"no {key}"
            self._problems.add(
                fields.node.line_of(key), written, expected=f"one of {', '.join(among)}", do="say what people said"
            )
