"""Which format a file of rows is in, by its fields: those that its header, or its first line, has."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from adapters.test_files.csv_rows import columns_of
from adapters.test_files.datasets.rows import TABLES, dataset_rows
from adapters.test_files.problems import Problems
from adapters.test_files.promptfoo.csv_tests import has_magic
from adapters.test_files.tests_section import TEST_KEYS
from domain.test_execution.ports import Scorers

_OURS = frozenset(TEST_KEYS) - {"id"}


def format_of_rows(path: Path, *, scorers: Scorers) -> str:
    """
    Return the format, as `ReadingRules` names it; a file that says something in our own words is ours.

    An `input` beside a `target` or `ideal` would be two variables that nothing checks, so that no file that made sense
    as ours is taken for another.

    Raises:
        Unreadable: the file is no text.
    """
    is_table = path.suffix.lower() in TABLES
    names = columns_of(path) if is_table else _first_keys(path)
    if is_table and has_magic(names):
        return "promptfoo"
    if "input" not in names or _says_ours(names, scorers=scorers):
        return "antiphon"
    return "inspect" if "target" in names else "openai-evals" if "ideal" in names and not is_table else "antiphon"


def _first_keys(path: Path) -> Collection[str]:
    first = next(dataset_rows(path, problems=Problems(path)), None)
    return tuple(first.entries) if first else ()


def _says_ours(names: Collection[str], *, scorers: Scorers) -> bool:
    kinds = scorers.kinds()
    return any(name.lower() in _OURS or name.lower().removeprefix("not-") in kinds for name in names)
