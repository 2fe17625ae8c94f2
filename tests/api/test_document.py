"""The OpenAPI document: what it says of every operation, so that a client can be made from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.api.calling import Api

Json = dict[str, Any]
WITHOUT_KEY = {"/healthz", "/readyz", "/metrics"}


def test_every_operation_says_what_it_is_and_how_it_may_refuse(api: Api) -> None:
    """Names of generated clients, their documentation and their errors come from here."""
    operations = list(_operations(api))
    names = [operation.get("operationId") for _, operation in operations]

    assert len(set(names)) == len(names)
    for path, operation in operations:
        assert operation.get("operationId"), path
        assert operation.get("description") or operation.get("summary"), path
        assert all(answer["description"] for answer in operation["responses"].values()), path
        if path not in WITHOUT_KEY:
            assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), path
            assert operation.get("security"), path
        for name, answer in operation["responses"].items():
            if int(name) >= 400 and path not in WITHOUT_KEY:
                assert "application/problem+json" in answer["content"], (path, name)


def test_what_starts_a_job_says_where_to_look(api: Api) -> None:
    """Whoever was accepted has nothing else to go by."""
    accepted = [operation["responses"]["202"] for _, operation in _operations(api) if "202" in operation["responses"]]
    started = [answer for answer in accepted if "JobDocument" in str(answer["content"])]

    assert len(started) >= 4
    assert all("Location" in answer["headers"] for answer in started)


def _operations(api: Api) -> Iterator[tuple[str, Json]]:
    for path, methods in api.nobody().get("/openapi.json").json()["paths"].items():
        for operation in methods.values():
            yield path, operation
