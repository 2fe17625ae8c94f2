"""
Tests that came over a network: the same formats, read as what somebody hostile may have sent.

Nothing in them may name what is on this machine: no file, no module, no Python. Other tools' formats, which do, are
converted where they are (`antiphon tests convert`), and not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from adapters.test_files.antiphon_format import read_antiphon
from adapters.test_files.nodes import ListNode, MapNode, Node, ScalarNode, Unreadable, plain, pointed
from adapters.test_files.problems import Problems, shown
from adapters.test_files.reader import DOCUMENTS, LINE_FORMATS, document_in, unknown_ending
from adapters.test_files.text import check_file
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestCase, TestFile

MAX_DOCUMENT_BYTES = 5_000_000
"""A document is a tree in memory: 5 MB of tests take some 130 MB and 4 s."""

MAX_ROWS_BYTES = 50_000_000
"""JSON lines and CSV are read line by line; their tests are in memory for as long as they are checked."""

ENDINGS = (*DOCUMENTS, *LINE_FORMATS)
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_INERT = frozenset({"variables", "given_answer", "expected", "description"})
"""What is only ever text: a question about a file's address is a question."""


def read_upload(path: Path, *, scorers: Scorers, name: str = "", stem: str = "") -> TestFile:
    """
    Return the tests of an uploaded file, whose format is told by its ending.

    They are called *name*, or, where that is empty, as their document says, or as its sender calls the file: *stem*.

    Raises:
        InvalidInput: something in it is wrong, or names what is on this machine.
    """
    problems = Problems(Path(f"the upload{path.suffix}"))
    try:
        file = _rows(path, scorers, problems) if path.suffix in LINE_FORMATS else _document(path, scorers, problems)
    except Unreadable as exc:
        problems.add(exc.line, exc.what, expected=exc.expected, do=exc.do)
        problems.refuse()
    file = evolve(file, name=name or file.name or stem)
    check_name(file.name, problems)
    problems.refuse_if_any()
    return file


def read_uploaded_document(root: MapNode, *, scorers: Scorers, problems: Problems) -> TestFile:
    """Return what a document says, and note what is wrong with it; its nodes know their places."""
    refuse_local(root, problems)
    return read_antiphon(root, path=Path(), scorers=scorers, problems=problems)


def check_name(name: str, problems: Problems) -> None:
    """Note a name that no test set can have."""
    if not _NAME.fullmatch(name) or not name.strip():
        found = f"name {shown(name)}" if name else "no name"
        problems.add(None, found, expected="one line of 1 to 200 characters", do="name the test set")


def refuse_local(root: MapNode, problems: Problems) -> None:
    """Note everything in a document that names what is on this machine."""
    for target in _targets(root):
        kind = target.entries.get("kind")
        if kind is not None and plain(kind) == "python":
            problems.add(
                target.line_of("kind"),
                "a Python function as a target",
                expected="an HTTP endpoint or a language model: what is sent here runs no Python",
                do="put the function behind an HTTP endpoint",
            )
    for text in _texts(root):
        if _names_file(text.value):
            _refuse_file(text.value, line=text.line, problems=problems)


def _rows(path: Path, scorers: Scorers, problems: Problems) -> TestFile:
    check_file(path, max_bytes=MAX_ROWS_BYTES)
    file = LINE_FORMATS[path.suffix](path, scorers=scorers, problems=problems)
    for case in file.cases:
        for value in (case.prompt, case.transform, *(metric.value for metric in _flat(case))):
            if _names_file(value):
                _refuse_file(value, line=None, problems=problems)
    return evolve(file, name="")


def _document(path: Path, scorers: Scorers, problems: Problems) -> TestFile:
    if path.suffix not in DOCUMENTS:
        raise unknown_ending(path.suffix)
    check_file(path, max_bytes=MAX_DOCUMENT_BYTES)
    root = pointed(document_in(path, parse=DOCUMENTS[path.suffix]), "/body")
    assert isinstance(root, MapNode)
    return read_uploaded_document(root, scorers=scorers, problems=problems)


def _targets(root: MapNode) -> Iterator[MapNode]:
    named = root.entries.get("targets")
    for node in (root.entries.get("target"), *(named.items if isinstance(named, ListNode) else ())):
        if isinstance(node, MapNode):
            yield node


def _texts(node: Node) -> Iterator[ScalarNode]:
    match node:
        case ScalarNode():
            yield node
        case ListNode():
            for item in node.items:
                yield from _texts(item)
        case MapNode():
            for key, value in node.entries.items():
                if key not in _INERT:
                    yield from _texts(value)


def _flat(case: TestCase) -> Iterator[Metric]:
    waiting = list(case.all_metrics)
    while waiting:
        metric = waiting.pop()
        waiting += metric.metrics
        yield metric


def _names_file(value: object) -> bool:
    return isinstance(value, str) and value.lstrip().lower().startswith("file://")


def _refuse_file(value: object, *, line: int | None, problems: Problems) -> None:
    problems.add(
        line,
        f"{shown(value)} names a file of this machine",
        expected="the content itself",
        do="write it out; nothing that is sent here opens files",
    )
