"""What searches a library and looks after it, plugged together."""

from __future__ import annotations

from attrs import frozen

from adapters.database.library_audit import SqlAuditRows
from adapters.library_search.lexical import LexicalSearch
from adapters.library_search.standard import StandardSearch
from domain.embedding.checking import Checking
from domain.embedding.library_audit import LibraryAudits
from domain.embedding.ports import Library
from domain.embedding.searching import Searching
from domain.embedding.shared_embedders import SharedEmbedders
from entrypoints.foundation import Foundation
from entrypoints.library_embedding import EmbeddingWork


@frozen(kw_only=True)
class LibrarySearchServices:
    """Searching a library, checking how well it is found, and looking after its rows."""

    searching: Searching
    checking: Checking
    audits: LibraryAudits


def make_searching(base: Foundation, *, library: Library, embedders: SharedEmbedders) -> Searching:
    """Return what searches, over a database; numpy is loaded by the first search."""
    engine = base.engine
    lexical = LexicalSearch(engine=engine) if base.settings.search_words else None
    return Searching(library=library, embedders=embedders, index=StandardSearch(engine=engine), lexical=lexical)


def make_library_search(base: Foundation, *, searching: Searching, work: EmbeddingWork) -> LibrarySearchServices:
    """Plug together what stands on the search, and on the service of jobs."""
    return LibrarySearchServices(
        searching=searching,
        checking=Checking(library=searching.library, searching=searching),
        audits=LibraryAudits(rows=SqlAuditRows(base.engine), jobs=work.jobs, clock=base.clock),
    )
