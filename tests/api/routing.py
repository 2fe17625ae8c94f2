"""Every operation of the API, as the routers have them: what attacks are generated from."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import field, frozen
from fastapi.routing import APIRoute

from entrypoints.api.app import ROUTERS

NOBODYS = "00000000-0000-4000-8000-00000000000a"
"""An id that nothing has."""


@frozen
class Route:
    """One operation of the API."""

    method: str
    path: str
    name: str
    takes_json: bool = field(default=False, kw_only=True)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **ids: object) -> str:
        """Return the path with these ids in it."""
        return self.path.replace(":path}", "}").format(**ids)

    def anywhere(self, **ids: object) -> str:
        """Return the path with these ids, and ids of nothing for all others."""
        names: Mapping[str, object] = dict.fromkeys(re.findall(r"{(\w+)", self.path), NOBODYS)
        return self.at(**{**names, **ids})


ROUTES = [
    Route(method, route.path, route.name, takes_json=route.body_field is not None)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]
