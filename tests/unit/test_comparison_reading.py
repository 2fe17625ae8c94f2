"""A comparison read back from its document says what the document says."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from domain.jobs.item import Item
from domain.test_execution.comparison import compare
from domain.test_execution.comparison_document import MOST_CHANGES, comparison_document
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.comparison_reading import comparison_from, gates_from, names_from
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, PASS, erred, failed, job_of, judged, passed, score

NAMES = ("tests 1faaed25", "tests 76166fcd")
GATES = ComparisonGates(no_regression=True, of_new=Gates(min_pass_rate=0.9))
JOB = job_of(3)


def document_of(base: Sequence[Item], new: Sequence[Item]) -> dict[str, object]:
    """Return the document of a comparison, as a server sends it."""
    comparison = compare(base, new)
    made = comparison_document(comparison, base=JOB, new=JOB, gates=GATES.results(comparison), names=NAMES)
    said: dict[str, object] = json.loads(json.dumps(made))
    return said


@pytest.mark.parametrize(
    ("base", "new"),
    [
        ([passed(0), failed(1), passed(2)], [failed(0), passed(1), passed(2)]),
        ([passed(0)], [passed(0), passed(1)]),
        ([erred(0), erred(1)], [erred(0), passed(1)]),
        ([judged(0, score(PASS, metric="a"), score(FAIL, metric="b"))], [judged(0, score(FAIL, metric="a"))]),
        ([passed(no) for no in range(300)], [failed(no) for no in range(300)]),
    ],
)
def test_what_is_read_makes_the_same_document_again(base: list[Item], new: list[Item]) -> None:
    """Tables and summaries are made of what was read: what is lost here is lost on a screen."""
    document = document_of(base, new)
    read = comparison_from(document)
    again = comparison_document(read, base=JOB, new=JOB, gates=gates_from(document), names=names_from(document))

    assert json.loads(json.dumps(again)) == document


def test_the_tests_that_changed_are_counted_though_not_all_are_listed() -> None:
    """The document lists the largest changes only."""
    read = comparison_from(document_of([passed(no) for no in range(300)], [failed(no) for no in range(300)]))

    assert (read.regressed, len(read.regressions)) == (300, MOST_CHANGES)
    assert read.shows_regression


def test_a_document_that_says_nothing_is_a_comparison_of_nothing() -> None:
    """A server of another version may leave fields out."""
    read = comparison_from({})

    assert (read.pass_rate, read.metrics, read.regressed, read.matching.compared) == (None, (), 0, 0)
    assert (gates_from({}), names_from({})) == ((), ("", ""))
