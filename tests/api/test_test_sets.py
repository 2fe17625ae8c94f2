"""Test sets over the API: uploaded in every format, listed in versions, downloaded as what makes them."""

from __future__ import annotations

import json

import pytest

from tests.api.calling import THEM, US, Api
from tests.api.runs import document

YAML = """
name: from yaml
variables: {who: Ada}
prompts: ["Hello {{ who }}?", {prompt: "Hi {{ who }}?", label: short}]
judge: [openai:gpt-5-mini, anthropic:claude-haiku-4-5]
judging: {rule: mean, may_be_target: true}
targets:
  - {name: a, kind: http, url: "https://a.example/${TOKEN}", headers: {Authorization: "Bearer ${KEY}"}}
  - {name: b, kind: openai, model: gpt-5-mini, limits: {concurrency: 3}}
run: {concurrency: 7}
tests:
  - id: one
    metrics: [{assert-set: [{contains: a}, is-json], threshold: 0.5}, {not-regex: "x+", weight: 2, required: false}]
  - id: two
    turns: [Hello, {user: And?, metrics: [{contains: b}]}]
    tags: [x]
"""


@pytest.mark.parametrize(
    ("media", "text"),
    [
        ("application/json", json.dumps(document("https://bot.example"))),
        ("application/yaml", YAML),
        ("text/yaml; charset=utf-8", YAML),
        ("application/x-ndjson", '{"id": "a", "prompt": "Hi?", "contains": "x"}\n{"prompt": "Ho?"}\n'),
        ("text/csv", "id,prompt,contains\na,Hi?,x\nb,Ho?,\n"),
        ("text/tab-separated-values", "id\tprompt\na\tHi?\n"),
    ],
)
def test_a_file_is_stored_and_comes_back_as_the_document_that_makes_it(api: Api, media: str, text: str) -> None:
    """Nothing is lost on the way: what is downloaded makes the same version again, in both forms."""
    answer = api.post("/v1/test-sets", params={"name": "set"}, content=text, headers={"Content-Type": media})
    assert answer.status_code == 201, answer.text
    stored = answer.json()

    for form in ("yaml", "json"):
        written = api.get(f"/v1/test-sets/{stored['id']}/document", params={"format": form})
        again = api.post(
            "/v1/test-sets", content=written.content, headers={"Content-Type": written.headers["content-type"]}
        )
        assert again.json()["id"] == stored["id"], written.text
    assert answer.headers["location"] == f"/v1/test-sets/{stored['id']}"


@pytest.mark.parametrize("name", ["refunds.csv", "../../refunds.csv", "C:\\tests\\refunds.csv", "/etc/refunds.CSV"])
def test_a_form_brings_a_file_whose_name_is_only_a_name(api: Api, name: str) -> None:
    """Browsers send forms; a path in a file's name leads nowhere."""
    answer = api.post("/v1/test-sets", files={"file": (name, b"id,prompt\na,Hi?\n", "text/csv")})

    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "refunds"


def test_what_deserves_a_look_is_said(api: Api) -> None:
    """A test that checks nothing, or a secret that is written out, is accepted and named."""
    words = document("https://bot.example")
    words["target"]["headers"] = {"Authorization": "Bearer abc"}

    warnings = api.post("/v1/test-sets", json=words).json()["warnings"]

    assert len(warnings) == 1
    assert "seems to hold a secret" in warnings[0]
    assert "abc" not in warnings[0]


def test_versions_are_listed_in_pages_and_by_name(api: Api) -> None:
    """A set that is edited daily has hundreds of them."""
    ids = [api.post("/v1/test-sets", json=document("http://a", tests=no)).json()["id"] for no in range(1, 6)]
    api.post("/v1/test-sets", json=document("http://a", name="other"))

    first = api.get("/v1/test-sets", params={"name": "support", "limit": 3}).json()
    rest = api.get("/v1/test-sets", params={"name": "support", "limit": 3, "after": first["next"]}).json()

    assert [one["id"] for one in (*first["items"], *rest["items"])] == ids[::-1]
    assert rest["next"] is None
    assert len(api.get("/v1/test-sets").json()["items"]) == 6
    assert api.acting_for(THEM).get("/v1/test-sets").json()["items"] == []


def test_tests_are_read_in_pages(api: Api) -> None:
    """A set may have a million tests; a page shows some, in the words of a document."""
    stored = api.post("/v1/test-sets", json=document("http://a", tests=5)).json()

    first = api.get(f"/v1/test-sets/{stored['id']}/tests", params={"limit": 3}).json()
    rest = api.get(f"/v1/test-sets/{stored['id']}/tests", params={"limit": 3, "after": first["next"]}).json()

    assert [one["no"] for one in (*first["items"], *rest["items"])] == [0, 1, 2, 3, 4]
    assert first["items"][0]["test"] == {
        "id": "t0",
        "prompt": "Question 0?",
        "tags": ["even"],
        "metrics": [{"kind": "contains", "value": "Question", "name": "says"}],
    }
    assert rest["next"] is None


def test_what_another_organization_stored_is_not_found(api: Api) -> None:
    """Not by its id, and not in a list."""
    stored = api.post("/v1/test-sets", json=document("http://a")).json()

    theirs = [api.acting_for(THEM).get(f"/v1/test-sets/{stored['id']}{path}") for path in ("", "/tests", "/document")]

    assert [answer.status_code for answer in theirs] == [404] * 3


@pytest.mark.parametrize(
    ("media", "text", "status", "said"),
    [
        ("text/html", "<p>", 415, "Content-Type 'text/html'"),
        ("", "x", 415, "expected one of"),
        ("application/json", "{", 422, "not valid JSON"),
        ("application/yaml", "tests: [", 422, "not valid YAML"),
        ("text/csv", "id,prompt\na,Hi?\n", 422, "no name"),
        ("multipart/form-data; boundary=x", "--x\r\nnonsense", 422, "no file in the form"),
        ("multipart/form-data", "x", 422, "form can't be read"),
        ("multipart/form-data; boundary=x", "--x--\r\n", 422, "no file in the form"),
    ],
)
def test_what_is_no_test_set_is_refused(api: Api, media: str, text: str, status: int, said: str) -> None:
    """Every refusal says what was found, and nothing is stored."""
    answer = api.post("/v1/test-sets", content=text, headers={"Content-Type": media})

    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert api.get("/v1/test-sets").json()["items"] == []


def test_a_reader_uploads_nothing(api: Api) -> None:
    """A key that reads must not be able to change what others run."""
    answer = api.acting_for(US, scopes={"read"}).post("/v1/test-sets", json=document("http://a"))

    assert answer.status_code == 403
