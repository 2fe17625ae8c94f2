"""The rows of a data set, as drafts, made into a file of tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from adapters.test_files.drafts import Draft, Shared, cases_of, warnings_about
from adapters.test_files.problems import Problems
from adapters.test_files.text import name_of
from domain.test_execution.test_set import TestFile


def test_file_of(drafts: Iterable[Draft], *, path: Path, problems: Problems) -> TestFile:
    """Return the tests; a row that stands there twice is two tests, as whoever made the data set counts them."""
    cases = tuple(cases_of(drafts, shared=Shared(number_repeated=True), problems=problems))
    if not cases and not problems:
        problems.add(None, "no tests", expected="at least one row with an input", do="add rows")
    return TestFile(name=name_of(path), cases=cases, warnings=warnings_about(cases))
