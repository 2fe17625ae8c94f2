"""`antiphon library`: documents, where they come from, and what is found in them."""

from __future__ import annotations

import click

from entrypoints.cli.lazy_group import LazyGroup

_LAZY = {
    "add": ("entrypoints.cli.library_add", "Hand in files."),
    "search": ("entrypoints.cli.library_search", "Find passages."),
    "sources": ("entrypoints.cli.library_sources", "Name where documents come from: folders, git, websites, S3."),
    "sync": ("entrypoints.cli.library_sync", "Bring the library in step with a source."),
    "sync-all": ("entrypoints.cli.library_sync", "Sync every source."),
    "documents": ("entrypoints.cli.library_documents", "List documents; show, approve, reject, remove one."),
    "models": ("entrypoints.cli.library_models", "Add models to embed with; list, compare, use, remove one."),
    "embed": ("entrypoints.cli.library_embed", "Embed documents now."),
    "auto-embed": ("entrypoints.cli.library_embed", "Embed new documents by themselves, or not."),
    "check": ("entrypoints.cli.library_check", "Say how often a search finds what it should."),
    "questions": ("entrypoints.cli.library_check", "Keep the questions that the library is checked by."),
    "audit": ("entrypoints.cli.library_search", "Look whether the library's rows are in order."),
}


@click.group(cls=LazyGroup, members=_LAZY)
def library() -> None:
    """
    Keep documents that answers are found in: hand them in, review them.

    A document is read (Markdown, text, HTML, PDF, Word, CSV, Excel), cut into chunks and embedded; then it waits for a
    person to approve it. docs/library.md tells it from the beginning.

    \b
    antiphon library add handbook.md prices.xlsx
    antiphon library documents list --status pending
    antiphon library documents approve ID
    """
