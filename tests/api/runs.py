"""Test runs over the API: a document of tests, a target that is there, and a run that is driven to its end."""

from __future__ import annotations

from typing import Any

import attrs

from domain.jobs.job import JobId
from entrypoints.container import Antiphon
from entrypoints.driving import run_to_end
from tests.api.calling import US, Api

Json = dict[str, Any]

ECHO: Json = {"kind": "scripted", "model": "echo"}
"""A target without a network that repeats what it is asked."""


def document(target: str | Json, *, name: str = "support", tests: int = 3) -> Json:
    """Return a document of *tests* tests of the target (its address or words); where it repeats, the last one fails."""
    cases = [
        {
            "id": f"t{no}",
            "prompt": f"Question {no}?",
            "tags": ["odd" if no % 2 else "even"],
            "metrics": [{"contains": "Question" if no < tests - 1 else "something else", "name": "says"}],
        }
        for no in range(tests)
    ]
    words = {"kind": "http", "url": target} if isinstance(target, str) else target
    return {"name": name, "target": words, "gates": {"min_pass_rate": 0.5}, "tests": cases}


def ended(antiphon: Antiphon, job_id: str) -> None:
    """Drive a job of `US` to its end."""
    run_to_end(attrs.evolve(antiphon, tenant=US), JobId(job_id), lambda _: None)


def run(api: Api, antiphon: Antiphon, said: Json) -> str:
    """Start a run, drive it to its end, and return its id."""
    answer = api.post("/v1/test-runs", json=said)
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["id"]
    ended(antiphon, job_id)
    return job_id


def ended_run(api: Api, antiphon: Antiphon, *, tests: int = 3) -> str:
    """Return a run of a document that has ended; its last test failed."""
    return run(api, antiphon, {"document": document(ECHO, tests=tests)})
