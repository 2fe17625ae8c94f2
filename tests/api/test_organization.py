"""The organization over the API: its members, their keys, and the log of who did what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import THEM, US, Api, calling

ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def api(antiphon: Antiphon) -> Iterator[Api]:
    """The API as ada calls it, who owns the organization; eve has one of her own."""
    antiphon.administration.organizations.ensure(US, name="us", email=ADA)
    antiphon.administration.organizations.ensure(THEM, name="them", email="eve@example.com")
    with calling(antiphon) as called:
        yield called


def test_a_key_says_which_organization_it_opens(api: Api) -> None:
    """Whoever holds several keys looks here."""
    assert api.get("/v1/organization").json()["name"] == "us"
    assert api.acting_for(THEM).get("/v1/organization").json()["name"] == "them"


def test_members_are_added_changed_listed_and_removed(api: Api) -> None:
    """Another organization's administrator sees and changes none of them."""
    assert api.request("PUT", f"/v1/organization/members/{BOB}", json={"role": "viewer"}).json()["role"] == "viewer"
    assert api.request("PUT", f"/v1/organization/members/{BOB}", json={"role": "member"}).status_code == 200

    first = api.get("/v1/organization/members", params={"limit": 1}).json()
    second = api.get("/v1/organization/members", params={"limit": 1, "after": first["next"]}).json()
    assert [(one["email"], one["role"]) for one in first["items"] + second["items"]] == [
        (ADA, "owner"), (BOB, "member"),
    ]  # fmt: skip
    assert second["next"] is None

    them = api.acting_for(THEM)
    assert them.request("DELETE", f"/v1/organization/members/{BOB}").status_code == 404
    assert api.request("DELETE", f"/v1/organization/members/{BOB}").status_code == 204
    assert len(api.get("/v1/organization/members").json()["items"]) == 1


def test_the_last_owner_stays(api: Api) -> None:
    """Nobody could let anybody in again."""
    assert api.request("DELETE", f"/v1/organization/members/{ADA}").status_code == 409
    assert api.request("PUT", f"/v1/organization/members/{ADA}", json={"role": "viewer"}).status_code == 409


def test_what_is_no_address_is_refused_by_place(api: Api) -> None:
    """The form finds its field."""
    answer = api.request("PUT", "/v1/organization/members/nobody", json={"role": "viewer"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/path/email"


def test_a_key_is_shown_once_works_and_ends_when_it_is_revoked(api: Api, antiphon: Antiphon) -> None:
    """With the real authentication: the key opens the API, and nothing after."""
    made = api.post("/v1/keys", json={"email": ADA, "scopes": ["read"]})
    assert made.status_code == 201
    key = made.json()["key"]
    assert key not in api.get("/v1/keys").text
    assert antiphon.administration.authentication.authenticate(key).scopes == {"read"}

    rotated = api.post(f"/v1/keys/{made.json()['prefix']}/rotate", json={}).json()
    assert api.request("DELETE", f"/v1/keys/{rotated['id']}").json()["state"] == "revoked"

    listed = api.get("/v1/keys").json()["items"]
    assert {one["state"] for one in listed} == {"revoked"}
    assert len(listed) == 2


def test_keys_are_paged_and_another_organizations_are_not_there(api: Api) -> None:
    """Nor can they be revoked from there."""
    made = [api.post("/v1/keys", json={"email": ADA, "scopes": ["read"]}).json()["id"] for _ in range(3)]

    page = api.get("/v1/keys", params={"limit": 2}).json()
    rest = api.get("/v1/keys", params={"limit": 2, "after": page["next"]}).json()
    them = api.acting_for(THEM)

    assert sorted(one["id"] for one in page["items"] + rest["items"]) == sorted(made)
    assert them.get("/v1/keys").json()["items"] == []
    assert them.request("DELETE", f"/v1/keys/{made[0]}").status_code == 404


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"email": "nobody", "scopes": ["read"]}, "/body"),
        ({"email": ADA, "scopes": []}, "/body/scopes"),
        ({"email": ADA, "scopes": ["root"]}, "/body/scopes/0"),
        ({"email": ADA, "scopes": ["read"], "expires_in_s": 0}, "/body/expires_in_s"),
    ],
)
def test_a_key_that_can_not_be_is_refused_by_place(api: Api, said: dict[str, object], pointer: str) -> None:
    """Nothing is made."""
    answer = api.post("/v1/keys", json=said)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert api.get("/v1/keys").json()["items"] == []


def test_what_was_done_is_read_from_the_newest_in_pages(api: Api) -> None:
    """The keys themselves are not in it."""
    made = api.post("/v1/keys", json={"email": ADA, "scopes": ["read"]}).json()
    api.request("PUT", f"/v1/organization/members/{BOB}", json={"role": "viewer"})

    page = api.get("/v1/audit", params={"limit": 1}).json()
    rest = api.get("/v1/audit", params={"after": page["next"]}).json()

    assert [one["action"] for one in page["items"] + rest["items"]][:2] == ["user.added", "key.created"]
    assert made["key"] not in api.get("/v1/audit").text
    assert BOB not in api.acting_for(THEM).get("/v1/audit").text


def test_looking_after_people_keys_and_log_needs_its_scope(api: Api) -> None:
    """A key that reads jobs must not make keys."""
    reader = api.acting_for(US, scopes={"read", "write"})

    refused = [
        reader.get("/v1/keys"),
        reader.get("/v1/audit"),
        reader.post("/v1/keys", json={"email": ADA, "scopes": ["read"]}),
        reader.request("PUT", f"/v1/organization/members/{BOB}", json={"role": "viewer"}),
        reader.request("DELETE", f"/v1/organization/members/{BOB}"),
    ]

    assert [answer.status_code for answer in refused] == [403] * len(refused)
