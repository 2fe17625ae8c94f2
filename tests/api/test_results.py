"""Results of a run over the API: a row for each test, in pages, filtered."""

from __future__ import annotations

import pytest

from entrypoints.api.routes import results
from entrypoints.container import Antiphon
from tests.api.calling import Api
from tests.api.runs import ECHO, document, ended_run, run


def keys(answer: dict[str, list[dict[str, object]]]) -> list[object]:
    """Return the keys of a page's rows."""
    return [row["key"] for row in answer["items"]]


def test_a_row_says_what_became_of_a_test(api: Api, antiphon: Antiphon) -> None:
    """A page of a program's own needs no second request a test."""
    job_id = ended_run(api, antiphon)

    row = api.get(f"/v1/jobs/{job_id}/results").json()["items"][2]

    assert (row["key"], row["no"], row["repeat"], row["verdict"]) == ("t2", 2, 1, "fail")
    assert (row["prompt"], row["answer"], row["tags"]) == ("Question 2?", "Question 2?", ["even"])
    assert [(score["metric"], score["kind"], score["verdict"]) for score in row["scores"]] == [
        ("says", "contains", "fail")
    ]
    assert row["error"] is None


def test_rows_come_in_pages_once_each(api: Api, antiphon: Antiphon) -> None:
    """A run has more rows than an answer should hold."""
    job_id = ended_run(api, antiphon, tests=5)

    first = api.get(f"/v1/jobs/{job_id}/results", params={"limit": 2}).json()
    second = api.get(f"/v1/jobs/{job_id}/results", params={"limit": 2, "after": first["next"]}).json()
    third = api.get(f"/v1/jobs/{job_id}/results", params={"limit": 2, "after": second["next"]}).json()

    assert [*keys(first), *keys(second), *keys(third)] == [f"t{no}" for no in range(5)]
    assert third["next"] is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"verdict": "fail"}, ["t3"]),
        ({"verdict": "pass"}, ["t0", "t1", "t2"]),
        ({"verdict": "error"}, []),
        ({"tag": "odd"}, ["t1", "t3"]),
        ({"tag": "odd", "verdict": "pass"}, ["t1"]),
        ({"metric": "says"}, ["t0", "t1", "t2", "t3"]),
        ({"metric": "other"}, []),
    ],
)
def test_rows_are_filtered(api: Api, antiphon: Antiphon, wanted: dict[str, str], found: list[str]) -> None:
    """What failed is what people look at first."""
    job_id = ended_run(api, antiphon, tests=4)

    assert keys(api.get(f"/v1/jobs/{job_id}/results", params=wanted).json()) == found


def test_a_filter_that_finds_little_stays_quick(api: Api, antiphon: Antiphon, monkeypatch: pytest.MonkeyPatch) -> None:
    """One request looks through a bounded number of rows; the next goes on where it stopped."""
    monkeypatch.setattr(results, "MOST_LOOKED_AT", 3)
    job_id = ended_run(api, antiphon, tests=5)

    first = api.get(f"/v1/jobs/{job_id}/results", params={"verdict": "fail", "metric": "says"}).json()
    assert (keys(first), first["next"] is None) == ([], False) or keys(first) == ["t4"]
    by_tag = api.get(f"/v1/jobs/{job_id}/results", params={"metric": "none"}).json()
    rest = api.get(f"/v1/jobs/{job_id}/results", params={"metric": "none", "after": by_tag["next"]}).json()

    assert by_tag["next"] is not None
    assert (rest["items"], rest["next"]) == ([], None)


def test_repeats_and_targets_are_rows_of_their_own(api: Api, antiphon: Antiphon) -> None:
    """A test in two repeats against two targets is four rows."""
    said = document(ECHO, tests=1)
    said["tests"][0]["repeats"] = 2
    targets = [{"name": "a", **ECHO}, {"name": "b", **ECHO}]
    job_id = run(api, antiphon, {"document": said, "targets": targets})

    rows = api.get(f"/v1/jobs/{job_id}/results").json()["items"]

    assert [(row["target"], row["repeat"]) for row in rows] == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
