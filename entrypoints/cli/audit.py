"""`antiphon audit`: who did what."""

from __future__ import annotations

import click

from domain.organizations.audit_entry import AuditEntry
from domain.tenancy import TenantContext
from entrypoints.cli.acting import JSON, in_organization, shown_time, written_time
from entrypoints.cli.console import print_json, say
from entrypoints.container import Antiphon


@click.group()
def audit() -> None:
    """
    Read who did what: organizations, members and keys made, changed and removed, messages refused.

    Entries are only ever added, and hold no secrets.
    """


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, newest first.")
@in_organization
@JSON
def list_entries(*, antiphon: Antiphon, tenant: TenantContext, limit: int, as_json: bool) -> None:
    """List entries, the newest first."""
    entries = antiphon.administration.audit.page(tenant, limit=limit)
    if as_json:
        print_json({"entries": [_document(entry) for entry in entries]})
    elif not entries:
        say("nothing yet")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("when (UTC)", "who", "what", "to", "details"), [_row(entry) for entry in entries])


def _row(entry: AuditEntry) -> tuple[str, ...]:
    details = ", ".join(f"{name} {value}" for name, value in entry.details.items())
    return (shown_time(entry.at, otherwise=""), entry.user_id, entry.action, entry.subject, details)


def _document(entry: AuditEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": written_time(entry.at),
        "user_id": entry.user_id,
        "action": entry.action,
        "subject": entry.subject,
        "details": dict(entry.details),
    }
