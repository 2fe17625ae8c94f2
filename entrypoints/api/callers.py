"""
Who calls, and what they may do: every route takes a `Reader`, a `Writer` or an `Administrator`.

The key travels as `Authorization: Bearer KEY`. Which organization that is, only the key says: no path, no header and
no body names one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol

from attrs import evolve
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.organizations.errors import Forbidden, Unauthenticated
from domain.tenancy import TenantContext
from entrypoints.container import Antiphon

_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="An API key: `antiphon keys create`.")


class Authenticator(Protocol):
    """Knows keys."""

    def authenticate(self, presented: str) -> TenantContext:
        """
        Return whom the presented key belongs to, and what it may do.

        Raises:
            Unauthenticated: no such key, or not any more.
        """


def services(request: Request) -> Antiphon:
    """Return what the application was made with."""
    antiphon = request.app.state.antiphon
    assert isinstance(antiphon, Antiphon)
    return antiphon


def caller(
    request: Request, presented: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> TenantContext:
    """
    Return who calls.

    Raises:
        Unauthenticated: no key, or not one that is known.
        TooManyRequests: the key has asked too often.
    """
    if presented is None or not presented.credentials:
        raise Unauthenticated("this needs a key: send `Authorization: Bearer KEY`; `antiphon keys create` makes one")
    authenticator: Authenticator = request.app.state.authenticator
    who = authenticator.authenticate(presented.credentials)
    request.state.standing = request.app.state.rates.count(presented.credentials)
    request.state.whose = {"organization": who.organization_id, "user": who.user_id}
    return evolve(who, origin=request.state.origin)


def _with(scope: str) -> Callable[[TenantContext], TenantContext]:
    def allowed(who: Annotated[TenantContext, Depends(caller)]) -> TenantContext:
        if scope not in who.scopes:
            raise Forbidden(f"this needs the scope {scope!r}, which the key does not have; use one that has it")
        return who

    return allowed


Services = Annotated[Antiphon, Depends(services)]
Reader = Annotated[TenantContext, Depends(_with("read"))]
Writer = Annotated[TenantContext, Depends(_with("write"))]
Administrator = Annotated[TenantContext, Depends(_with("admin"))]
