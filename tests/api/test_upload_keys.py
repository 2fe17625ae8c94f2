"""`Idempotency-Key` where files are handed in and things are made: kept, or refused, and never ignored."""

from __future__ import annotations

import re

import pytest

from tests.api.calling import THEM, Api
from tests.api.test_rfps import FILE, add
from tests.contract.rfp_library import QUESTIONNAIRE


def test_a_questionnaire_is_handed_in_once_by_one_key(api: Api) -> None:
    """Forms with the same file differ in their boundaries, and are the same request; a removed RFP frees its key."""
    key = {"Idempotency-Key": "once"}
    columns = {"answer_column": "Response"}

    first, again = (api.post("/v1/rfps", files=FILE, params=columns, headers=key) for _ in range(2))
    theirs = api.acting_for(THEM).post("/v1/rfps", files=FILE, headers=key)
    different: tuple[dict[str, object], ...] = (
        {"params": {}},
        {"params": {**columns, "sheets": ["csv"]}},
        {"params": {**columns, "name": "other.csv"}},
        {"files": {"file": ("tender.csv", QUESTIONNAIRE + b"\nC,Why?,\n")}},
    )
    others = [api.post("/v1/rfps", headers=key, **{"files": FILE, "params": columns, **other}) for other in different]

    assert [one.status_code for one in (first, again, theirs)] == [201] * 3, [again.text, theirs.text]
    assert (again.json(), again.headers["Location"]) == (first.json(), first.headers["Location"])
    assert theirs.json()["id"] != first.json()["id"]
    for refused in others:
        assert refused.status_code == 422, refused.text
        assert refused.json()["type"] == "urn:antiphon:problem:idempotency-key-reused"
        assert first.json()["id"] in refused.json()["detail"]
    assert [one["id"] for one in api.get("/v1/rfps").json()["items"]] == [first.json()["id"]]
    api.request("DELETE", first.headers["Location"])
    assert api.post("/v1/rfps", files=FILE, headers=key).json()["id"] != first.json()["id"]


def test_requests_with_one_key_that_come_together_make_one_rfp(api: Api) -> None:
    """A client that gave up waiting asks again while the first request is still read."""
    answers = api.together(2, "POST", "/v1/rfps", files=FILE, headers={"Idempotency-Key": "once"})

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(api.get("/v1/rfps").json()["items"]) == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "\u00e4".encode()])
def test_a_key_that_is_none_is_named(api: Api, key: str) -> None:
    """And nothing is stored."""
    answer = api.post("/v1/rfps", files=FILE, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/header/idempotency-key")
    assert api.get("/v1/rfps").json()["items"] == []


NO_KEYS: dict[str, dict[str, object]] = {
    "/v1/summaries": {"files": {"file": ("tender.md", b"# T\n\nIt must work.\n")}},
    "/v1/documents": {"files": {"file": ("security.md", b"# S\n\nEncrypted.\n")}},
    "/v1/documentation-sources": {"json": {"name": "docs", "kind": "s3", "location": "s3://docs"}},
    "/v1/embedding-models": {"json": {"model": "lexical-hash"}},
    "/v1/rfps/{id}/answers/1/decisions": {"json": {"kind": "edited", "text": "Yes."}},
    "/v1/rfps/{id}/approvals": {},
    "/v1/rfps/{id}/library-documents": {},
}


@pytest.mark.parametrize("path", NO_KEYS)
def test_a_key_that_would_be_ignored_is_refused(api: Api, path: str) -> None:
    """Who sends one believes that a repetition is harmless; it must not find out otherwise later."""
    where = path.format(id=add(api))

    refused = api.post(where, headers={"Idempotency-Key": "once"}, **NO_KEYS[path])
    nobody = api.nobody().post(where, headers={"Idempotency-Key": "once"}, **NO_KEYS[path])
    taken = api.post(where, **NO_KEYS[path])

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/header/idempotency-key")
    assert "docs/api.md" in refused.json()["detail"]
    assert nobody.status_code == 401
    assert taken.status_code in (200, 201, 409), taken.text


def test_what_makes_something_keeps_keys_or_refuses_them(api: Api) -> None:
    """A route that is added to these resources can't ignore the header unseen."""
    rest = re.compile(
        "checks|previews|/search$|dry-run|undo-deletions|(approve|reject)$|-audit$"  # makes nothing, or sets a state
    )
    paths = api.get("/openapi.json").json()["paths"]
    ours = [path for path in paths if re.match("/v1/(rfp|summar|document|embedding|library|search)", path)]
    making = {path for path in ours if "post" in paths[path] and not rest.search(path)}

    keeping = {
        path
        for path in making
        if any(one["name"] == "idempotency-key" for one in paths[path]["post"].get("parameters", []))
    }
    refusing = {re.sub("{no}", "1", re.sub("{rfp_id}", "{id}", path)) for path in making - keeping}
    assert len(keeping) >= 6
    assert refusing == set(NO_KEYS)
