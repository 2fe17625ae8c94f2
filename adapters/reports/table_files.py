"""
A test run as JSONL or CSV, for notebooks and spreadsheets: one row for each test, repeat and metric.

Answers are somebody else's words: no cell of the CSV is one that a spreadsheet runs; JSONL holds every text as it is.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from pathlib import Path
from re import compile as pattern

from adapters.reports.files import replacing
from adapters.reports.flat_rows import COLUMNS, flat_rows
from adapters.spreadsheet_text import inert
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.test_result import read_result

_NOT_UTF_8 = pattern("[\ud800-\udfff]")


def write_jsonl(path: Path, *, job: Job, items: Callable[[], Iterator[Item]]) -> None:
    """
    Write the run to *path*, a JSON object a line; *items* yields the rows in their order.

    Raises:
        InvalidInput: the file can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as file:
        for piece in jsonl_pieces(job, items()):
            file.write(piece)


def write_csv(path: Path, *, job: Job, items: Callable[[], Iterator[Item]]) -> None:
    """
    Write the run to *path* as comma-separated values with a header; tags are joined by spaces.

    Raises:
        InvalidInput: the file can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as file:
        for piece in csv_pieces(job, items()):
            file.write(piece)


def jsonl_pieces(job: Job, items: Iterable[Item]) -> Iterator[str]:
    """Yield the run as JSON lines, piece by piece."""
    for item in items:
        for row in flat_rows(job, read_result(item)):
            yield _NOT_UTF_8.sub("\ufffd", json.dumps(row, ensure_ascii=False)) + "\n"


def csv_pieces(job: Job, items: Iterable[Item]) -> Iterator[str]:
    """Yield the run as comma-separated values, piece by piece."""
    yield _line(COLUMNS)
    for item in items:
        for row in flat_rows(job, read_result(item)):
            yield _line(tuple(_cell(row[name]) for name in COLUMNS))


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = " ".join(value)
    if not isinstance(value, str):
        return value
    return inert(value)


def _line(cells: tuple[object, ...]) -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
