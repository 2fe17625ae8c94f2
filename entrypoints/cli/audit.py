"""`antiphon audit`: who did what."""

from __future__ import annotations

import click

from entrypoints.api.documents.organizations import AuditEntryDocument
from entrypoints.cli.acting import JSON, at_place, print_documents, shown_time
from entrypoints.cli.console import say
from entrypoints.places.place import Place


@click.group()
def audit() -> None:
    """
    Read who did what: organizations, members and keys made, changed and removed, messages refused.

    Entries are only ever added, and hold no secrets.
    """


@audit.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, newest first.")
@at_place
@JSON
def list_entries(*, place: Place, limit: int, as_json: bool) -> None:
    """List entries, the newest first."""
    entries = list(place.audit.newest(limit))
    if as_json:
        print_documents("entries", entries)
    elif not entries:
        say("nothing yet")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("when (UTC)", "who", "what", "to", "details"), [_row(entry) for entry in entries])


def _row(entry: AuditEntryDocument) -> tuple[str, ...]:
    details = ", ".join(f"{name} {value}" for name, value in entry.details.items())
    return (shown_time(entry.at, otherwise=""), entry.user_id, entry.action, entry.subject, details)
