"""/v1/search, /v1/library-questions, /v1/library-checks and /v1/library-audit."""

from __future__ import annotations

from attrs import frozen

from entrypoints.api.documents.library_search import (
    AuditWords,
    CheckDocument,
    CheckQuestionsDocument,
    CheckQuestionsWords,
    CheckWords,
    LibraryAuditDocument,
    SearchDocument,
    SearchWords,
)
from entrypoints.calls.asking import Calls, path

_QUESTIONS, _AUDIT = path("library-questions"), path("library-audit")


@frozen(kw_only=True)
class LibrarySearchCalls(Calls):
    """`LibrarySearch` of a server; keeping questions and repairing ask for a key with the scope `write`."""

    def search(self, words: SearchWords) -> SearchDocument:
        return self._post(path("search"), SearchDocument, words, repeatable=True)

    def questions(self) -> CheckQuestionsDocument:
        return self._get(_QUESTIONS, CheckQuestionsDocument)

    def put_questions(self, words: CheckQuestionsWords) -> CheckQuestionsDocument:
        return self._put(_QUESTIONS, CheckQuestionsDocument, words)

    def check(self, words: CheckWords) -> CheckDocument:
        return self._post(path("library-checks"), CheckDocument, words, repeatable=True)

    def audit(self, words: AuditWords) -> LibraryAuditDocument:
        if not words.repair:
            return self._get(_AUDIT, LibraryAuditDocument)
        return self._post(_AUDIT, LibraryAuditDocument, words)
