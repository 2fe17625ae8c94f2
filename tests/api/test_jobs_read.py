"""Reading jobs over the API."""

from __future__ import annotations

from domain.jobs.service import Submission
from domain.test_execution.run import KIND
from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api


def _submit(antiphon: Antiphon, *, subject: str | None = None) -> str:
    return antiphon.jobs.submit(US, Submission(kind=KIND, spec={}, subject=subject)).id


def test_a_job_is_shown_as_it_stands(api: Api, antiphon: Antiphon) -> None:
    """Programs poll this; its fields are those of the command line."""
    job_id = _submit(antiphon, subject="nightly")

    answer = api.get(f"/v1/jobs/{job_id}")

    assert answer.status_code == 200
    document = answer.json()
    shown = {name: document[name] for name in ("id", "kind", "status", "subject", "started_by", "planned", "progress")}
    assert shown == {
        "id": job_id, "kind": KIND, "status": "pending", "subject": "nightly", "started_by": "ada", "planned": None,
        "progress": 0.0,
    }  # fmt: skip


def test_pages_of_jobs_run_from_the_newest_without_gap_or_repeat(api: Api, antiphon: Antiphon) -> None:
    """A cursor names a place, so that jobs which arrive meanwhile move nothing."""
    submitted = [_submit(antiphon) for _ in range(5)]

    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = api.get("/v1/jobs", params={"limit": "2", **after}).json()
        seen += [job["id"] for job in page["items"]]
        if page["next"] is None:
            break
        _submit(antiphon)
        after = {"after": page["next"]}

    assert seen == submitted[::-1]


def test_the_job_of_another_organization_is_answered_like_one_that_never_was(api: Api, antiphon: Antiphon) -> None:
    """Whether an id exists elsewhere must not be learnt from the answer."""
    ours, unknown = _submit(antiphon), "00000000-0000-4000-8000-00000000dead"
    them = api.acting_for(THEM)

    answers = [them.get(f"/v1/jobs/{job_id}") for job_id in (ours, unknown)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(ours, unknown) == answers[1].text
    assert them.get("/v1/jobs").json() == {"items": [], "next": None}


def test_who_shows_no_known_key_is_refused(api: Api) -> None:
    """No key, another scheme, or a wrong key: the same 401, as a problem."""
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer wrong"}):
        answer = api.nobody().get("/v1/jobs", headers=headers)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:antiphon:problem:unauthenticated"


def test_a_scope_that_is_missing_is_named(api: Api) -> None:
    """Whoever made the key must learn what to add to it."""
    answer = api.acting_for(US, scopes={"write"}).get("/v1/jobs")

    assert answer.status_code == 403
    assert "'read'" in answer.json()["detail"]


def test_a_cursor_that_is_none_is_refused_with_its_place(api: Api) -> None:
    """A forged cursor must not become a server error, nor silently the first page."""
    for after in ("x", "e30", "WzEsMl0", "é", "WyIyMDI2LTAxLTAxIiwgIngiXQ", "W1tbW1tbW10"):
        answer = api.get("/v1/jobs", params={"after": after})

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/query/after"
