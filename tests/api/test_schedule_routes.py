"""Schedules over the API: what is asked for, what is refused, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from domain.schedules.schedule import ScheduleId
from entrypoints.container import Antiphon
from entrypoints.schedules import make_scheduler
from tests.api.calling import US, Api

SAY = ["task", "system.echo", "text=hello"]
NIGHTLY = {"name": "nightly", "run": SAY, "cron": "0 3 * * *", "timezone": "Europe/Berlin"}


def added(api: Api, **words: object) -> dict[str, object]:
    """Return a schedule, as the API shows it."""
    answer = api.post("/v1/schedules", json={**NIGHTLY, **words})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/schedules/{answer.json()['id']}"
    document: dict[str, object] = answer.json()
    return document


def test_a_schedule_shows_all_that_was_said_and_when_it_runs_next(api: Api) -> None:
    """Whoever reads it must not have to know cron."""
    made = added(api, catch_up="skip", jitter_s=30)

    assert api.get(f"/v1/schedules/{made['id']}").json() == made
    assert api.get("/v1/schedules").json() == {"items": [made], "next": None}
    assert {name: made[name] for name in ("run", "task", "arguments", "when", "state", "owner", "catch_up")} == {
        "run": "task system.echo text=hello",
        "task": "system.echo",
        "arguments": {"text": "hello"},
        "when": "0 3 * * * Europe/Berlin",
        "state": "active",
        "owner": US.user_id,
        "catch_up": "skip",
    }
    assert made["last"] is None
    next_at = datetime.fromisoformat(str(made["next_at"]))
    assert next_at.hour in (1, 2)
    assert timedelta(0) < next_at - datetime.now(UTC) <= timedelta(days=1, seconds=30)


def test_it_is_paused_changed_resumed_run_and_removed(api: Api, antiphon: Antiphon) -> None:
    """Each step answers with the schedule as it stands then, and stands in the audit log."""
    antiphon.administration.organizations.ensure(US, name="us", email="ada@us.example")
    where = f"/v1/schedules/{added(api)['id']}"

    paused = api.post(f"{where}/pause").json()
    assert (paused["state"], paused["paused_because"], paused["next_at"]) == ("paused", f"by {US.user_id}", None)
    assert api.get(f"{where}/next").json() == {"times": []}
    changed = api.request("PATCH", where, json={"every_s": 60, "name": "often"}).json()
    assert (changed["name"], changed["cron"], changed["every_s"], changed["state"]) == ("often", None, 60, "paused")
    resumed = api.post(f"{where}/resume").json()
    assert (resumed["state"], resumed["paused_because"]) == ("active", "")
    assert len(api.get(f"{where}/next", params={"count": 3}).json()["times"]) == 3
    tick = api.post(f"{where}/run-now")
    assert tick.status_code == 202
    assert (tick.json()["state"], tick.json()["asked_by"]) == ("waiting", US.user_id)
    assert api.get(f"{where}/ticks").json()["items"] == [tick.json()]
    assert api.get(where).json()["last"] == tick.json()
    assert api.request("DELETE", where).status_code == 204
    assert api.get(where).status_code == 404
    actions = [entry["action"] for entry in api.get("/v1/audit").json()["items"]]
    assert actions[:6] == [
        f"schedule.{done}" for done in ("removed", "run_now", "resumed", "changed", "paused", "added")
    ]


def test_what_is_not_said_in_a_change_stays(api: Api) -> None:
    """Also the time zone of a cron, and the anchor of an interval."""
    cron, every = added(api), added(api, name="every", cron=None, timezone=None, every_s=3600)

    moved = api.request("PATCH", f"/v1/schedules/{cron['id']}", json={"cron": "0 4 * * *"}).json()
    assert (moved["cron"], moved["timezone"], moved["run"]) == ("0 4 * * *", "Europe/Berlin", cron["run"])
    elsewhere = api.request("PATCH", f"/v1/schedules/{cron['id']}", json={"timezone": "UTC"}).json()
    assert (elsewhere["cron"], elsewhere["timezone"]) == ("0 4 * * *", "UTC")
    slower = api.request("PATCH", f"/v1/schedules/{every['id']}", json={"every_s": 7200}).json()
    assert (slower["every_s"], slower["anchor"]) == (7200, every["anchor"])
    said = api.request("PATCH", f"/v1/schedules/{every['id']}", json={"arguments": {"text": "new"}}).json()
    assert (said["task"], said["arguments"], said["next_at"]) == ("system.echo", {"text": "new"}, slower["next_at"])


def test_ticks_are_paged(api: Api, antiphon: Antiphon) -> None:
    """Ninety days of a schedule of a minute are a hundred thousand."""
    antiphon.administration.organizations.ensure(US, name="us", email="ada@us.example")
    anchor = datetime.now(UTC).replace(microsecond=0)
    made = added(api, cron=None, timezone=None, every_s=10, anchor=(anchor - timedelta(days=1)).isoformat(),
                 catch_up="all")  # fmt: skip
    with antiphon.schedules.store.begin(US) as work:
        there = work.schedules.get(ScheduleId(str(made["id"])))
        assert there.next_due is not None
        work.schedules.put(attrs.evolve(there, next_due=there.next_due - timedelta(seconds=60)))
        work.commit()
    make_scheduler(antiphon).run_once()
    where = f"/v1/schedules/{made['id']}/ticks"

    everything = api.get(where).json()["items"]
    first = api.get(where, params={"limit": 2}).json()
    second = api.get(where, params={"limit": 200, "after": first["next"]}).json()

    assert len(everything) >= 5
    assert first["items"] + second["items"] == everything
    assert second["next"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"cron": "61 * * * *"}, "minute (0-59)"),
        ({"cron": "0 3 * *"}, "4 fields"),
        ({"timezone": "Europe/Atlantis"}, "no such time zone"),
        ({"timezone": "../../etc/passwd"}, "no such time zone"),
        ({"timezone": "Europe"}, "no such time zone"),
        ({"every_s": 60}, "both said"),
        ({"cron": None, "timezone": None}, "nothing said"),
        ({"cron": None}, "timezone: it is for"),
        ({"cron": None, "timezone": None, "every_s": 1}, "10 s to"),
        ({"cron": None, "every_s": 60}, "timezone: it is for"),
        ({"anchor": "2026-01-01T00:00:00Z"}, "anchor: it is for"),
        ({"cron": None, "timezone": None, "at": "2020-01-01T00:00:00Z"}, "has passed"),
        ({"cron": None, "timezone": None, "at": "2099-01-01T00:00:00"}, "timezone"),
        ({"cron": None, "timezone": None, "at": "2099-01-01T00:00:00.5Z"}, "part of a second"),
        ({"cron": "* * * * *", "jitter_s": 60}, "less than the 60 s"),
        ({"name": "a b"}, "schedule name"),
        ({"run": ["rm", "-rf"]}, "no schedule can run it"),
        ({"run": ["task", "celery.backend_cleanup"]}, "no schedule can run it"),
        ({"run": ["task", "test_execution.execute_single_test", "job_id=x"]}, "no schedule can run it"),
        ({"run": ["task", "system.echo", "text=a", "to=b"]}, "takes no such argument"),
        ({"run": ["task", "system.echo"]}, "needs it"),
        ({"run": None}, "nothing said"),
        ({"task": "system.echo"}, "one or the other"),
        ({"run": ["configs", "run"]}, "exactly one of"),
    ],
)
def test_what_can_not_be_is_refused_with_the_reason(api: Api, words: dict[str, object], said: str) -> None:
    """At once, and not in the night it should have run."""
    answer = api.post("/v1/schedules", json={**NIGHTLY, **words})

    assert answer.status_code == 422, answer.text
    assert said in answer.text
    assert api.get("/v1/schedules").json()["items"] == []


def test_what_a_schedule_names_must_be_there(api: Api) -> None:
    """A misspelled configuration would be noticed the next morning."""
    answer = api.post("/v1/schedules", json={**NIGHTLY, "run": ["configs", "run", "nightly"]})

    assert answer.status_code == 404
    assert "nothing is saved so" in answer.text


def test_a_name_is_given_once(api: Api) -> None:
    """And the second one keeps its own."""
    added(api)
    second = added(api, name="second")

    assert api.post("/v1/schedules", json=NIGHTLY).status_code == 409
    assert api.request("PATCH", f"/v1/schedules/{second['id']}", json={"name": "nightly"}).status_code == 409


def test_a_schedule_may_begin_paused(api: Api) -> None:
    """To be looked at first."""
    made = added(api, paused=True)

    assert (made["state"], made["next_at"]) == ("paused", None)


def test_what_is_usual_need_not_be_said(api: Api) -> None:
    """Checks of LLM APIs run each hour, spread over five minutes; whoever says when, is heard."""
    usual = api.post("/v1/schedules", json={"name": "check", "run": ["llm", "check"]}).json()
    said = api.post("/v1/schedules", json={"name": "seldom", "run": ["llm", "check"], "every_s": 86400}).json()

    assert (usual["cron"], usual["timezone"], usual["jitter_s"]) == ("0 * * * *", "UTC", 300)
    assert (said["cron"], said["every_s"], said["jitter_s"]) == (None, 86400, 0)
    assert api.post("/v1/schedules", json={"name": "gone", "run": ["llm", "check", "gone"]}).status_code == 404
