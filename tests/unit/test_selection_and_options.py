"""Which tests of a set are run, and how: what was asked for, else what their file says, else the usual."""

from __future__ import annotations

import pytest

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobOptions
from domain.test_execution.metric import Metric
from domain.test_execution.run_options import LONGEST_S, run_options
from domain.test_execution.selection import EVERYTHING, Selection
from domain.test_execution.test_set import RunHints, TestCase

OWN, ASKED = (Metric(name=name, kind="contains", value="x") for name in ("own", "asked"))
CASES = [
    TestCase(id="a", prompt="?", tags=("x", "y"), metrics=(OWN,)),
    TestCase(id="b", prompt="?", tags=("y",)),
    TestCase(id="c", prompt="?"),
]


def test_any_of_the_tags_is_enough() -> None:
    """Tags name groups that overlap; who names two wants both groups."""
    assert [case.id for case in Selection(tags=("x", "y")).of(CASES)] == ["a", "b"]
    assert list(EVERYTHING.of(CASES)) == CASES


def test_metrics_that_are_asked_for_stand_before_a_tests_own() -> None:
    """They are asked of every test, as those that a file names for all."""
    assert [case.metrics for case in Selection(metrics=(ASKED,)).of(CASES)] == [(ASKED, OWN), (ASKED,), (ASKED,)]


def test_a_tag_that_no_test_has_is_refused() -> None:
    """A misspelt one would run fewer tests than somebody believes."""
    with pytest.raises(InvalidInput, match="no test of support has 'z'; its tags: x, y"):
        Selection(tags=("x", "z")).check(CASES, name="support")
    Selection(tags=("x",)).check(CASES, name="support")


def test_what_was_said_comes_before_the_file_and_the_file_before_the_usual() -> None:
    """A deadline that somebody chose is taken as said; without one, the latencies of the run decide."""
    hints = RunHints(concurrency=3, deadline_s=7.0)

    assert run_options({}) == JobOptions(deadline_s=LONGEST_S, follows_latency=True)
    assert run_options({}, hints=hints) == JobOptions(concurrency=3, deadline_s=7.0)
    assert run_options({"concurrency": 9, "deadline_s": 2.0}, hints=hints) == JobOptions(concurrency=9, deadline_s=2.0)
