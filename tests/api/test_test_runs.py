"""Runs over the API: started from what is stored or comes along, and looked at until they have ended."""

from __future__ import annotations

import json

import pytest

from entrypoints.api import checking
from entrypoints.container import Antiphon
from tests.api.calling import THEM, Api
from tests.api.runs import ECHO, document, ended, ended_run, run


def test_a_document_that_comes_along_is_run(api: Api, antiphon: Antiphon) -> None:
    """One request is enough to test a bot; its summary is the document of the command line."""
    job_id = ended_run(api, antiphon)

    found = api.get(f"/v1/test-runs/{job_id}").json()

    assert found["job"]["status"] == "completed"
    assert found["summary"]["verdicts"] == {"pass": 2, "fail": 1, "inconclusive": 0}
    assert found["summary"] == api.get(f"/v1/jobs/{job_id}/report.json").json()


def test_who_has_the_document_already_gets_none(api: Api, antiphon: Antiphon) -> None:
    """A page that looks every second must not carry the same summary every second."""
    path = f"/v1/test-runs/{ended_run(api, antiphon)}"

    tag = api.get(path).headers["etag"]

    assert api.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_stored_set_is_run_as_its_document_says(api: Api, antiphon: Antiphon) -> None:
    """Whoever uploads a file need not repeat what is in it."""
    stored = api.post("/v1/test-sets", json=document(ECHO)).json()

    job_id = run(api, antiphon, {"test_set_id": stored["id"]})

    summary = api.get(f"/v1/test-runs/{job_id}").json()["summary"]
    assert summary["verdicts"]["pass"] == 2
    assert [gate["wanted"] for gate in summary["gates"]] == [0.5]


def test_a_request_comes_before_the_document(api: Api, antiphon: Antiphon) -> None:
    """Targets, gates, tags, metrics and options of one run change nothing that is stored."""
    stored = api.post("/v1/test-sets", json=document("http://127.0.0.1:1/")).json()

    job_id = run(
        api,
        antiphon,
        {
            "test_set_id": stored["id"],
            "targets": [ECHO],
            "gates": {"max_errors": 0},
            "tags": ["even"],
            "metrics": [{"latency": 100}],
            "options": {"concurrency": 2, "max_cost_usd": 0.5, "priority": "high", "deadline_s": 5},
            "limits": {"requests_per_minute": 1000},
            "cache": {},
        },
    )

    found = api.get(f"/v1/test-runs/{job_id}").json()
    assert (found["job"]["planned"], found["job"]["options"]["max_cost_nanousd"]) == (2, 500_000_000)
    assert {gate["gate"] for gate in found["summary"]["gates"]} == {"min_pass_rate", "max_errors"}
    assert {metric["name"] for metric in found["summary"]["metrics"]} == {"latency", "says"}
    assert api.get(f"/v1/test-sets/{stored['id']}").json()["tests"] == 3


def test_a_repeated_request_is_the_same_run(api: Api) -> None:
    """A client that lost the answer asks again."""
    words = {"document": document("http://127.0.0.1:1/")}

    first, again = (api.post("/v1/test-runs", json=words, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"] == f"/v1/jobs/{first.json()['id']}"


def test_a_second_run_of_a_subject_is_refused(api: Api) -> None:
    """Two pipelines must not test one deployment at once, if they say which it is."""
    words = {"document": document("http://127.0.0.1:1/"), "subject": "staging"}

    statuses = [api.post("/v1/test-runs", json=words).status_code for _ in range(2)]

    assert statuses == [202, 409]


def test_a_run_that_goes_on_has_no_summary_yet(api: Api) -> None:
    """Looking at it must stay quick, however often somebody looks."""
    job_id = api.post("/v1/test-runs", json={"document": document("http://127.0.0.1:1/")}).json()["id"]

    assert api.get(f"/v1/test-runs/{job_id}").json()["summary"] is None


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({}, "/body"),
        ({"test_set_id": "5f0d8a3e-6c9b-4e58-9f5b-0a8c2b1f7d11", "document": {}}, "/body"),
        ({"test_set_id": "no"}, "/body/test_set_id"),
        ({"document": {"name": "x"}}, "/body/document"),
        ({"document": document("http://a") | {"tests": []}}, "/body/document/tests"),
        ({"document": document("http://a"), "tags": ["none"]}, "/body/tags"),
        ({"document": document("http://a"), "tag": ["odd"]}, "/body/tag"),
        ({"document": document("http://a"), "options": {"concurrency": 0}}, "/body/options/concurrency"),
        ({"document": document("http://a"), "options": {"deadline_s": 1e9}}, "/body/options/deadline_s"),
        ({"document": document("http://a"), "gates": {"min_pass_rate": 2}}, "/body/gates/min_pass_rate"),
        ({"document": document("http://a"), "targets": [{"kind": "http"}]}, "/body/targets/0"),
        ({"document": document("http://a"), "targets": [{"kind": "http", "url": "http://[::1"}]}, "/body/targets/0"),
        ({"document": document("http://a"), "metrics": [{"contains": 3.5, "weight": -1}]}, "/body/metrics/0/weight"),
        ({"document": document("http://a"), "metrics": [{"llm-rubric": "polite"}]}, "/body/judge"),
        ({"document": document("http://${NO_SUCH_SECRET}")}, "/body/targets/0"),
    ],
)
def test_bad_words_are_refused_by_place_and_nothing_is_stored(api: Api, said: dict[str, object], pointer: str) -> None:
    """A program finds the field; a half-stored run would run without somebody having asked for it."""
    answer = api.post("/v1/test-runs", json=said)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer in [problem["pointer"] for problem in answer.json()["errors"]], answer.text
    assert api.get("/v1/jobs").json()["items"] == []
    assert api.get("/v1/test-sets").json()["items"] == []


