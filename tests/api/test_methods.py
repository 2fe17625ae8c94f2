"""What is answered to a method that a path does not have."""

from __future__ import annotations

import pytest

from tests.api.calling import Api
from tests.api.routing import ROUTES

OWN = {path: {route.method for route in ROUTES if route.path == path} for path in (one.path for one in ROUTES)}
THERE = {path: sorted(own | ({"HEAD"} if "GET" in own else set())) for path, own in OWN.items()}


@pytest.mark.parametrize("path", sorted(THERE))
def test_a_refused_method_names_those_there_are(api: Api, path: str) -> None:
    """RFC 9110, 15.5.6: a 405 says in `Allow` what the path has; an empty one says that it has nothing."""
    route = next(one for one in ROUTES if one.path == path)

    answer = api.request("TRACE", route.anywhere())

    assert answer.status_code == 405
    assert answer.headers["Allow"].split(", ") == THERE[path]
