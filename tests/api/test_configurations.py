"""Saved configurations over the API: versions under a name, run by it."""

from __future__ import annotations

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import THEM, Api
from tests.api.runs import ECHO, Json, document, ended

PATH = "/v1/test-configurations"


def saved(api: Api, **more: object) -> Json:
    """Save a configuration called nightly, and return the answer."""
    answer = api.post(PATH, json={"name": "nightly", "document": document(ECHO), **more})
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def test_the_same_words_make_no_new_version(api: Api) -> None:
    """A pipeline saves at each start; the versions say when something changed."""
    versions = [saved(api)["version"], saved(api)["version"], saved(api, gates={"max_errors": 0})["version"]]

    assert versions == [1, 1, 2]
    listed = api.get(f"{PATH}/nightly/versions", params={"limit": 1}).json()
    rest = api.get(f"{PATH}/nightly/versions", params={"after": listed["next"]}).json()
    assert [one["version"] for one in (*listed["items"], *rest["items"])] == [2, 1]
    assert api.get(f"{PATH}/nightly", params={"version": 1}).json()["body"]["gates"] == {"min_pass_rate": 0.5}


def test_a_configuration_is_run_by_its_name(api: Api, antiphon: Antiphon) -> None:
    """A schedule elsewhere needs to know no more than the name."""
    saved(api, options={"concurrency": 3})

    answer = api.post(f"{PATH}/nightly/runs")
    assert answer.status_code == 202, answer.text
    ended(antiphon, answer.json()["id"])

    found = api.get(f"/v1/test-runs/{answer.json()['id']}").json()
    assert (found["job"]["options"]["concurrency"], found["summary"]["verdicts"]["pass"]) == (3, 2)


def test_names_are_listed_in_pages(api: Api) -> None:
    """Each with its newest version."""
    for name in ("c", "a", "b"):
        api.post(PATH, json={"name": name, "document": document(ECHO)})

    first = api.get(PATH, params={"limit": 2}).json()
    rest = api.get(PATH, params={"limit": 2, "after": first["next"]}).json()

    assert [one["name"] for one in (*first["items"], *rest["items"])] == ["a", "b", "c"]
    assert api.acting_for(THEM).get(PATH).json()["items"] == []


def test_a_name_is_forgotten(api: Api) -> None:
    """Its runs stay."""
    saved(api)

    assert api.request("DELETE", f"{PATH}/nightly").status_code == 204
    assert api.get(f"{PATH}/nightly").status_code == 404
    assert api.request("DELETE", f"{PATH}/nightly").status_code == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a/b", "%2Fetc", "a%00", "-a", "x" * 101, "{{7*7}}"])
def test_a_name_is_no_path(api: Api, name: str) -> None:
    """Names travel in addresses and on shells."""
    assert api.get(f"{PATH}/{name}").status_code in (404, 405, 422)
    assert api.post(PATH, json={"name": name, "document": document(ECHO)}).status_code == 422
