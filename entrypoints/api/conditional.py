"""ETag and If-None-Match: whoever looks again and again gets the document only when it has changed."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from attrs import frozen
from fastapi import Depends, Header, Response
from pydantic import BaseModel

_ETAG = {"ETag": {"description": "Changes with the document.", "schema": {"type": "string"}}}
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _ETAG},
    304: {"description": "Nothing has changed since the ETag that was sent.", "headers": _ETAG},
}
"""Add it to the `responses=` of a route that answers with `Tagging`; its `response_model` is the document's."""


@frozen(kw_only=True)
class Tags:
    """The ETags whose documents the caller has."""

    known: str | None

    def answer(self, document: BaseModel) -> Response:
        """Return the document, or 304 when the caller has it already."""
        body = document.model_dump_json().encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if self._knows(tag):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    def _knows(self, tag: str) -> bool:
        # compared weakly, as RFC 9110 (13.1.2) asks: a proxy that compresses marks tags with W/
        words = [] if self.known is None else [word.strip().removeprefix("W/") for word in self.known.split(",")]
        return tag in words or "*" in words


def _tags(
    if_none_match: Annotated[
        str | None,
        Header(max_length=2000, description="ETags of what you have.", examples=['"9f86d081884c7d659a2feaa0c55ad015"']),
    ] = None,
) -> Tags:
    return Tags(known=if_none_match)


Tagging = Annotated[Tags, Depends(_tags)]
