"""/v1/audit: who did what."""

from __future__ import annotations

from fastapi import APIRouter

from domain.organizations.audit_entry import AuditEntryId, AuditPlace
from entrypoints.api.callers import Administrator, Services
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.organizations import AuditEntryDocument, audit_entry_document
from entrypoints.api.paging import After, Limit, Page, dated, page_of, position

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", operation_id="list_audit_entries")
def list_audit_entries(
    caller: Administrator, antiphon: Services, limit: Limit = 20, after: After = None
) -> Page[AuditEntryDocument]:
    """List what was done in the organization, the newest first. Entries are only ever added, and hold no secrets."""
    entries = antiphon.administration.audit.page(caller, before=position(after, _place), limit=limit + 1)
    return page_of([audit_entry_document(entry) for entry in entries], limit=limit, place=_cursor)


def _cursor(entry: AuditEntryDocument) -> str:
    return cursor(entry.at.isoformat(), entry.id)


def _place(moment: str, row_id: str) -> AuditPlace:
    at, entry_id = dated(moment, row_id)
    return AuditPlace(at=at, id=AuditEntryId(entry_id))
