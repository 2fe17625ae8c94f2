"""The key that a request came with, so that sending it twice starts one job."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class IdempotencyKey:
    """
    What its sender calls one request.

    *request* is a fingerprint of that request in the sender's own words, where they are known: what they lead to may
    change meanwhile (the newest version of something), and the same request must still be recognised.
    """

    key: str
    request: str | None = field(default=None, kw_only=True)
