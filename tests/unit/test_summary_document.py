"""The JSON document that scripts rely on."""

from __future__ import annotations

import json
import re
from datetime import timedelta, timezone
from pathlib import Path
from typing import cast

import attrs
from attrs import evolve

from domain.jobs.errors import FailureKind
from domain.jobs.item import Item, ItemState
from domain.jobs.job import Job, JobStatus
from domain.jobs.usage import Usage
from domain.test_execution.summary import summarise
from domain.test_execution.summary_document import summary_document
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, NOON, PASS, erred, failed, job_of, judged, passed, score, unrun

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "json-output.md"


def document_of(*items: Item, job: Job | None = None, gates: Gates | None = None) -> dict[str, object]:
    """Return the document as a reader of its text gets it."""
    job = job or job_of(len(items), status=JobStatus.PARTIAL)
    summary = summarise(job, items=items, gates=gates or Gates())
    return cast(dict[str, object], json.loads(json.dumps(summary_document(job, summary=summary), allow_nan=False)))


SPENT = Usage(requests=2, prompt_tokens=20, completion_tokens=10, cost_nanousd=12_345_678)
"""The answer took two attempts."""


def test_the_document_of_a_run_is_exactly_this() -> None:
    """Scripts are written against it: a change here is a change of a promise."""
    rows = (
        evolve(judged(0, score(PASS), tags=("smoke",), latency_s=0.5, tokens=(10, 5)), usage=SPENT),
        judged(1, score(FAIL, reason="no Paris"), key="capital", answer="Lyon", latency_s=0.5),
        erred(2, "no answer within 60 s"),
        unrun(3, ItemState.SKIPPED),
    )

    assert document_of(*rows, gates=Gates(min_pass_rate=0.5, max_errors=0)) == {
        "job": {
            "id": "run-1",
            "kind": "test_execution",
            "status": "partial",
            "failure": None,
            "planned": 4,
            "succeeded": 2,
            "failed": 1,
            "skipped": 1,
            "cancelled": 0,
            "created_at": "2026-03-01T11:59:59.000Z",
            "started_at": "2026-03-01T12:00:00.000Z",
            "ended_at": "2026-03-01T12:01:30.000Z",
            "revision": 1,
        },
        "verdicts": {"pass": 1, "fail": 1, "inconclusive": 0},
        "pass_rate": {
            "value": 0.5,
            "low": 0.094531,
            "high": 0.905469,
            "standard_error": 0.5,
            "tests": 2,
            "all_errors_fail": 0.333333,
            "all_errors_pass": 0.666667,
        },
        "latency_s": {"n": 2, "mean": 0.5, "p50": 0.5, "p90": 0.5, "p95": 0.5, "p99": 0.5, "max": 0.5},
        "metrics": [
            {
                "name": "contains",
                "kind": "contains",
                "passed": 1,
                "failed": 1,
                "inconclusive": 0,
                "mean_value": 0.5,
                "pass_rate": {"value": 0.5, "low": 0.094531, "high": 0.905469, "standard_error": 0.5, "tests": 2},
            }
        ],
        "tags": [
            {
                "tag": "smoke",
                "n": 1,
                "passed": 1,
                "failed": 0,
                "inconclusive": 0,
                "errors": 0,
                "pass_rate": {"value": 1.0, "low": 0.206549, "high": 1.0, "standard_error": None, "tests": 1},
            }
        ],
        "targets": [],
        "prompts": [],
        "contests": [],
        "repeats": {"tests": 0, "tries": [], "flaky": 0, "flaky_tests": []},
        "judges": {"models": {}, "prompts": {}, "rule": "majority", "under_test": [], "source": None},
        "gates": [
            {"gate": "min_pass_rate", "wanted": 0.5, "found": 0.5, "met": True},
            {"gate": "max_errors", "wanted": 0, "found": 1, "met": False},
        ],
        "errors": [{"kind": "timed_out", "message": "no answer within 60 s", "count": 1, "keys": ["test-2"]}],
        "failures": [
            {
                "key": "capital",
                "reasons": [{"metric": "contains", "kind": "contains", "reason": "no Paris"}],
                "answer": "Lyon",
            }
        ],
        "tokens": {"prompt": 10, "completion": 5, "answers": 1},
        "cost": {"usd": None, "target_usd": None, "judging_usd": None, "known": 0, "unknown": 2},
        "cache": {"answers": 0, "saved_usd": 0.0},
        "usage": {
            "requests": 2,
            "prompt_tokens": 20,
            "completion_tokens": 10,
            "cost_usd": 0.012346,
            "cost_nanousd": 12_345_678,
        },
    }


def test_where_there_is_nothing_to_say_it_says_null() -> None:
    """A reader must be able to tell "none" from 0, and must find every key."""
    document = document_of(job=job_of(None, status=JobStatus.PENDING))

    assert document["pass_rate"] == {
        "value": None, "low": 0.0, "high": 1.0, "standard_error": None, "tests": 0,
        "all_errors_fail": None, "all_errors_pass": None,
    }  # fmt: skip
    assert document["latency_s"] == {
        "n": 0, "mean": None, "p50": None, "p90": None, "p95": None, "p99": None, "max": None,
    }  # fmt: skip
    job = cast(dict[str, object], document["job"])
    assert (job["planned"], job["ended_at"]) == (None, None)


def test_errors_of_the_document_add_up_to_the_failed_items() -> None:
    """What doesn't fit in the groups is one last entry, so that no error is lost between the lines."""
    document = document_of(*(erred(no, f"trace {no}") for no in range(30)))

    errors = cast(list[dict[str, object]], document["errors"])
    assert len(errors) == 21
    assert errors[-1] == {"kind": None, "message": "other errors, in smaller groups", "count": 10, "keys": []}


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    """Two machines must write the same time the same way."""
    local = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    job = attrs.evolve(job_of(0), created_at=local)

    assert cast(dict[str, object], document_of(job=job)["job"])["created_at"] == "2026-03-01T12:00:00.000Z"


def test_the_same_run_gives_the_same_text() -> None:
    """Documents are compared and diffed; hash order must not show in them."""
    rows = [judged(no, score(PASS), tags=("b", "a", f"t{no % 3}")) for no in range(20)]

    assert json.dumps(document_of(*rows)) == json.dumps(document_of(*rows))
    assert list(document_of(*rows)) == [
        "job", "verdicts", "pass_rate", "latency_s", "metrics", "tags", "targets", "prompts", "contests", "repeats",
        "judges", "gates", "errors", "failures", "tokens", "cost", "cache", "usage",
    ]  # fmt: skip


def test_every_kind_of_failure_is_described() -> None:
    """Scripts tell a dead target from a spent budget by the name of the kind."""
    described = set(re.findall(r"`(\w+)`", DOCUMENTATION.read_text(encoding="utf-8")))

    assert {kind.value for kind in FailureKind} - described == set()


def test_every_field_is_documented() -> None:
    """A field nobody explains is a field everybody guesses at."""
    described = set(re.findall(r"`(\w+)`", DOCUMENTATION.read_text(encoding="utf-8")))
    rows = (passed(0, tags=("smoke",)), failed(1), erred(2))

    assert keys_of(document_of(*rows, gates=Gates(max_errors=1))) - described == set()


def keys_of(value: object) -> set[str]:
    """Return every key in a JSON value, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*(keys_of(child) for child in value.values()))
    return set().union(*(keys_of(child) for child in value)) if isinstance(value, list) else set()
