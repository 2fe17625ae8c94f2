"""
A file of tests, whichever of the formats it is written in, as a `TestFile`.

All or nothing: a file with a single problem gives no test at all, and every problem is named in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from adapters.test_files.antiphon_format import read_antiphon
from adapters.test_files.csv_format import read_csv
from adapters.test_files.datasets.inspect_format import read_inspect
from adapters.test_files.datasets.openai_evals import read_openai_evals
from adapters.test_files.datasets.rows import LIST, TABLES, is_list
from adapters.test_files.json_nodes import parse_json
from adapters.test_files.jsonl_format import read_jsonl
from adapters.test_files.nodes import MapNode, Node, Unreadable, kind_of
from adapters.test_files.problems import Problems, nearest, shown
from adapters.test_files.promptfoo.configuration import is_promptfoo, read_promptfoo, read_promptfoo_rows
from adapters.test_files.reading_rules import ReadingRules
from adapters.test_files.recognition import format_of_rows
from adapters.test_files.text import check_file, read_text
from adapters.test_files.yaml_nodes import parse_yaml
from domain.test_execution.ports import Scorers
from domain.test_execution.test_set import TestFile

MAX_DOCUMENT_BYTES = 20_000_000
"""YAML and JSON are held in memory as a tree: 18 MB of tests took 460 MB and 15 s."""

MAX_LINES_BYTES = 200_000_000
"""JSON lines and CSV are read line by line."""

DOCUMENTS: dict[str, Callable[[str], Node]] = {".yaml": parse_yaml, ".yml": parse_yaml, ".json": parse_json}
LINE_FORMATS = {".jsonl": read_jsonl, ".ndjson": read_jsonl, ".csv": read_csv, ".tsv": read_csv}
_OTHERS_ROWS = {"promptfoo": read_promptfoo_rows, "inspect": read_inspect, "openai-evals": read_openai_evals}


def read_test_file(path: Path, *, scorers: Scorers, rules: ReadingRules | None = None) -> TestFile:
    """
    Return the tests of a file, and its targets and gates when it names them.

    Raises:
        InvalidInput: the file can't be read, or something in it is wrong; `problems` has a line for each thing to mend.
    """
    problems = Problems(path)
    try:
        test_file = _read(path, scorers=scorers, problems=problems, rules=rules or ReadingRules())
    except Unreadable as exc:
        problems.add(exc.line, exc.what, expected=exc.expected, do=exc.do)
        problems.refuse()
    problems.refuse_if_any()
    return test_file


def _read(path: Path, *, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    ending = path.suffix.lower()
    check_file(path, max_bytes=MAX_DOCUMENT_BYTES if ending in DOCUMENTS else MAX_LINES_BYTES)
    if ending in LINE_FORMATS:
        return _read_rows(path, scorers=scorers, problems=problems, rules=rules)
    if ending not in DOCUMENTS:
        raise unknown_ending(ending)
    if _is_samples(path, scorers=scorers, rules=rules):
        return read_inspect(path, scorers=scorers, problems=problems, rules=rules)
    if rules.format in ("inspect", "openai-evals"):
        raise _no_rows(rules.format)
    root = document_in(path, parse=DOCUMENTS[ending])
    if rules.format == "promptfoo" or (not rules.format and is_promptfoo(root)):
        return read_promptfoo(root, path=path, scorers=scorers, problems=problems, rules=rules)
    return read_antiphon(root, path=path, scorers=scorers, problems=problems)


def _is_samples(path: Path, *, scorers: Scorers, rules: ReadingRules) -> bool:
    """Tell whether a document is a data set of Inspect: a list in JSON, by name or by its fields."""
    if rules.format:
        return rules.format == "inspect" and path.suffix.lower() == LIST
    return is_list(path) and format_of_rows(path, scorers=scorers) == "inspect"


def _read_rows(path: Path, *, scorers: Scorers, problems: Problems, rules: ReadingRules) -> TestFile:
    ending = path.suffix.lower()
    read_others = _OTHERS_ROWS.get(rules.format or format_of_rows(path, scorers=scorers))
    if read_others is None:
        return LINE_FORMATS[ending](path, scorers=scorers, problems=problems)
    if read_others is read_promptfoo_rows and ending not in TABLES:
        raise Unreadable(
            "promptfoo's tests in JSON lines",
            line=None,
            expected="a configuration that names this file under tests:",
            do="write one; it says what is asked",
        )
    return read_others(path, scorers=scorers, problems=problems, rules=rules)


def _no_rows(format: str) -> Unreadable:
    return Unreadable(
        f"the format {format} in a document",
        line=None,
        expected=f"a file of rows: {', '.join(LINE_FORMATS)}",
        do="write one object a line, as .jsonl",
    )


def document_in(path: Path, *, parse: Callable[[str], Node]) -> MapNode:
    """
    Return the mapping that a file of one document holds.

    Raises:
        Unreadable: it holds something else.
    """
    text = read_text(path)
    if not text.strip():
        raise Unreadable("the file holds only white space", line=None, expected="at least one test", do="add tests")
    root = parse(text)
    if not isinstance(root, MapNode):
        raise Unreadable(
            f"the file is {kind_of(root)}",
            line=root.line,
            expected="a mapping with tests:",
            do="put the tests under tests:, or write them as .jsonl",
        )
    return root


def unknown_ending(ending: str) -> Unreadable:
    """Return the refusal of a file that is in no known format."""
    known = (*DOCUMENTS, *LINE_FORMATS)
    return Unreadable(
        f"the ending {shown(ending)}" if ending else "the file's name has no ending",
        line=None,
        expected=f"one of {', '.join(known)}",
        do=f"{nearest(ending, among=known)}rename or convert the file",
    )
