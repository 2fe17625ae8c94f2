"""
Attacks on every route there is, made from the routers: nobody's keys, others' ids, too small keys, forged cursors.

A new route takes part by itself; one whose path or body these tests can't fill fails until it is given here.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import attrs
import pytest

from domain.jobs.item import ItemNo
from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api
from tests.api.routing import ROUTES, Route
from tests.api.runs import document, ended_run

SECRET = "sk-planted-0123456789"
WEBHOOK = {"url": "https://example.org/hooks/antiphon", "events": ["job.ended"]}
SCHEDULE = {"name": "ours", "run": ["task", "system.echo", f"text={SECRET}"], "cron": "0 3 * * *"}
EMBEDDING = {"model": "lexical-hash"}
ECHO = {"kind": "scripted", "model": "echo"}


WITH_IDS = [route for route in ROUTES if "{" in route.path]
LISTS = [route for route in ROUTES if route.method == "GET" and route.path.count("{") <= 1]

MAKES_ONES_OWN = {"PUT /v1/secrets/{name}", "PUT /v1/organization/members/{email}"}
"""They name what is to be there in the caller's own organization: a name that another one has as well is no secret."""
BODIES: dict[str, Any] = {
    "PATCH /v1/webhooks/{webhook_id}": {},
    "PATCH /v1/schedules/{schedule_id}": {"jitter_s": 1},
    "POST /v1/webhooks/{webhook_id}/rotate-secret": {"overlap_hours": 1},
    "POST /v1/keys/{key}/rotate": {},
    "POST /v1/rfps/{rfp_id}/answering": {"model": "offline"},
    "POST /v1/rfps/{rfp_id}/review": {"model": "offline"},
    "POST /v1/rfps/{rfp_id}/answers/{no}/decisions": {"kind": "edited", "text": "Yes."},
    "POST /v1/summaries/{summary_id}/jobs": {"model": "offline"},
    "POST /v1/rfps/{rfp_id}/checks": {
        "questions": [{"number": 1, "question": "Is our data encrypted?", "verdict": "no_answer"}]
    },
    "PATCH /v1/llm-apis/{llm_api}": {},
    "PATCH /v1/documentation-sources/{source}": {},
    "PUT /v1/llm-apis/{llm_api}/models/{model:path}": {},
    "PUT /v1/llm-defaults/{use}": {"llm_api": "ours", "model": "org/small"},
    "POST /v1/test-runs/{job_id}/rejudge": {"judge": "scripted:pass"},
    "POST /v1/test-runs/{job_id}/rescore": {"metrics": [{"contains": "x"}]},
}
FORGED = [
    "!", "AAAA", "x" * 400, base64.urlsafe_b64encode(b"[[[]]]").decode(), base64.urlsafe_b64encode(b"null").decode(),
    base64.urlsafe_b64encode(json.dumps(["9999-12-31T23:59:59+00:00", "' OR 1=1 --"]).encode()).decode(),
    base64.urlsafe_b64encode(b"[1e999]").decode(), base64.urlsafe_b64encode(b'["\\u0000"]').decode(),
    base64.urlsafe_b64encode(b"[99999999999999999999999999]").decode(),
]  # fmt: skip


@pytest.fixture
def ours(api: Api, antiphon: Antiphon) -> dict[str, object]:
    """What is there of `US`, by the names that ids have in paths."""
    job_id = ended_run(api, antiphon)
    run = api.get(f"/v1/test-runs/{job_id}").json()
    antiphon.administration.organizations.ensure(US, name="us", email="ada@us.example")
    config = {"name": "ours", "document": document(ECHO)}
    webhook = api.post("/v1/webhooks", json=WEBHOOK).json()
    stored = api.post("/v1/documents", files={"file": ("ours.md", b"words")}).json()
    source = {"name": "ours", "kind": "s3", "location": "s3://docs"}
    assert api.post("/v1/documentation-sources", json=source).status_code == 201
    assert api.post("/v1/test-configurations", json=config).status_code == 201
    assert api.request("PUT", "/v1/secrets/ours", json={"value": SECRET}).status_code == 200
    llm_api = {"name": "ours", "provider": "openai", "models": ["org/small"]}
    assert api.post("/v1/llm-apis", json=llm_api).status_code == 201
    chosen = {"llm_api": "ours", "model": "org/small"}
    assert api.request("PUT", "/v1/llm-defaults/judge", json=chosen).status_code == 200
    key = api.post("/v1/keys", json={"email": "ada@us.example", "scopes": ["read"]}).json()
    rfp = api.post("/v1/rfps", files={"file": ("ours.csv", b"Question,Answer\nIs our data encrypted?,\n")})
    summary = api.post("/v1/summaries", files={"file": ("ours.md", b"# Ours\n\nIt must work.\n")})
    return {
        "job_id": job_id,
        "rfp_id": rfp.json()["id"],
        "summary_id": summary.json()["id"],
        "no": ItemNo(1),
        "form": "csv",
        "task_id": run.get("celery_task_id") or job_id,
        "test_set_id": api.get("/v1/test-sets").json()["items"][0]["id"],
        "name": "ours",
        "email": "ada@us.example",
        "key": key["id"],
        "schedule_id": api.post("/v1/schedules", json=SCHEDULE).json()["id"],
        "webhook_id": webhook["id"],
        "delivery_id": webhook["id"],
        "document_id": stored["id"],
        "source": "ours",
        "model_id": api.post("/v1/embedding-models", json=EMBEDDING).json()["id"],
        "llm_api": "ours",
        "model": "org/small",
        "use": "judge",
    }