def test_metrics_that_take_too_long_to_prepare_are_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expressions are compiled in the server's process; thousands of hard ones would keep it from all else."""
    monkeypatch.setattr(checking, "PREPARING_LIMIT_S", 0.0)
    metrics = [{"regex": f"a{no}"} for no in range(3)]

    answer = api.post("/v1/test-runs", json={"document": document("http://a", tests=1), "metrics": metrics})

    assert answer.status_code == 422
    assert "preparing the metrics takes more than 0 s" in answer.json()["detail"]


def test_an_unknown_test_set_is_not_found(api: Api) -> None:
    """Nor is that of another organization."""
    stored = api.acting_for(THEM).post("/v1/test-sets", json=document("http://a")).json()

    assert api.post("/v1/test-runs", json={"test_set_id": stored["id"]}).status_code == 404


def test_stored_answers_are_scored_anew(api: Api, antiphon: Antiphon) -> None:
    """A new metric must not cost the answers a second time."""
    job_id = ended_run(api, antiphon)

    answer = api.post(f"/v1/test-runs/{job_id}/rescore", json={"metrics": [{"icontains": "QUESTION"}]})
    assert answer.status_code == 202, answer.text
    ended(antiphon, answer.json()["id"])

    summary = api.get(f"/v1/test-runs/{answer.json()['id']}").json()["summary"]
    assert summary["verdicts"] == {"pass": 3, "fail": 0, "inconclusive": 0}
    assert summary["usage"]["requests"] == 0


def test_a_run_without_judged_metrics_is_not_rejudged(api: Api, antiphon: Antiphon) -> None:
    """It would come to the same, and somebody waits for something else."""
    job_id = ended_run(api, antiphon)

    answer = api.post(f"/v1/test-runs/{job_id}/rejudge", json={"judge": "scripted:pass"})

    assert answer.status_code == 422
    assert "no metric that a model judges" in answer.json()["detail"]


def test_two_runs_are_compared(api: Api, antiphon: Antiphon) -> None:
    """The document is that of the command line."""
    base, new = ended_run(api, antiphon), ended_run(api, antiphon)

    found = api.get("/v1/comparisons", params={"base": base, "new": new, "no_regression": True}).json()

    assert (found["base"]["id"], found["new"]["id"], found["regressed"]) == (base, new, 0)
    assert [gate["gate"] for gate in found["gates"]] == ["no_regression"]


def test_a_run_that_goes_on_is_not_compared(api: Api, antiphon: Antiphon) -> None:
    """Half a run would look like a regression."""
    base = ended_run(api, antiphon)
    new = api.post("/v1/test-runs", json={"document": document("http://127.0.0.1:1/")}).json()["id"]

    assert api.get("/v1/comparisons", params={"base": base, "new": new}).status_code == 409


def test_another_organization_sees_nothing_of_a_run(api: Api, antiphon: Antiphon) -> None:
    """Its id is not found, as if it were not there."""
    job_id = ended_run(api, antiphon)
    theirs = api.acting_for(THEM)

    paths = ["report.json", "report.csv", "report.html", "report.junit.xml", "report.jsonl", "results"]
    answers = [theirs.get(f"/v1/jobs/{job_id}/{path}") for path in paths]
    answers += [
        theirs.get(f"/v1/test-runs/{job_id}"),
        theirs.get("/v1/comparisons", params={"base": job_id, "new": job_id}),
    ]
    answers += [theirs.post(f"/v1/test-runs/{job_id}/rescore", json={"metrics": [{"contains": "x"}]})]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert "Question" not in json.dumps([answer.text for answer in answers])
