"""The library, put together: its rows, what reads files, and what people do with documents."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.library import SqlLibrary
from adapters.parsing.children import ChildParsers
from domain.embedding.adding import Adding
from domain.embedding.reviewing import Reviewing
from domain.jobs.ports import Clock, Doorbell, IdSource
from domain.organizations.audit_log import AuditLog


@frozen(kw_only=True)
class LibraryServices:
    """What a process needs of the library; the parsers start a child process with the first file they read."""

    store: SqlLibrary
    parsers: ChildParsers
    adding: Adding
    reviewing: Reviewing


def make_library(
    engine: Engine, *, clock: Clock, ids: IdSource, audit: AuditLog, doorbell: Doorbell
) -> LibraryServices:
    """Plug it together."""
    store = SqlLibrary(engine)
    return LibraryServices(
        store=store,
        parsers=ChildParsers(),
        adding=Adding(library=store, clock=clock, ids=ids, audit=audit, doorbell=doorbell),
        reviewing=Reviewing(library=store, clock=clock, audit=audit),
    )
