"""What a query says beside what its route knows: refused with its name, and nothing is done."""

from __future__ import annotations

import pytest

from tests.api.calling import Api
from tests.api.routing import ROUTES, Route


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_parameter_that_a_route_does_not_have_is_refused(api: Api, route: Route) -> None:
    """A misspelt filter would filter nothing, and everything would be taken for what was asked for."""
    answer = api.request(route.method, route.anywhere(), params={"answercolumn/~": "C"})

    assert answer.status_code == 422, answer.text
    assert "answercolumn/~: there is no such parameter here; it has " in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"] == "/query/answercolumn~1~0"


def test_who_has_no_key_hears_of_nothing_else(api: Api) -> None:
    """What a route takes is for those who may call it."""
    assert api.nobody().get("/v1/jobs", params={"answercolumn": "C"}).status_code == 401
