"""
Which fact starts what: data, read when a process is put together.

A later family adds its facts here, and what they start by name; nothing else knows of it. Consumers get a fact at
least once, with the id of its envelope.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.jobs.announcing import Reaction
from domain.jobs.events import DocumentCreated, JobAccepted, JobEnded, JobRevised, LlmApiStateChanged

NOTIFY = "notify"
"""Tell the organization's webhooks and mailboxes."""
NOTE_CHECKS = "note_checks"
"""Note what a validation of LLM APIs came to: history, states, and what changed."""

EMBED = "embed"
"""Embed a document that is new, or has new content."""
SETTLE_DOCUMENTS = "settle_documents"
"""Let documents that a job did not get to their end say so."""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    JobAccepted.kind: (NOTIFY,),
    JobRevised.kind: (NOTIFY,),
    JobEnded.kind: (NOTIFY, NOTE_CHECKS, SETTLE_DOCUMENTS),
    DocumentCreated.kind: (EMBED,),
    LlmApiStateChanged.kind: (NOTIFY,),
}


def reactions(by_name: Mapping[str, Reaction]) -> dict[str, tuple[Reaction, ...]]:
    """Return what each kind of fact starts; *by_name* has every reaction that is named above."""
    return {kind: tuple(by_name[name] for name in names) for kind, names in SUBSCRIPTIONS.items()}
