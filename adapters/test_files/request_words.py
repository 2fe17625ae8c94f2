"""
What a request says in the words of a file of tests: a document, targets, metrics, judges.

The words are read by the same readers as files, so that they mean the same and are refused in the same sentences; what
is wrong is named by its place in the request.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from adapters.test_files.fields import Fields
from adapters.test_files.judges import read_panel
from adapters.test_files.metrics import MetricReader
from adapters.test_files.nodes import (
    MAX_DEPTH,
    MAX_DIGITS,
    LineAt,
    ListNode,
    MapNode,
    Node,
    ScalarNode,
    Unreadable,
    pointed,
    storable,
)
from adapters.test_files.problems import Problems
from adapters.test_files.targets import read_targets
from adapters.test_files.uploads import check_name, read_uploaded_document, refuse_local
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

_KEYS = ("target", "targets", "metrics", "judge", "judging")


@frozen(kw_only=True)
class RequestWords:
    """What a request says of a run: empty where it says nothing. *warnings* are what deserves a look."""

    targets: tuple[NamedTarget, ...]
    metrics: tuple[Metric, ...]
    panel: Panel
    warnings: tuple[str, ...]


def read_words(said: Mapping[str, object], *, scorers: Scorers, pointer: str) -> RequestWords:
    """
    Return what *said* (JSON, with the keys of a file of tests), which stands at *pointer* in a request, means.

    Raises:
        InvalidInput: something in it is wrong; `pointers` says where.
    """
    problems = Problems(Path("the request"))
    root = _node(said, pointer=pointer, problems=problems)
    fields = Fields(root, what="the request", known=_KEYS, problems=problems)
    refuse_local(root, problems)
    warnings: list[str] = []
    words = RequestWords(
        targets=read_targets(fields, problems=problems, warnings=warnings),
        metrics=MetricReader(scorers=scorers, problems=problems).read_all(fields.items("metrics")),
        panel=read_panel(fields, problems=problems, warnings=warnings),
        warnings=tuple(warnings),
    )
    problems.refuse_if_any()
    return words


def read_inline(said: Mapping[str, object], *, scorers: Scorers, pointer: str) -> TestFile:
    """
    Return what the document *said*, which stands at *pointer* in a request, means.

    Raises:
        InvalidInput: something in it is wrong; `pointers` says where.
    """
    problems = Problems(Path("the request"))
    root = _node(said, pointer=pointer, problems=problems)
    file = read_uploaded_document(root, scorers=scorers, problems=problems)
    check_name(file.name, problems)
    problems.refuse_if_any()
    return file


def _node(said: Mapping[str, object], *, pointer: str, problems: Problems) -> MapNode:
    try:
        root = pointed(_plain_node(said, depth=0), pointer)
    except Unreadable as exc:
        problems.add(LineAt(0, pointer=pointer), exc.what, expected=exc.expected, do=exc.do)
        problems.refuse()
    assert isinstance(root, MapNode)
    return root


def _plain_node(value: object, *, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise Unreadable(f"more than {MAX_DEPTH} levels of nesting", line=0, expected="fewer", do="flatten this part")
    if isinstance(value, Mapping):
        entries = {storable(key, line=0): _plain_node(each, depth=depth + 1) for key, each in value.items()}
        return MapNode(0, entries)
    if isinstance(value, list):
        return ListNode(0, tuple(_plain_node(each, depth=depth + 1) for each in value))
    if value is None or isinstance(value, bool):
        return ScalarNode(0, value)
    if isinstance(value, str):
        return ScalarNode(0, storable(value, line=0))
    if isinstance(value, int | float) and _can_be_held(value):
        return ScalarNode(0, value)
    raise Unreadable("a number that is infinite, NaN or too long", line=0, expected="a number", do="put it in quotes")


def _can_be_held(number: int | float) -> bool:
    return abs(number) < 10**MAX_DIGITS if isinstance(number, int) else math.isfinite(number)
