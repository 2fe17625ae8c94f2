"""The library, put together: its rows, what reads files, and what people do with documents."""

from __future__ import annotations

from attrs import frozen

from adapters.database.library import SqlLibrary
from adapters.parsing.children import ChildParsers
from domain.embedding.adding import Adding
from domain.embedding.reviewing import Reviewing
from entrypoints.foundation import Foundation


@frozen(kw_only=True)
class LibraryServices:
    """What a process needs of the library; the parsers start a child process with the first file they read."""

    store: SqlLibrary
    parsers: ChildParsers
    adding: Adding
    reviewing: Reviewing


def make_library(base: Foundation) -> LibraryServices:
    """Plug it together."""
    store, clock, audit = SqlLibrary(base.engine), base.clock, base.audit
    return LibraryServices(
        store=store,
        parsers=ChildParsers(),
        adding=Adding(library=store, clock=clock, ids=base.ids, audit=audit, doorbell=base.bell),
        reviewing=Reviewing(library=store, clock=clock, audit=audit),
    )
