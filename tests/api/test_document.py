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


def test_what_starts_work_is_idempotent_by_a_key(api: Api) -> None:
    """Each of them answers 202 and says where to look."""
    started = [operation for _, operation in _operations(api) if "202" in operation["responses"]]

    assert len(started) >= 4
    for operation in started:
        assert "Location" in operation["responses"]["202"]["headers"], operation["operationId"]


def _operations(api: Api) -> Iterator[tuple[str, Json]]:
    for path, methods in api.nobody().get("/openapi.json").json()["paths"].items():
        for operation in methods.values():
            yield path, operation
