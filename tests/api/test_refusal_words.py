"""A refusal says what was expected and what was found, and shows nothing of a body that may be a secret."""

from __future__ import annotations

import pytest

from tests.api.calling import Api


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"test_set": {}}, "/body/test_set: there is no such field; /openapi.json shows those there are"),
        ({"tags": "planted-secret"}, "/body/tags: input should be a valid list; found a string"),
        ({"options": {"concurrency": "planted-secret"}}, "unable to parse string as an integer; found a string"),
    ],
)
def test_a_body_is_refused_by_place_and_kind(api: Api, body: dict[str, object], words: str) -> None:
    """Whoever reads it mends the request without looking up what the words of a library mean."""
    answer = api.post("/v1/test-runs", json=body)

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert "planted-secret" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b'{"a":', "application/json", "it is no JSON: Expecting value, at character 5"),
        (b"name=smoke", "application/x-www-form-urlencoded", "expected a JSON object, sent as Content-Type: app"),
        (b"[]", "application/json", "expected a JSON object, sent as Content-Type: application/json; found a list"),
        (b"\xff", "application/json", "it can't be read; expected JSON in UTF-8"),
    ],
)
def test_a_body_that_is_no_document_is_refused_as_that(api: Api, content: bytes, kind: str, said: str) -> None:
    """`curl -d` sends a form unless one says otherwise: the slip of everybody's first day."""
    answer = api.post("/v1/test-runs", content=content, headers={"Content-Type": kind})

    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["pointer"] == "/body"
    assert said in answer.json()["errors"][0]["detail"]


def test_what_stands_in_the_address_is_shown(api: Api) -> None:
    """It is in everybody's log of addresses anyway, and the quickest way to see the slip."""
    answer = api.get("/v1/jobs", params={"limit": "many"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/limit"
    assert "found 'many'" in answer.json()["errors"][0]["detail"]
