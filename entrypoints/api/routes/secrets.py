"""/v1/secrets: keys and passwords that the organization's targets and models name."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from domain.secrets.secret import SecretName, checked_name
from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.secrets import SecretDocument, SecretValue, secret_document
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/secrets", tags=["secrets"])


def _name(
    name: Annotated[
        str, Path(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$", description="The name, as a variable's: OPENAI_API_KEY.")
    ],
) -> SecretName:
    return checked_name(name)


TheName = Annotated[SecretName, Depends(_name)]


@router.get("", operation_id="list_secrets")
def list_secrets(caller: Reader, antiphon: Services, limit: Limit = 20, after: After = None) -> Page[SecretDocument]:
    """List the organization's secrets by name: how they end, and who set them when. No request shows a value."""
    behind = position(after, str)
    found = [one for one in antiphon.secrets.store.names(caller) if behind is None or one.name > behind]
    return page_of([secret_document(secret) for secret in found], limit=limit, place=lambda one: cursor(one.name))


@router.put("/{name}", operation_id="set_secret")
def set_secret(caller: Administrator, antiphon: Services, name: TheName, words: SecretValue) -> SecretDocument:
    """Store a secret under a name, in place of an earlier one; runs that begin from now on use it."""
    return secret_document(antiphon.secrets.store.put(caller, name, words.value.get_secret_value()))


@router.delete("/{name}", operation_id="delete_secret", status_code=204, responses=documented(404))
def delete_secret(caller: Administrator, antiphon: Services, name: TheName) -> None:
    """Forget a secret; runs that name it fail from now on, before anything is sent."""
    antiphon.secrets.store.delete(caller, name)