def test_there_are_routes_to_attack() -> None:
    """A generator that found nothing would prove nothing."""
    assert len(ROUTES) > 40
    assert len(WITH_IDS) > 25


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer null",
        "Basic dXM6eA==",
        "bearer antiphon_live_x",
        f"Bearer {'A' * 9000}",
    ],
)
def test_no_route_answers_without_a_key(api: Api, header: str) -> None:
    """One route that forgot its caller opens every organization."""
    stranger = attrs.evolve(api, headers={"Authorization": header} if header else {})

    for route in ROUTES:
        answer = stranger.request(route.method, route.anywhere())

        assert answer.status_code == 401, f"{route}: {answer.status_code}"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_headers_name_no_organization(api: Api, ours: dict[str, object]) -> None:
    """Whose the rows are, only the key says."""
    forged = {"X-Organization": US.organization_id, "X-Tenant-Id": US.organization_id, "X-Forwarded-User": US.user_id}
    them = api.acting_for(THEM)

    assert them.get("/v1/jobs", headers=forged).json()["items"] == []
    assert them.get(f"/v1/jobs/{ours['job_id']}", headers=forged).status_code == 404


QUESTIONS = {"POST /v1/search", "POST /v1/library-checks", "POST /v1/rfps/{rfp_id}/checks"}
"""They change nothing: a question may be longer than an address, and an address is written into logs."""


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.method != "GET" and str(route) not in QUESTIONS], ids=str
)
def test_who_may_only_read_changes_nothing(api: Api, route: Route) -> None:
    """A viewer's key in a dashboard must not start, stop, set or delete."""
    viewer = api.acting_for(US, scopes={"read"})
    words = {
        "name": "ours",
        "email": "a@b.example",
        "key": "k",
        "llm_api": "ours",
        "model": "m",
        "use": "judge",
        "source": "s",
    }

    answer = viewer.request(route.method, route.anywhere(**words), json={})

    assert answer.status_code == 403, answer.text


def test_what_another_organization_has_is_not_there(api: Api, ours: dict[str, object]) -> None:
    """Every id of ours in every path, by somebody with all rights in another organization: not even that it exists."""
    them = api.acting_for(THEM)

    for route in WITH_IDS:
        if str(route) in MAKES_ONES_OWN:
            continue
        answer = them.request(route.method, route.at(**ours), json=BODIES.get(str(route)))

        assert answer.status_code == 404, f"{route}: {answer.status_code} {answer.text[:300]}"
        assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/test-runs", {"test_set_id": "{test_set_id}", "targets": [{"name": "t", **ECHO}]}),
        ("GET", "/v1/comparisons?base={job_id}&new={job_id}", None),
        ("GET", "/v1/comparisons/report.html?base={job_id}&new={job_id}", None),
    ],
)
def test_ids_in_bodies_and_queries_are_no_way_in(
    api: Api, ours: dict[str, object], method: str, path: str, body: object
) -> None:
    """An id is checked against the organization wherever it stands."""
    said = json.loads(json.dumps(body).replace("{test_set_id}", str(ours["test_set_id"])))

    answer = api.acting_for(THEM).request(method, path.format(**ours), json=said)

    assert answer.status_code == 404, answer.text


def test_lists_hold_nothing_of_another_organization(api: Api, ours: dict[str, object]) -> None:
    """What we have shows in our lists, and in nobody else's."""
    them, looked_at = api.acting_for(THEM), []
    for route in LISTS:
        mine = api.get(route.at(**ours)).text
        if "{" in route.path or '"items":[{' not in mine or route.path == "/v1/metrics":
            continue
        looked_at.append(route.path)
        theirs = them.get(route.path)
        assert theirs.status_code == 404 or theirs.json()["items"] == [], f"{route}: {theirs.text[:300]}"

    known = ("jobs", "test-sets", "secrets", "webhooks", "schedules", "keys", "audit", "llm-apis")
    assert {f"/v1/{name}" for name in known} <= set(looked_at)


def test_a_forged_cursor_is_refused_or_means_nothing(api: Api, ours: dict[str, object]) -> None:
    """A cursor is words from outside: no error of ours on any route, and no more rows than without one."""
    for route in LISTS:
        for after in FORGED:
            answer = api.get(route.at(**ours), params={"after": after, "base": "last", "new": "last"})

            assert answer.status_code < 500, f"{route} {after}: {answer.text}"
