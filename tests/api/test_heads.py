"""HEAD: what GET answers, without the body, for every path that has GET."""

from __future__ import annotations

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import Api
from tests.api.routing import ROUTES
from tests.api.runs import ECHO, document, ended_run

READ = sorted({route.path for route in ROUTES if route.method == "GET"})
CHANGING = {"x-request-id", "ratelimit-remaining", "ratelimit-reset"}
STREAM = {"Accept": "text/event-stream"}


@pytest.mark.parametrize("path", READ)
def test_a_path_that_is_read_answers_head_as_it_answers_get(api: Api, path: str) -> None:
    """RFC 9110, 9.1: whoever serves GET serves HEAD; monitors and caches ask so, and believe the headers."""
    where = next(route for route in ROUTES if route.path == path).anywhere()

    got, head = api.get(where), api.request("HEAD", where)

    assert (head.status_code, head.content) == (got.status_code, b"")
    assert _kept(head.headers) == _kept(got.headers)


def test_a_head_says_how_long_the_body_would_be(api: Api, antiphon: Antiphon) -> None:
    """A report's, and a job's with its tag."""
    job = f"/v1/jobs/{ended_run(api, antiphon)}"

    for path in (job, f"{job}/items", f"{job}/items/0", f"{job}/events", f"{job}/report.json"):
        got, head = api.get(path), api.request("HEAD", path)
        assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
        assert _kept(head.headers) == _kept(got.headers)
        assert got.headers.get("content-length") in (None, str(len(got.content)))
        tag = got.headers.get("etag")
        if tag is not None:
            assert api.request("HEAD", path, headers={"If-None-Match": tag}).status_code == 304


def test_the_head_of_a_stream_does_not_wait_for_its_end(api: Api) -> None:
    """The job has not ended, and nobody works on it: its events would go on for minutes."""
    job_id = api.post("/v1/test-runs", json={"document": document(ECHO)}).json()["id"]

    head = api.request("HEAD", f"/v1/jobs/{job_id}/events", headers=STREAM)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")


def test_what_has_no_get_has_no_head(api: Api) -> None:
    """And nothing is done: a HEAD that were taken for a POST would start work."""
    answer = api.request("HEAD", "/v1/test-runs")

    assert (answer.status_code, answer.headers["Allow"], answer.content) == (405, "POST", b"")


def test_nobody_is_told_nothing_by_head(api: Api) -> None:
    """It needs the key that GET needs."""
    assert api.nobody().request("HEAD", "/v1/jobs").status_code == 401


def _kept(headers: object) -> dict[str, str]:
    assert hasattr(headers, "items")
    return {name: value for name, value in headers.items() if name not in CHANGING}
