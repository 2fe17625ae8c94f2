"""What searches a library and looks after it, plugged together."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.library_audit import SqlAuditRows
from adapters.library_search.lexical import LexicalSearch
from adapters.library_search.standard import StandardSearch
from domain.embedding.checking import Checking
from domain.embedding.library_audit import LibraryAudits
from domain.embedding.ports import Library
from domain.embedding.searching import Searching
from domain.embedding.shared_embedders import SharedEmbedders
from domain.jobs.ports import Clock
from entrypoints.library_embedding import EmbeddingWork
from entrypoints.settings import Settings


@frozen(kw_only=True)
class LibrarySearchServices:
    """Searching a library, checking how well it is found, and looking after its rows."""

    searching: Searching
    checking: Checking
    audits: LibraryAudits


def make_library_search(
    settings: Settings,
    *,
    engine: Engine,
    library: Library,
    embedders: SharedEmbedders,
    work: EmbeddingWork,
    clock: Clock,
) -> LibrarySearchServices:
    """Return them over a database; numpy is loaded by the first search."""
    lexical = LexicalSearch(engine=engine) if settings.search_words else None
    searching = Searching(library=library, embedders=embedders, index=StandardSearch(engine=engine), lexical=lexical)
    return LibrarySearchServices(
        searching=searching,
        checking=Checking(library=library, searching=searching),
        audits=LibraryAudits(rows=SqlAuditRows(engine), jobs=work.jobs, clock=clock),
    )
