"""Whatever becomes of a request on its way, it is answered: never by an error of the server."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrypoints.container import build, ready_database
from entrypoints.settings import read_settings
from tests.api.calling import Api, calling
from tests.api.runs import ECHO, document

RUN: dict[str, Any] = {
    "document": document(ECHO)
    | {
        "prompts": [{"prompt": "{{ q }}", "label": "a", "targets": []}],
        "variables": {"q": "x"},
        "judging": {"rule": "mean"},
        "run": {"concurrency": 2, "deadline_s": 3},
        "defaults": {"tags": ["t"], "threshold": 0.5},
    },
    "targets": [
        {"name": "a", **ECHO, "limits": {"concurrency": 2}},
        {"name": "b", "kind": "http", "url": "http://a/{{ q }}"},
    ],
    "metrics": [
        {"kind": "assert-set", "value": [{"regex": "a+"}, "is-json"], "threshold": 0.5},
        {"javascript": "output"},
    ],
    "judge": ["scripted:a", {"kind": "scripted", "model": "b"}],
    "tags": ["odd"],
    "gates": {"min_pass_rate": 0.5, "max_errors": 3},
    "options": {"concurrency": 3, "deadline_s": 2.5, "priority": "low", "max_cost_usd": 1.5},
    "limits": {"requests_per_minute": 10},
    "cache": {"max_age_s": 10},
}
ROUTES: dict[str, dict[str, Any]] = {
    "/v1/test-runs": RUN,
    "/v1/test-configurations": {"name": "nightly", **RUN},
    "/v1/test-sets": RUN["document"],
    "/v1/targets/check": {"target": RUN["targets"][1] | {"headers": {"A": "b"}, "response_path": "a.b[0]"}},
    "/v1/targets/probe": {"target": ECHO, "prompt": "{{ q }}", "variables": {"q": [1]}, "deadline_s": 1},
    "/v1/test-runs/00000000-0000-4000-8000-000000000000/rescore": {"metrics": RUN["metrics"], "judge": "scripted:a"},
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, 2**63, -(2**63), 10**30, 10**308, 0, -1]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["\x00", "\ud800", "{{", "${", "../..", "file:///x", "a" * 300, "https://[", "http://a:99999", "=1"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


@pytest.fixture(scope="module")
def shared_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One installation for all examples: what one stores must not trouble the next."""
    antiphon = build(read_settings({"ANTIPHON_HOME": str(tmp_path_factory.mktemp("home"))}))
    ready_database(antiphon)
    with calling(antiphon) as api:
        yield api
    antiphon.engine.dispose()


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _places(part, (*path, name))


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, object]:
    """Return a path, and a body that was valid until something in it was replaced, removed, added or doubled."""
    path = draw(st.sampled_from(sorted(ROUTES)))
    body: Any = {"": copy.deepcopy(ROUTES[path])}
    for _ in range(draw(st.integers(1, 3))):
        place = ("", *draw(st.sampled_from(list(_places(body[""])))))
        holder: Any = body
        for step in place[:-1]:
            holder = holder[step]
        what = draw(st.sampled_from(["replace", "remove", "add", "double"]))
        here = holder[place[-1]]
        if what == "remove" and place != ("",):
            del holder[place[-1]]
        elif what == "add" and isinstance(here, dict):
            here[draw(st.text(max_size=8))] = draw(ODD)
        elif what == "double" and isinstance(here, list):
            holder[place[-1]] = [*here, *here]
        else:
            holder[place[-1]] = draw(ODD)
    return path, body[""]


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_what_is_mutated_was_valid(shared_api: Api, path: str) -> None:
    """A mutation of what is refused anyway would show little."""
    assert shared_api.post(path, json=ROUTES[path]).status_code in (200, 201, 202, 404)


@given(mutated())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_is_an_error_of_the_server(shared_api: Api, case: tuple[str, object]) -> None:
    """Callers make mistakes of every kind; each is said to be theirs, in the one form of a refusal, by place."""
    path, body = case

    answer = shared_api.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    assert answer.status_code < 500, (body, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        found = answer.json()
        assert found["detail"]
        assert answer.status_code != 422 or found["errors"], found
