"""Reading the items of a job over the API."""

from __future__ import annotations

import pytest

from domain.jobs.item import ItemState, Outcome
from entrypoints.container import Antiphon
from tests.api.calling import THEM, Api
from tests.contract.building import FAILED, JOB, OTHER_JOB, PASSED, a_job, begun, end, processing

MISSED = Outcome(state=ItemState.SUCCEEDED, verdict="fail", result={"answer": "no"})
URL = f"/v1/jobs/{JOB}/items"


@pytest.fixture(autouse=True)
def _job(antiphon: Antiphon) -> None:
    """A job of seven items: pass, fail, failed, pass, fail, running, pending."""
    processing(antiphon.store, a_job(), planned=7, shard_size=4)
    for no, outcome in enumerate((PASSED, MISSED, FAILED, PASSED, MISSED)):
        end(antiphon.store, no, outcome=outcome)
    begun(antiphon.store, 5)


def test_pages_of_items_run_through_the_plan_without_gap_or_repeat(api: Api) -> None:
    """A cursor is an item's number: what ends meanwhile moves nothing."""
    seen: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = api.get(URL, params={"limit": "3", **after}).json()
        seen += [item["no"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}

    assert seen == list(range(7))


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"state": "failed"}, [2]),
        ({"state": ["running", "pending"]}, [5, 6]),
        ({"verdict": "fail"}, [1, 4]),
        ({"verdict": ["fail", "pass"], "state": "succeeded"}, [0, 1, 3, 4]),
        ({"verdict": "unheard-of"}, []),
    ],
)
def test_items_are_filtered_by_state_and_verdict(
    api: Api, params: dict[str, str | list[str]], numbers: list[int]
) -> None:
    """Execution and verdict are apart: a wrong answer is a succeeded item."""
    assert [item["no"] for item in api.get(URL, params=params).json()["items"]] == numbers


def test_an_item_is_shown_with_what_came_in_and_out(api: Api) -> None:
    """A list leaves out what can be long; this shows it."""
    item = api.get(f"{URL}/1").json()

    assert (item["no"], item["key"], item["state"], item["verdict"]) == (1, "test-1", "succeeded", "fail")
    assert (item["input"], item["result"]) == ({"no": 1}, {"answer": "no"})
    assert api.get(f"{URL}/2").json()["failure"] == {"kind": "refused", "message": "status 403"}
    assert "result" not in api.get(URL).json()["items"][1]


@pytest.mark.parametrize("path", [URL, f"{URL}/1", f"/v1/jobs/{JOB}", f"/v1/jobs/{JOB}/events"])
def test_nothing_of_a_job_is_shown_to_another_organization(api: Api, path: str) -> None:
    """An unknown id and a foreign one are the same answer."""
    them = api.acting_for(THEM)

    foreign, unknown = them.get(path), them.get(path.replace(JOB, OTHER_JOB))

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.text == unknown.text.replace(OTHER_JOB, JOB)


@pytest.mark.parametrize("path", [f"{URL}/7", f"{URL}/2147483647"])
def test_an_item_that_is_not_there_is_not_found(api: Api, path: str) -> None:
    """The message says which numbers there are."""
    answer = api.get(path)

    assert answer.status_code == 404
    assert "0 to 6" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (f"{URL}/-1", "/path/no"),
        (f"{URL}/9999999999999999999999", "/path/no"),
        (f"{URL}/x", "/path/no"),
        (f"{URL}?limit=0", "/query/limit"),
        (f"{URL}?limit=201", "/query/limit"),
        (f"{URL}?state=gone", "/query/state/0"),
        (f"{URL}?after=WyJ4Il0", "/query/after"),
        (f"{URL}?after=Wy0xXQ", "/query/after"),
        (f"{URL}?after=W3RydWVd", "/query/after"),
        ("/v1/jobs/not-an-id/items", "/path/job_id"),
    ],
)
def test_what_can_not_be_meant_is_refused_with_its_place(api: Api, path: str, pointer: str) -> None:
    """Who wrote the request finds the field without guessing."""
    answer = api.get(path)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("path", [f"/v1/jobs/{JOB}", f"{URL}/6"])
def test_an_unchanged_document_is_not_sent_again(api: Api, antiphon: Antiphon, path: str) -> None:
    """Pollers ask often; what has changed is seen at once."""
    tag = api.get(path).headers["ETag"]

    again = api.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)

    end(antiphon.store, 6)
    changed = api.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_the_last_page_says_that_it_is_the_last(api: Api) -> None:
    """Also where it is full: a client must not be sent for an empty page."""
    assert api.get(URL, params={"limit": "7"}).json()["next"] is None
    assert api.get(URL, params={"limit": "6"}).json()["next"] is not None
