"""Starting work over the API, with a route that starts a job of the kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from domain.jobs.errors import NotFound
from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.jobs.service import Submission
from domain.test_execution.run import KIND
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.starting import STARTS, Starting
from tests.api.calling import THEM, Api

router = APIRouter(prefix="/v1/probes")
GONE: set[str] = set()


class ProbeRequest(BaseModel):
    """What a probe is to look at."""

    name: str
    subject: str | None = None


@router.post("", status_code=202, responses=STARTS)
def start_probe(start: Starting, wanted: ProbeRequest) -> JobDocument:
    """Start a job."""

    def submit(key: IdempotencyKey | None) -> Job:
        if wanted.name in GONE:
            raise NotFound(f"{wanted.name} is gone")
        submission = Submission(kind=KIND, spec={"name": wanted.name}, subject=wanted.subject, idempotency_key=key)
        return start.antiphon.jobs.submit(start.caller, submission)

    return start.of(submit)


@pytest.fixture(autouse=True)
def _probes(api: Api) -> Iterator[None]:
    api.app.include_router(router)
    yield
    GONE.clear()


def _job_count(api: Api) -> int:
    return len(api.get("/v1/jobs").json()["items"])


def test_work_that_was_accepted_says_where_to_look(api: Api) -> None:
    """The caller has nothing else to go by."""
    answer = api.post("/v1/probes", json={"name": "a"})

    assert answer.status_code == 202
    assert api.get(answer.headers["Location"]).json() == {**answer.json(), "errors": []}


def test_a_repeated_request_gets_the_first_ones_job_however_it_is_spelt(api: Api) -> None:
    """Whoever lost an answer asks again; the order of fields is no difference, nor what has changed since."""
    key = {"Idempotency-Key": "once"}
    first = api.post("/v1/probes", json={"name": "a", "subject": "s"}, headers=key)
    GONE.add("a")

    again = api.post(
        "/v1/probes", content='{"subject": "s",\n"name": "a"}', headers={**key, "Content-Type": "application/json"}
    )

    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert again.headers["Location"] == first.headers["Location"]
    assert _job_count(api) == 1


def test_a_key_that_comes_with_another_body_is_refused(api: Api) -> None:
    """Two requests under one key: one of them would silently not be done."""
    key = {"Idempotency-Key": "once"}
    api.post("/v1/probes", json={"name": "a"}, headers=key)

    for other in ({"name": "b"}, {"name": "a", "subject": "s"}):
        answer = api.post("/v1/probes", json=other, headers=key)

        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:antiphon:problem:idempotency-key-reused"
    assert _job_count(api) == 1


def test_keys_are_an_organizations_own(api: Api) -> None:
    """Neither may a key of others be taken, nor may its job be learnt."""
    key = {"Idempotency-Key": "once"}
    ours = api.post("/v1/probes", json={"name": "a"}, headers=key).json()["id"]

    theirs = api.acting_for(THEM).post("/v1/probes", json={"name": "b"}, headers=key)

    assert theirs.status_code == 202
    assert theirs.json()["id"] != ours


def test_a_key_that_can_not_be_one_is_refused(api: Api) -> None:
    """Keys are kept for good: they are short, and can be printed."""
    for key in ("", "x" * 201, "a b", "\u00e9"):
        answer = api.post("/v1/probes", json={"name": "a"}, headers=[("Idempotency-Key", key.encode("latin-1"))])

        assert answer.status_code == 422, key
        assert answer.json()["errors"][0]["pointer"] == "/header/idempotency-key"


def test_who_may_only_read_starts_nothing(api: Api) -> None:
    """Starting costs money."""
    answer = api.acting_for(THEM, scopes={"read"}).post("/v1/probes", json={"name": "a"})

    assert answer.status_code == 403


def test_twenty_at_once_under_one_key_start_one_job(api: Api) -> None:
    """A client with impatient retries must not pay twenty times."""
    answers = _together(api, {"name": "a"}, key="once")

    assert {status for status, _ in answers} == {202}
    assert len({job_id for _, job_id in answers}) == 1


def test_twenty_at_once_on_one_subject_start_one_job_and_nineteen_hear_so(api: Api) -> None:
    """The unique index decides, not a look before."""
    answers = _together(api, {"name": "a", "subject": "s"})

    assert sorted(status for status, _ in answers) == [202] + [409] * 19


def _together(api: Api, body: dict[str, str], *, key: str = "") -> list[tuple[int, str]]:
    headers = {"Idempotency-Key": key} if key else {}
    answers = api.together(20, "POST", "/v1/probes", json=body, headers=headers)
    return [(answer.status_code, answer.json().get("id", "")) for answer in answers]
