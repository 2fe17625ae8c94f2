"""JSONL and CSV: every test, repeat and metric is a row, and no answer becomes a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from adapters.reports.flat_rows import COLUMNS
from adapters.reports.table_files import write_csv, write_jsonl
from domain.jobs.item import Item
from tests.unit.run_rows import FAIL, PASS, again, erred, job_of, judged, score


def lines_of(folder: Path, *items: Item) -> list[dict[str, object]]:
    """Write the rows as JSONL and read them back."""
    write_jsonl(folder / "run.jsonl", job=job_of(len(items)), items=again(*items))
    return [json.loads(line) for line in (folder / "run.jsonl").read_text(encoding="utf-8").splitlines()]


def cells_of(folder: Path, *items: Item) -> list[dict[str, str]]:
    """Write the rows as CSV and read them back."""
    write_csv(folder / "run.csv", job=job_of(len(items)), items=again(*items))
    with (folder / "run.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_metric_of_a_test_is_a_row(tmp_path: Path) -> None:
    """A notebook groups by metric without taking lists apart."""
    rows = lines_of(tmp_path, judged(0, score(PASS, metric="polite"), score(FAIL, metric="right"), tags=("a", "b")))

    assert [(row["test"], row["metric"], row["verdict"]) for row in rows] == [
        ("test-0", "polite", "pass"),
        ("test-0", "right", "fail"),
    ]
    assert rows[0]["tags"] == ["a", "b"]
    assert rows[0]["score"] == 0.5
    assert tuple(rows[0]) == COLUMNS


def test_a_test_without_scores_is_a_row_too(tmp_path: Path) -> None:
    """An error that vanished from the table would make the rest look better than it was."""
    (row,) = lines_of(tmp_path, erred(0, "refused by the target"))

    assert (row["standing"], row["metric"], row["error_message"]) == ("error", None, "refused by the target")


@pytest.mark.parametrize("attack", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%x"])
def test_no_answer_is_a_formula(tmp_path: Path, attack: str) -> None:
    """The model under test must not run anything in the spreadsheet of who reads its answers."""
    (row,) = cells_of(tmp_path, judged(0, score(PASS), answer=attack))

    assert row["answer"] == f"'{attack}"


def test_numbers_stay_numbers_in_a_table(tmp_path: Path) -> None:
    """An apostrophe before a negative number would make it a text."""
    (row,) = cells_of(tmp_path, judged(0, score(FAIL), latency_s=0.25))

    assert (row["value"], row["latency_s"], row["required"]) == ("0.0", "0.25", "true")


def test_line_ends_quotes_and_broken_text_survive(tmp_path: Path) -> None:
    """Answers have all of them; a table that breaks there is read shifted by a column."""
    text = 'a "b",\r\nc\ud800'
    item = judged(0, score(PASS), answer=text)

    assert cells_of(tmp_path, item)[0]["answer"] == lines_of(tmp_path, item)[0]["answer"] == 'a "b",\r\nc\ufffd'
