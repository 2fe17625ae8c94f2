"""What holds for every file: it comes back as written, ids stay, and rubbish is refused."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.jobs.errors import InvalidInput
from domain.test_execution.test_set import TestFile
from tests.unit.reading_test_files import read

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

plain_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | plain_text
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3), max_leaves=8
)
names = st.sampled_from(["question", "context", "über", "a b", "x1"])
variables = st.dictionaries(names, json_values, min_size=1)
tests = st.lists(variables, min_size=1, max_size=5, unique_by=lambda test: json.dumps(test, sort_keys=True))


def _says_something(row: tuple[str, str]) -> bool:
    return any(cell.strip() for cell in row)


def written(folder: Path, cases: list[dict[str, object]], *, ending: str) -> TestFile:
    """Write tests in a format's own way and read them back."""
    entries = [{"prompt": "Hi", "variables": case} for case in cases]
    match ending:
        case "jsonl":
            text = "\n".join(json.dumps(entry) for entry in entries)
        case "json":
            text = json.dumps({"tests": entries}, indent=1, ensure_ascii=False)
        case _:
            text = yaml.safe_dump({"tests": entries}, allow_unicode=False, default_style='"')
    return read(folder, text, name=f"tests.{ending}")


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@SAME_FOLDER
@given(cases=tests)
def test_json_comes_back_as_it_was_written(tmp_path: Path, ending: str, cases: list[dict[str, object]]) -> None:
    """Whatever a variable holds, the prompt and the metrics see just that."""
    test_file = written(tmp_path, cases, ending=ending)

    assert [case.variables for case in test_file.cases] == cases


@SAME_FOLDER
@given(cases=st.lists(st.dictionaries(names, plain_text, min_size=1), min_size=1, max_size=4, unique_by=str))
def test_yaml_texts_come_back_as_they_were_written(tmp_path: Path, cases: list[dict[str, object]]) -> None:
    """Quoted text is never a number, a date or a truth value."""
    test_file = written(tmp_path, cases, ending="yaml")

    assert [case.variables for case in test_file.cases] == cases


@SAME_FOLDER
@given(
    delimiter=st.sampled_from(",;\t"),
    rows=st.lists(st.tuples(plain_text, plain_text).filter(_says_something), min_size=1, max_size=5, unique=True),
)
def test_csv_cells_come_back_as_they_were_written(tmp_path: Path, delimiter: str, rows: list[tuple[str, str]]) -> None:
    """Line ends, quotes and delimiters inside a cell belong to the cell, whatever the delimiter is."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("question", "context"), *rows])

    test_file = read(tmp_path, buffer.getvalue(), name="tests.csv")

    assert [tuple(case.variables.values()) for case in test_file.cases] == rows


@SAME_FOLDER
@given(cases=tests, seed=st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_order_or_format(tmp_path: Path, cases: list[dict[str, object]], seed: object) -> None:
    """The same test is the same item in the next version of the file, or in another format."""
    first = {case.id: case.variables for case in written(tmp_path, cases, ending="jsonl").cases}
    shuffled = list(cases)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random

    second = {case.id: case.variables for case in written(tmp_path, shuffled, ending="json").cases}

    assert first == second


@pytest.mark.parametrize("ending", ["yaml", "json", "jsonl", "csv"])
@SAME_FOLDER
@given(content=st.binary(max_size=200) | st.text("{}[]:,-'\"&*!|<? \n\tab1\\u%#=\ud7ff", max_size=80))
def test_rubbish_is_refused_and_never_crashes(tmp_path: Path, ending: str, content: bytes | str) -> None:
    """Any exception but InvalidInput would reach the user as a traceback."""
    with contextlib.suppress(InvalidInput):
        assert read(tmp_path, content, name=f"tests.{ending}").cases
