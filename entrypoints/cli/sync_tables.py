"""Syncs in a few words, for people."""

from __future__ import annotations

from entrypoints.api.documents.documentation_sources import DryRunDocument, SyncDocument

_WORDS = ("created", "updated", "skipped", "deleted", "failed")


def sync_line(sync: SyncDocument) -> str:
    """Return a sync's numbers in a line: `3 created, 97 skipped`."""
    parts = [f"{getattr(sync, word):,} {word}" for word in _WORDS if getattr(sync, word)]
    return ", ".join(parts) or "nothing"


def sync_lines(name: str, sync: SyncDocument) -> list[str]:
    """Return how a sync ended, and what is left for a person to do."""
    lines = [f"{sync.status.value:<10}{sync_line(sync)}"]
    if sync.total is not None:
        lines.append(f"{'processed':<10}{sync.processed:,} of {sync.total:,} documents")
    if sync.unconfirmed:
        lines.append(
            f"{'asked':<10}{sync.unconfirmed:,} documents have vanished from the source, and nothing was deleted; if "
            f"they are to go: `antiphon library sync {name} --confirm-deletions`"
        )
    if sync.held:
        lines.append(f"{'held':<10}{sync.held:,} vanished documents stay until a sync in which nothing goes wrong")
    if sync.is_empty:
        lines.append(f"{'empty':<10}the source lists nothing, which is not believed; look whether it is there")
    if sync.failure:
        lines.append(f"{'failure':<10}{sync.failure}")
    if sync.deleted:
        lines.append(f"{'undo':<10}`antiphon library sync {name} --undo-deletions` brings back what was deleted")
    return lines


def dry_run_lines(found: DryRunDocument) -> list[str]:
    """Return what a sync would do."""
    about = "about " if found.is_estimated else ""
    cost = "not known" if found.cost_usd is None else f"${found.cost_usd:,.4f}"
    vanished = f"{found.deleted:,} to delete" if not found.unconfirmed else f"{found.unconfirmed:,} to ask about"
    return [
        f"{'documents':<10}{found.created:,} new, {found.updated:,} perhaps changed, {found.skipped:,} unchanged, "
        f"{vanished}",
        f"{'read':<10}{found.examined:,} of {found.created + found.updated:,}"
        + (f", {found.unreadable:,} in vain" if found.unreadable else ""),
        f"{'embed':<10}{about}{found.texts_to_embed:,} of {found.chunks:,} chunks, {found.tokens_to_embed:,} tokens",
        f"{'cost':<10}{about}{cost}",
    ]
