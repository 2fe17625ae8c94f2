"""/v1/keys: the keys of the organization's members."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from domain.organizations.api_key import KeyState
from entrypoints.api.callers import Administrator, Services
from entrypoints.api.checking import at
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.organizations import (
    IssuedKeyDocument,
    KeyDocument,
    NewKey,
    Rotation,
    issued_key_document,
    key_document,
)
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/keys", tags=["keys"])

Key = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The key's id or prefix, never the key itself.")
]


@router.get("", operation_id="list_keys", responses=documented(404))
def list_keys(caller: Administrator, antiphon: Services, limit: Limit = 20, after: After = None) -> Page[KeyDocument]:
    """List the keys, the newest first, revoked and expired ones too."""
    behind, known = position(after, str), antiphon.administration.keys
    keys = [key_document(owned, state=known.state(owned.key)) for owned in known.all(caller)]
    start = next((place + 1 for place, key in enumerate(keys) if key.id == behind), 0)
    return page_of(keys[start : start + limit + 1], limit=limit, place=lambda key: cursor(key.id))


@router.post("", operation_id="create_key", status_code=201, responses=documented(404))
def create_key(caller: Administrator, antiphon: Services, words: NewKey) -> IssuedKeyDocument:
    """Make a key for a member; its text is in this answer, and nowhere else ever again."""
    lifetime = timedelta(seconds=words.expires_in_s) if words.expires_in_s else None
    with at("/body"):
        issued = antiphon.administration.keys.create(caller, email=words.email, scopes=words.scopes, lifetime=lifetime)
    return issued_key_document(issued)


@router.post("/{key}/rotate", operation_id="rotate_key", status_code=201, responses=documented(404, 409))
def rotate_key(caller: Administrator, antiphon: Services, key: Key, words: Rotation) -> IssuedKeyDocument:
    """Make a key in place of another one, which opens nothing when the grace is over. 409: it is not active."""
    issued = antiphon.administration.keys.rotate(caller, key, grace=timedelta(seconds=words.grace_s))
    return issued_key_document(issued)


@router.delete("/{key}", operation_id="revoke_key", responses=documented(404))
def revoke_key(caller: Administrator, antiphon: Services, key: Key) -> KeyDocument:
    """Let a key open nothing from now on; this can't be undone, and asking again changes nothing."""
    return key_document(antiphon.administration.keys.revoke(caller, key), state=KeyState.REVOKED)
