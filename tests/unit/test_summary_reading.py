"""A run's summary comes back from its document, so that a server's run is shown like one's own."""

from __future__ import annotations

import json
from typing import cast

import pytest

from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from domain.jobs.usage import Usage
from domain.test_execution.summary import summarise
from domain.test_execution.summary_document import summary_document
from domain.test_execution.summary_reading import summary_from
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, PASS, erred, job_of, judged, score, unrun

SPENT = Usage(requests=2, prompt_tokens=20, completion_tokens=10, cost_nanousd=12_345_678)


def test_what_a_document_says_is_read_back_whole() -> None:
    """Written again, the summary gives the same document: nothing was lost on the way."""
    rows = (
        judged(0, score(PASS), tags=("smoke",), latency_s=0.5, tokens=(10, 5)),
        judged(1, score(FAIL, reason="no Paris"), key="capital", answer="Lyon", latency_s=0.25),
        erred(2, "no answer within 60 s"),
        unrun(3, ItemState.SKIPPED),
        unrun(4, ItemState.CANCELLED),
    )
    job = job_of(len(rows), status=JobStatus.PARTIAL)
    told = summary_document(job, summary=summarise(job, items=rows, gates=Gates(min_pass_rate=0.5, max_errors=0)))
    sent = cast(dict[str, object], json.loads(json.dumps(told)))

    assert json.loads(json.dumps(summary_document(job, summary=summary_from(sent)))) == sent


@pytest.mark.parametrize("document", [{}, {"job": 3, "errors": {"kind": 1}, "metrics": [4], "pass_rate": None}])
def test_a_document_that_lacks_things_says_that_nothing_is_known(document: dict[str, object]) -> None:
    """A server of another version may leave out or add what this one does not know."""
    summary = summary_from(document)

    assert (summary.pass_rate.value, summary.tally.failed, summary.metrics, summary.gates_met) == (None, 0, (), True)
