"""The header `Idempotency-Key`: taken where what it leads to is kept, and refused where it could only be ignored."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from domain.tenancy import TenantContext
from entrypoints.api.callers import caller
from entrypoints.api.refusals import InvalidField

RequestKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="A name of your own for this request. Sent again, it leads to what it started or made at first.",
        examples=["nightly-2026-11-21"],
    ),
]


def _refuse_key(request: Request, _who: Annotated[TenantContext, Depends(caller)]) -> None:
    if "idempotency-key" in request.headers:
        raise InvalidField(
            "Idempotency-Key: this route keeps no keys, and sent again the request would be another one; send it "
            "without this header (docs/api.md says what a repetition does here)",
            pointer="/header/idempotency-key",
        )


KEEPS_NO_KEY = Depends(_refuse_key)
"""For the `dependencies=` of a route that makes something, and would make it again for the same key."""
