"""Webhooks over the API: made, tested, looked at, and nobody else's."""

from __future__ import annotations

import pytest

from domain.notifications.delivery import DeliveryState
from domain.notifications.signature import verify
from domain.notifications.webhook import WebhookId
from entrypoints.container import Antiphon
from entrypoints.worker_side import WorkerSide
from tests.api.calling import THEM, US, Api
from tests.contract.building import a_job, add_job
from tests.pipelines.newsroom import FLUSH_S, OK, ended
from tests.services.http_server import ScriptedServer, always, reply

BODY = {"url": "https://example.org/hooks/antiphon", "events": ["job.ended"]}


def _made(api: Api, **words: object) -> dict[str, str]:
    answer = api.post("/v1/webhooks", json={**BODY, **words})
    assert answer.status_code == 201, answer.text
    document = answer.json()
    assert isinstance(document, dict)
    return document


def _job_ends(antiphon: Antiphon, no: int) -> None:
    fact = ended(no)
    add_job(antiphon.store, a_job(fact.job_id))
    with antiphon.store.begin(US) as work:
        work.outbox.add(fact, now=antiphon.clock.now())
        work.commit()
    assert WorkerSide(antiphon, places=1).notifying.flush(timeout_s=FLUSH_S)


def test_the_secret_is_in_the_answer_that_makes_it_and_in_no_other(api: Api) -> None:
    """Who may look at webhooks must not be able to sign as we do."""
    made = api.post("/v1/webhooks", json=BODY)
    path = made.headers["Location"]
    rotated = api.post(f"{path}/rotate-secret", json={"overlap_hours": 1})

    secrets = {made.json()["secret"], rotated.json()["secret"]}
    assert (made.status_code, rotated.status_code, len(secrets)) == (201, 200, 2)
    shown = api.get(path).text + api.get("/v1/webhooks").text + api.request("PATCH", path, json={}).text
    assert not any(secret in shown for secret in secrets)
    assert api.get(path).json()["secret_last_four"] == rotated.json()["secret"][-4:]
    assert api.get(path).json()["previous_secret_until"] is not None


def test_an_event_is_delivered_and_stands_in_the_log_and_is_sent_again(api: Api, antiphon: Antiphon) -> None:
    """The whole way, as a program drives it."""
    with ScriptedServer(always(reply("no", status="500 No"))) as receiver:
        made = _made(api, url=receiver.url)
        path = f"/v1/webhooks/{made['id']}"
        _job_ends(antiphon, 1)
        [pending] = api.get(f"{path}/deliveries", params={"state": "pending"}).json()["items"]
        assert (pending["tries"][0]["status"], api.get(path).json()["state"]) == (500, "failing")

        receiver.script = always(OK)
        tested = api.post(f"{path}/test").json()
        assert (tested["state"], tested["event"]["type"]) == ("delivered", "webhook.test")
        WorkerSide(antiphon, places=1).notifying.flush(timeout_s=FLUSH_S)
        again = api.post(f"{path}/deliveries/{pending['id']}/redeliver")
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        refused = api.post(f"{path}/deliveries/{pending['id']}/redeliver")
        WorkerSide(antiphon, places=1).notifying.flush(timeout_s=FLUSH_S)

    told = [request for request in receiver.received if request.headers["webhook-id"] == pending["event_id"]]
    assert len(told) == 3
    at = float(told[-1].headers["webhook-timestamp"])
    assert verify(told[-1].body, told[-1].headers, secret=made["secret"], now=at) == pending["event_id"]
    assert refused.status_code == 409
    first = api.get(f"{path}/deliveries", params={"limit": 1}).json()
    rest = api.get(f"{path}/deliveries", params={"after": first["next"]}).json()
    states = [one["state"] for one in first["items"] + rest["items"]]
    assert (states, rest["next"]) == ([DeliveryState.DELIVERED] * 2, None)


def test_a_webhook_is_changed_stopped_and_removed(api: Api) -> None:
    """What is left out of a change stays."""
    path = f"/v1/webhooks/{_made(api)['id']}"

    changed = api.request("PATCH", path, json={"events": ["job.*"]}).json()
    stopped = api.post(f"{path}/disable").json()
    going = api.post(f"{path}/enable").json()
    removed = api.request("DELETE", path)

    assert (changed["url"], changed["events"]) == (BODY["url"], ["job.*"])
    assert [stopped["state"], stopped["disabled_because"], going["state"]] == ["disabled", "by ada", "active"]
    assert (removed.status_code, api.get(path).status_code) == (204, 404)


@pytest.mark.parametrize(
    "words",
    [
        {"url": "ftp://example.org"},
        {"url": "mailto:ada@example.org"},
        {"url": "https://example.org/" + "x" * 2000},
        {"events": []},
        {"events": ["job.ende"]},
        {"secret": "my own"},
    ],
)
def test_what_can_not_be_meant_is_refused(api: Api, words: dict[str, object]) -> None:
    """With what was found; nothing is stored."""
    answer = api.post("/v1/webhooks", json={**BODY, **words})

    assert answer.status_code == 422
    assert api.get("/v1/webhooks").json()["items"] == []


def test_another_organizations_webhook_is_not_there(api: Api, antiphon: Antiphon) -> None:
    """Not to be seen, nor changed, nor made to call somebody."""
    made = _made(api)
    path, delivery = f"/v1/webhooks/{made['id']}", "00000000-0000-4000-8000-000000000001"
    they = api.acting_for(THEM)

    answers = [
        they.get(path),
        they.request("PATCH", path, json={}),
        they.request("DELETE", path),
        they.get(f"{path}/deliveries"),
        they.post(f"{path}/rotate-secret", json={}),
        they.post(f"{path}/deliveries/{delivery}/redeliver"),
        *(they.post(f"{path}/{move}") for move in ("enable", "disable", "test")),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert they.get("/v1/webhooks").json()["items"] == []
    assert antiphon.notifications.webhooks.get(US, WebhookId(made["id"])).is_active


def test_changing_webhooks_is_for_administrators(api: Api) -> None:
    """They tell the world about an organization; a reader may look how they are doing."""
    path = f"/v1/webhooks/{_made(api)['id']}"
    reader, writer = api.acting_for(US, scopes={"read"}), api.acting_for(US, scopes={"read", "write"})

    assert reader.get(path).status_code == reader.get(f"{path}/deliveries").status_code == 200
    assert reader.post(f"{path}/test").status_code == 403
    assert {
        writer.post("/v1/webhooks", json=BODY).status_code,
        writer.request("DELETE", path).status_code,
        writer.post(f"{path}/rotate-secret", json={}).status_code,
        api.nobody().get(path).status_code,
    } == {401, 403}
