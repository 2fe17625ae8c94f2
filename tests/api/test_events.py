"""Hearing what happened to a job over the API; streams that go on are heard in tests/e2e/test_api_streams.py."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from domain.jobs.job import JobId
from domain.jobs.service import Submission
from domain.test_execution.run import KIND
from entrypoints.container import Antiphon
from tests.api.calling import US, Api

STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def job_id(antiphon: Antiphon) -> JobId:
    """A job that was accepted and cancelled before anything of it ran."""
    job = antiphon.jobs.submit(US, Submission(kind=KIND, spec={}))
    return antiphon.jobs.cancel(US, job.id).id


def _events(answer: httpx.Response) -> list[dict[str, Any]]:
    """Return the events of a stream as an EventSource understands it."""
    events = []
    for block in answer.text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        events.append({**fields, "data": json.loads(fields["data"])})
    return events


def test_events_are_heard_in_order_and_commands_are_not(api: Api, job_id: JobId) -> None:
    """What the outbox has to send is nobody's business; what happened is history."""
    page = api.get(f"/v1/jobs/{job_id}/events").json()

    assert [event["kind"] for event in page["items"]] == ["job_accepted", "cancel_requested", "job_ended"]
    assert [event["id"] for event in page["items"]] == sorted(event["id"] for event in page["items"])
    assert page["items"][-1]["details"]["status"] == "cancelled"
    assert page["is_over"] is True
    assert page["last"] == page["items"][-1]["id"]


def test_polling_goes_on_where_it_was(api: Api, job_id: JobId) -> None:
    """However small the pages, nothing is heard twice and nothing is missed."""
    seen: list[str] = []
    after = 0
    while True:
        page = api.get(f"/v1/jobs/{job_id}/events", params={"after": after, "limit": 1}).json()
        seen += [event["kind"] for event in page["items"]]
        after = page["last"]
        if page["is_over"]:
            break

    assert seen == ["job_accepted", "cancel_requested", "job_ended"]


def test_a_stream_tells_all_and_ends_with_the_job(api: Api, job_id: JobId) -> None:
    """The event id is the one that polling shows."""
    answer = api.get(f"/v1/jobs/{job_id}/events", headers=STREAM)

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    events = _events(answer)
    assert [event["event"] for event in events] == ["progress", "job_accepted", "cancel_requested", "job_ended"]
    assert events[0]["data"]["status"] == "cancelled"
    assert "id" not in events[0]
    polled = api.get(f"/v1/jobs/{job_id}/events").json()["items"]
    assert [event["data"] for event in events[1:]] == polled
    assert [int(event["id"]) for event in events[1:]] == [event["id"] for event in polled]


def test_a_stream_that_broke_off_goes_on_behind_what_was_heard(api: Api, job_id: JobId) -> None:
    """An EventSource connects again by itself and names what it heard last; at the end it is told to stop."""
    heard = _events(api.get(f"/v1/jobs/{job_id}/events", headers=STREAM))

    rest = api.get(f"/v1/jobs/{job_id}/events", headers={**STREAM, "Last-Event-ID": heard[1]["id"]})
    end = api.get(f"/v1/jobs/{job_id}/events", headers={**STREAM, "Last-Event-ID": heard[-1]["id"]})

    assert [event["event"] for event in _events(rest)] == ["progress", "cancel_requested", "job_ended"]
    assert end.status_code == 204


@pytest.mark.parametrize("forged", ["-1", "x", "99999999999999999999"])
def test_a_last_event_id_that_is_none_is_refused(api: Api, job_id: JobId, forged: str) -> None:
    """Not a server error, and not the whole history again."""
    answer = api.get(f"/v1/jobs/{job_id}/events", headers={**STREAM, "Last-Event-ID": forged})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/header/last-event-id"
