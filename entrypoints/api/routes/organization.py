"""/v1/organization: the organization the key belongs to, and who is in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from domain.organizations.organization import LONGEST_EMAIL
from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.checking import at
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.organizations import (
    MemberDocument,
    MemberRole,
    OrganizationDocument,
    member_document,
    organization_document,
)
from entrypoints.api.paging import After, Limit, Page, page_of, position
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/organization", tags=["organization"])

Email = Annotated[
    str, Path(max_length=LONGEST_EMAIL, description="The member's address.", examples=["ada@example.com"])
]


@router.get("", operation_id="get_organization", responses=documented(404))
def get_organization(caller: Reader, antiphon: Services) -> OrganizationDocument:
    """Look at the organization of the key."""
    return organization_document(antiphon.administration.organizations.of(caller))


@router.get("/members", operation_id="list_members", responses=documented(404))
def list_members(caller: Reader, antiphon: Services, limit: Limit = 20, after: After = None) -> Page[MemberDocument]:
    """List the members by address."""
    behind = position(after, str)
    members = antiphon.administration.members.all(caller)
    found = [one for one in members if behind is None or one.user.email > behind]
    return page_of([member_document(one) for one in found], limit=limit, place=lambda one: cursor(one.email))


@router.put("/members/{email}", operation_id="put_member", responses=documented(404, 409))
def put_member(caller: Administrator, antiphon: Services, email: Email, words: MemberRole) -> MemberDocument:
    """Let somebody be a member in a role, or change the role. 409: it would leave nobody who is an owner."""
    with at("/path/email"):
        return member_document(antiphon.administration.members.add(caller, email, role=words.role))


@router.delete("/members/{email}", operation_id="remove_member", status_code=204, responses=documented(404, 409))
def remove_member(caller: Administrator, antiphon: Services, email: Email) -> None:
    """Let somebody be a member no longer, and revoke their keys. 409: the last owner stays."""
    with at("/path/email"):
        antiphon.administration.members.remove(caller, email)
