"""LLM APIs, models and defaults over the API: registered, changed, refused in words, and never with a key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entrypoints.container import Antiphon
from tests.api.calling import US, Api

MAIN = {"name": "main", "provider": "openai", "models": ["gpt-5-mini", "org/model:free"]}
KEY = "sk-proj-0123456789abcdef"


def _added(api: Api, **words: Any) -> Any:
    answer = api.post("/v1/llm-apis", json={**MAIN, **words})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_api_is_registered_found_changed_and_removed(api: Api, antiphon: Antiphon) -> None:
    """The whole way, as a program drives it; who did what stands in the audit log."""
    made = api.post("/v1/llm-apis", json={**MAIN, "limits": {"requests_per_minute": 60}})
    path = made.headers["Location"]
    assert (made.json()["api_key"], made.json()["models"]) == ("${OPENAI_API_KEY}", 2)
    assert api.get(path).json() == made.json() == api.get("/v1/llm-apis/main").json()
    assert api.get("/v1/llm-apis").json()["items"] == [made.json()]

    change = {"name": "prod", "is_active": False, "limits": {"tokens_per_minute": 1000}, "api_key": "OTHER_KEY"}
    changed = api.request("PATCH", path, json=change).json()
    assert changed["limits"] == {"concurrency": None, "requests_per_minute": 60, "tokens_per_minute": 1000}
    assert (changed["name"], changed["is_active"], changed["api_key"]) == ("prod", False, "${OTHER_KEY}")
    without = api.request("PATCH", path, json={"limits": {"requests_per_minute": None}}).json()
    assert without["limits"]["requests_per_minute"] is None
    assert api.get("/v1/llm-apis/main").status_code == 404

    assert api.request("DELETE", path).status_code == 204
    assert api.get(path).status_code == 404
    entries = antiphon.administration.audit.page(US)
    done = [(entry.action, entry.subject) for entry in entries]
    assert done == [
        ("llm_api.removed", "prod"), ("llm_api.changed", "prod"), ("llm_api.changed", "main"), ("llm_api.added", "main")
    ]  # fmt: skip


def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    """Pages that look every few seconds cost nothing."""
    _added(api)
    tag = api.get("/v1/llm-apis/main").headers["ETag"]

    assert api.get("/v1/llm-apis/main", headers={"If-None-Match": tag}).status_code == 304
    api.request("PATCH", "/v1/llm-apis/main", json={"is_active": False})
    assert api.get("/v1/llm-apis/main", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"name": "a/b"}, "can't name an LLM API"),
        ({"name": "Default"}, "llm:default"),
        ({"provider": "vertex"}, "expected one of openai"),
        ({"provider": "llm"}, "expected one of openai"),
        ({"provider": "azure"}, "base_url: missing"),
        ({"base_url": "ftp://x.example"}, "no address of an API"),
        ({"base_url": f"https://user:{KEY}@x.example"}, "holds a user or password"),
        ({"base_url": f"https://x.example/v1?api_key={KEY}"}, "looks like a key in clear"),
        ({"base_url": "https://x.example/{{ prompt }}"}, "a bracket"),
        ({"api_key": KEY}, "the NAME of a secret"),
        ({"api_key": f"Bearer {KEY}"}, "the NAME of a secret"),
        ({"models": ["a\nb"]}, "can't name a model"),
    ],
)
def test_what_can_not_be_is_refused_without_repeating_a_key(api: Api, words: dict[str, Any], said: str) -> None:
    """The commonest mistake is to hand in the key itself: it must not come back in an answer, nor stay anywhere."""
    answer = api.post("/v1/llm-apis", json={**MAIN, **words})

    assert answer.status_code == 422
    assert said in answer.text
    assert KEY not in answer.text
    assert api.get("/v1/llm-apis").json()["items"] == []
    assert KEY not in api.get("/v1/audit").text


def test_a_secret_in_an_address_is_named_by_its_name(api: Api) -> None:
    """Gateways want it so, and the row must not hold it."""
    made = _added(api, provider="openai-compatible", base_url="https://${HOST}.example/v1?key=${GATE_KEY}")

    assert made["base_url"] == "https://${HOST}.example/v1?key=${GATE_KEY}"
    assert made["api_key"] == ""


def test_models_are_listed_in_pages_put_and_removed(api: Api) -> None:
    """Names of models have slashes and colons, and stand in paths."""
    _added(api, models=[f"m-{no}" for no in range(5)])
    words = {"capabilities": ["chat", "image"], "context_length": 8192, "price": {"input": 0.25, "output": 2}}

    put = api.request("PUT", "/v1/llm-apis/main/models/org%2Fvision:free", json=words)
    assert put.status_code == 200, put.text
    assert put.json()["reference"] == "llm:main/org/vision:free"
    assert put.json()["price"]["input"] == 0.25
    first = api.get("/v1/llm-apis/main/models", params={"limit": 4}).json()
    rest = api.get("/v1/llm-apis/main/models", params={"limit": 4, "after": first["next"]}).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == [
        *(f"m-{no}" for no in range(5)),
        "org/vision:free",
    ]
    assert rest["next"] is None

    assert api.request("DELETE", "/v1/llm-apis/main/models/org/vision:free").status_code == 204
    gone = api.request("DELETE", "/v1/llm-apis/main/models/org/vision:free")
    assert gone.status_code == 404
    assert "there are: m-0" in gone.text


def test_a_default_holds_its_model_and_is_refused_what_it_can_not_do(api: Api) -> None:
    """`llm:default` means something that is there and can do it."""
    _added(api, models=["gpt-5-mini", "text-embedding-3-small"])

    put = api.request("PUT", "/v1/llm-defaults/judge", json={"llm_api": "main", "model": "gpt-5-mini"})
    assert put.json()["reference"] == "llm:main/gpt-5-mini"
    assert api.get("/v1/llm-defaults").json()["items"] == [put.json()]
    assert api.get("/v1/llm-apis/main").json()["default_for"] == ["judge"]
    wrong = api.request("PUT", "/v1/llm-defaults/embedding", json={"llm_api": "main", "model": "gpt-5-mini"})
    assert wrong.status_code == 422
    assert "needs embedding" in wrong.text
    missing = api.request("PUT", "/v1/llm-defaults/judge", json={"llm_api": "main", "model": "gpt-6"})
    assert missing.status_code == 404
    for path in ("/v1/llm-apis/main", "/v1/llm-apis/main/models/gpt-5-mini"):
        held = api.request("DELETE", path)
        assert held.status_code == 409
        assert "judge" in held.text

    assert api.request("DELETE", "/v1/llm-defaults/judge").status_code == 204
    assert api.request("DELETE", "/v1/llm-defaults/judge").status_code == 404
    assert api.request("DELETE", "/v1/llm-apis/main").status_code == 204


def test_a_name_is_given_once(api: Api) -> None:
    """A reference names an API by it."""
    _added(api)
    other = _added(api, name="other")

    assert api.post("/v1/llm-apis", json=MAIN).status_code == 409
    assert api.request("PATCH", f"/v1/llm-apis/{other['id']}", json={"name": "main"}).status_code == 409


def test_what_the_organizations_secrets_speak_of_is_offered_and_taken_once(api: Api) -> None:
    """At a server the secrets are the environment; only names of keys go into the registry."""
    for name, value in (
        ("ANTHROPIC_API_KEY", KEY), ("AZURE_OPENAI_API_KEY", KEY), ("AZURE_OPENAI_API_VERSION", "2024-10-21"),
        ("AZURE_OPENAI_ENDPOINT", "https://corp.openai.azure.com/"), ("AZURE_OPENAI_DEPLOYMENT_NAME", "gpt-4o"),
    ):  # fmt: skip
        assert api.request("PUT", f"/v1/secrets/{name}", json={"value": value}).status_code == 200

    offered = api.get("/v1/llm-offers").json()["items"]
    assert [(one["name"], one["is_registered"]) for one in offered] == [("anthropic", False), ("azure", False)]
    taken = api.post("/v1/llm-offers").json()["items"]
    assert [one["name"] for one in taken] == ["anthropic", "azure"]
    assert taken[1]["base_url"] == "https://corp.openai.azure.com?api-version=2024-10-21"
    assert taken[1]["api_key"] == "${AZURE_OPENAI_API_KEY}"
    assert [one["name"] for one in api.get("/v1/llm-apis/azure/models").json()["items"]] == ["gpt-4o"]
    assert api.post("/v1/llm-offers").json()["items"] == []
    assert KEY not in json.dumps([offered, taken])


def test_a_run_names_registered_models_and_carries_what_they_stood_for(api: Api, antiphon: Antiphon) -> None:
    """The whole way: target, judge and a metric's own judge by reference; refused by the place where they stand."""
    _added(api, name="lab", provider="scripted", models=["echo", "judge"], limits={"concurrency": 2})
    api.request("PUT", "/v1/llm-defaults/judge", json={"llm_api": "lab", "model": "judge"})
    rubric = {"llm-rubric": "polite", "judge": "llm:default"}
    document = {"name": "x", "tests": [{"id": "a", "prompt": "Hi", "metrics": [{"contains": "Hi"}, rubric]}]}
    run = {"document": document, "targets": [{"name": "t", "kind": "llm", "model": "lab/echo"}]}

    started = api.post("/v1/test-runs", json=run)

    assert started.status_code == 202, started.text
    spec = antiphon.jobs.get(US, started.json()["id"]).job.spec
    assert '"provider": "llm"' not in json.dumps(spec["targets"])
    assert json.dumps(spec).count(f"llm-api:{api.get('/v1/llm-apis/lab').json()['id']}") == 2
    missing = api.post("/v1/test-runs", json={**run, "targets": [{"name": "t", "kind": "llm", "model": "lab/nope"}]})
    assert missing.status_code == 422
    assert "there are: echo, judge" in missing.text
    assert missing.json()["errors"][0]["pointer"] == "/body/targets/0"
    probed = api.post("/v1/targets/probe", json={"target": {"kind": "llm", "model": "lab/echo"}, "prompt": "Hi"})
    assert probed.json()["answer"] == "Hi"


def test_an_offer_that_can_not_be_taken_takes_none_along(api: Api) -> None:
    """Half of an import would look like all of it."""
    for name, value in (
        ("OPENAI_API_KEY", KEY), ("AZURE_OPENAI_API_KEY", KEY), ("AZURE_OPENAI_ENDPOINT", "corp.openai.azure.com"),
    ):  # fmt: skip
        api.request("PUT", f"/v1/secrets/{name}", json={"value": value})

    refused = api.post("/v1/llm-offers")

    assert refused.status_code == 422
    assert "no address of an API" in refused.text
    assert api.get("/v1/llm-apis").json()["items"] == []
