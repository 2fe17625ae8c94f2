"""
Parameters of queries: one that a route does not have is refused.

A misspelt filter would filter nothing, and who asked would take everything for what was asked for.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from domain.tenancy import TenantContext
from entrypoints.api.callers import caller
from entrypoints.api.refusals import InvalidField


async def _refuse_unknown(request: Request, _who: Annotated[TenantContext, Depends(caller)]) -> None:
    asked = request.query_params.keys()
    if not asked:
        return
    known = _known(request)
    for name in asked:
        if name not in known:
            there = f"it has {', '.join(known)}" if known else "it has none"
            raise InvalidField(f"{name}: there is no such parameter here; {there}", pointer=f"/query/{_escaped(name)}")


def _known(request: Request) -> list[str]:
    """Return the names of the route's parameters, as the API's document says them."""
    operations = request.app.openapi()["paths"][request.scope["route"].path_format]
    said = operations[request.method.lower()].get("parameters", [])
    return [one["name"] for one in said if one["in"] == "query"]


def _escaped(name: str) -> str:
    """Return a name as part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


ONLY_KNOWN_PARAMETERS = Depends(_refuse_unknown)
"""For the `dependencies=` of all routes that need a key."""
