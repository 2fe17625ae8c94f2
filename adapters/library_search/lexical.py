"""
Finding chunks by the words they share with a question: SQLite's FTS5 in the memory of this process, over any database.

An index of words in the database would have to be kept for everybody, and this leg is off unless an operator wants it:
put together with a good embedding model it made searches worse. A library's words are read when it is first asked, and
of later versions what has changed. One beyond the limit is not searched by words.
"""

from __future__ import annotations

import re
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock

from attrs import define, field
from sqlalchemy import Engine

from adapters.database.scope import scoped
from adapters.library_search.rows import Place, SearchRows, VisibleDocument
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.library_document import DocumentId
from domain.embedding.search import Hit
from domain.tenancy import OrganizationId, TenantContext

MOST_CHUNKS = 200_000
"""Of a library that is searched by words: some 300 MB."""
MOST_LIBRARIES = 4
_WORD = re.compile(r"\w+")
_TABLES = """
CREATE VIRTUAL TABLE words USING fts5(body, document UNINDEXED, ordinal UNINDEXED, tokenize='unicode61');
CREATE TABLE documents (id TEXT PRIMARY KEY, generation INTEGER, is_approved INTEGER);
"""
_NEAREST = """
SELECT document, ordinal, -bm25(words) AS score FROM words JOIN documents ON id = document
WHERE words MATCH ? AND is_approved >= ? ORDER BY round(bm25(words), 6), document, ordinal LIMIT ?
"""


@define(eq=False)
class _Words:
    """The words of one library, at a version."""

    version: int = field(default=-1, init=False)
    lock: Lock = field(factory=Lock, init=False)
    connection: sqlite3.Connection = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.executescript(_TABLES)

    def follow(self, rows: SearchRows) -> None:
        """Take over what has changed since the version that is known."""
        version = rows.version()
        if version == self.version:
            return
        visible = {document.id: document for document in rows.visible()}
        known = dict(self.connection.execute("SELECT id, generation FROM documents"))
        gone = [each for each in known if each not in visible or visible[each].generation != known[each]]
        self._forget(gone)
        self._add(rows, [document for document in visible.values() if known.get(document.id) != document.generation])
        approved = [(document.is_approved, document.id) for document in visible.values()]
        self.connection.executemany("UPDATE documents SET is_approved = ? WHERE id = ?", approved)
        self.version = version

    def nearest(self, words: Sequence[str], *, k: int, only_approved: bool) -> list[Place]:
        """Return the best chunks that hold one of the words."""
        asked = " OR ".join(f'"{word}"' for word in words)
        found = self.connection.execute(_NEAREST, (asked, int(only_approved), k))
        return [Place(document_id=DocumentId(row[0]), ordinal=row[1], score=row[2]) for row in found]

    def _forget(self, documents: Iterable[str]) -> None:
        keys = [(each,) for each in documents]
        self.connection.executemany("DELETE FROM words WHERE document = ?", keys)
        self.connection.executemany("DELETE FROM documents WHERE id = ?", keys)

    def _add(self, rows: SearchRows, documents: Iterable[VisibleDocument]) -> None:
        for document in documents:
            texts = [(text, document.id, ordinal) for ordinal, text in rows.texts(document)]
            self.connection.executemany("INSERT INTO words VALUES (?, ?, ?)", texts)
            row = (document.id, document.generation, document.is_approved)
            self.connection.execute("INSERT INTO documents VALUES (?, ?, ?)", row)


@define(eq=False, kw_only=True)
class LexicalSearch:
    """`LexicalIndex` in this process' memory."""

    engine: Engine
    most_chunks: int = MOST_CHUNKS
    _libraries: OrderedDict[OrganizationId, _Words] = field(factory=OrderedDict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def search(
        self, tenant: TenantContext, words: str, *, model: EmbeddingModel, k: int, only_approved: bool
    ) -> list[Hit]:
        """Return at most *k* chunks that hold one of the words."""
        asked = list(dict.fromkeys(_WORD.findall(words.casefold())))
        with scoped(self.engine, organization_id=tenant.organization_id, is_view=True) as scope:
            rows = SearchRows(scope=scope)
            if not asked or rows.count() > self.most_chunks:
                return []
            library = self._library(tenant.organization_id)
            with library.lock:
                library.follow(rows)
                places = library.nearest(asked, k=k, only_approved=only_approved)
            return rows.hits(places, model=model)

    def _library(self, organization_id: OrganizationId) -> _Words:
        with self._lock:
            known = self._libraries.setdefault(organization_id, _Words())
            self._libraries.move_to_end(organization_id)
            while len(self._libraries) > MOST_LIBRARIES:
                self._libraries.popitem(last=False)
            return known
