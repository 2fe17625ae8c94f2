"""A request can be followed: its id is in its answer, its log lines, and the jobs it starts."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import APIRouter
from structlog.testing import capture_logs

from domain.jobs.job import JobId
from domain.jobs.service import Submission
from domain.test_execution.run import KIND
from entrypoints.api.callers import Services, Writer
from entrypoints.container import Antiphon
from tests.api.calling import US, Api

router = APIRouter(prefix="/v1/probes")


@router.post("/start")
def start(caller: Writer, antiphon: Services) -> str:
    """Have a job accepted for the caller."""
    return antiphon.jobs.submit(caller, Submission(kind=KIND, spec={})).id


@router.post("/break")
def break_down() -> str:
    """Raise what no route should."""
    raise KeyError("a bug")


@pytest.fixture(autouse=True)
def _probes(api: Api) -> None:
    api.app.include_router(router)


def test_the_callers_id_comes_back_and_goes_with_the_job(api: Api, antiphon: Antiphon) -> None:
    """What a support ticket quotes must find the lines of the worker, too."""
    answer = api.post("/v1/probes/start", headers={"X-Request-Id": "ticket-42"})

    assert answer.headers["X-Request-Id"] == "ticket-42"
    assert antiphon.jobs.get(US, JobId(answer.json())).job.origin.request_id == "ticket-42"


@pytest.mark.parametrize("given", ["", "two words", "a" * 101, "line\tbreak", "-dash", "naïve"])
def test_an_id_that_is_none_is_replaced(api: Api, given: str) -> None:
    """It ends up in logs, headers and rows: no place for what somebody else makes up."""
    answer = api.get("/healthz", headers={"X-Request-Id": given.encode("latin-1")})

    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/v1/jobs/none", "/no/such/path", "/v1/jobs"])
def test_refusals_carry_the_id_as_well(api: Api, path: str) -> None:
    """It is the refused request that somebody asks about."""
    assert api.nobody().get(path, headers={"X-Request-Id": "r-1"}).headers["X-Request-Id"] == "r-1"


def test_a_bug_is_logged_under_the_id_that_its_answer_carries(api: Api) -> None:
    """The reader of a 500 is told nothing else to go by."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(api.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=api.headers) as client:
            return await client.post("/v1/probes/break", headers={"X-Request-Id": "r-500"})

    with capture_logs() as lines:
        answer = api.runner.run(ask())

    assert (answer.status_code, answer.headers["X-Request-Id"]) == (500, "r-500")
    [failure] = [line for line in lines if line["event"] == "a request failed"]
    assert failure["request"] == "r-500"


def test_a_line_says_what_was_asked_by_whom_and_how_it_went(api: Api) -> None:
    """The pattern, not the path; and neither query, nor body, nor key."""
    with capture_logs() as lines:
        api.get("/v1/jobs/00000000-0000-4000-8000-00000000ffff?token=hunter2")

    [line] = [line for line in lines if line["event"] == "a request was answered"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/jobs/{job_id}", 404)
    assert (line["organization"], line["user"]) == (US.organization_id, US.user_id)
    assert "hunter2" not in str(line)
