"""Jobs that are opened by ids: what a schedule or a message names in place of a job that is there already."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.jobs.errors import InvalidInput
from domain.jobs.job import JobId
from domain.jobs.request_key import IdempotencyKey
from domain.tenancy import TenantContext

Opener = Callable[[TenantContext, Mapping[str, str], IdempotencyKey], JobId]
"""Accepts the job that the ids stand for, and returns its id; the same key again finds the job of the first time."""


def only_id(ids: Mapping[str, str], name: str) -> str:
    """
    Return the one id that is expected.

    Raises:
        InvalidInput: it is missing, or there is another one beside it.
    """
    if set(ids) != {name} or not ids[name]:
        found = ", ".join(sorted(ids)) or "none"
        raise InvalidInput(f"expected the id {name!r} and no other; found {found}")
    return ids[name]
