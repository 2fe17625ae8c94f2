"""/v1/secrets: values go in, and nothing gives them back."""

from __future__ import annotations

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api

VALUE = "sk-planted-0123456789-wxyz"


def put(api: Api, name: str = "API_KEY", value: str = VALUE) -> object:
    """Set a secret; return its document."""
    answer = api.request("PUT", f"/v1/secrets/{name}", json={"value": value})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_secret_is_set_and_shows_its_end_only(api: Api, antiphon: Antiphon) -> None:
    """People recognise their key by its end; whoever has a key of the API can't read it."""
    document = put(api)

    listed = api.get("/v1/secrets").json()["items"]

    assert [(each["name"], each["last_four"], each["updated_by"]) for each in listed] == [("API_KEY", "wxyz", "ada")]
    assert document == listed[0]
    assert VALUE not in api.get("/v1/secrets").text
    assert antiphon.secrets.store.reveal(US, "API_KEY") == VALUE


def test_secrets_are_listed_in_pages(api: Api) -> None:
    """An organization may have many."""
    for name in ("C", "A", "B"):
        put(api, name)

    first = api.get("/v1/secrets", params={"limit": 2}).json()
    second = api.get("/v1/secrets", params={"limit": 2, "after": first["next"]}).json()

    assert [each["name"] for each in first["items"] + second["items"]] == ["A", "B", "C"]
    assert second["next"] is None


def test_a_deleted_secret_is_gone(api: Api, antiphon: Antiphon) -> None:
    """A key that leaked must not be used any more."""
    put(api)

    assert api.request("DELETE", "/v1/secrets/API_KEY").status_code == 204
    assert api.request("DELETE", "/v1/secrets/API_KEY").status_code == 404
    assert antiphon.secrets.store.reveal(US, "API_KEY") is None


def test_another_organizations_secrets_are_not_there(api: Api) -> None:
    """Not even their names."""
    put(api)
    stranger = api.acting_for(THEM)

    assert stranger.get("/v1/secrets").json()["items"] == []
    assert stranger.request("DELETE", "/v1/secrets/API_KEY").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_only_administrators_change_secrets(api: Api, method: str) -> None:
    """A member who writes tests may name a secret, and not replace it by one of their own."""
    member = api.acting_for(US, scopes={"read", "write"})

    assert member.request(method, "/v1/secrets/API_KEY", json={"value": VALUE}).status_code == 403
    assert member.get("/v1/secrets").status_code == 200


@pytest.mark.parametrize("value", ["", "   ", "x" * 16_385, "nul\x00byte " + VALUE, 7, None, [VALUE]])
def test_a_value_that_can_not_be_one_is_refused_unseen(api: Api, value: object) -> None:
    """An answer that repeats what was sent puts half a key into somebody's log."""
    answer = api.request("PUT", "/v1/secrets/API_KEY", json={"value": value})

    assert answer.status_code == 422
    assert VALUE not in answer.text
    assert "x" * 50 not in answer.text


@pytest.mark.parametrize("name", ["1ST", "with-dash", "A" * 129, "..%2Fetc"])
def test_a_name_that_can_not_be_one_is_refused(api: Api, name: str) -> None:
    """A target could not name it."""
    assert api.request("PUT", f"/v1/secrets/{name}", json={"value": VALUE}).status_code in (404, 422)


def test_changes_are_audited_without_values(api: Api, antiphon: Antiphon) -> None:
    """Who replaced the key that a release was tested with must be known later."""
    put(api)
    put(api, value=VALUE[::-1])
    api.request("DELETE", "/v1/secrets/API_KEY")

    entries = antiphon.administration.audit.page(US)

    assert [(entry.action, entry.subject, entry.user_id) for entry in entries] == [
        ("secret.deleted", "API_KEY", "ada"),
        ("secret.replaced", "API_KEY", "ada"),
        ("secret.set", "API_KEY", "ada"),
    ]
    assert VALUE not in str(entries)
