"""What `antiphon library search`, `check`, `questions` and `audit` ask of where they act."""

from __future__ import annotations

from typing import Protocol

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


class LibrarySearch(Protocol):
    """The library of one organization, to be searched and looked after."""

    def search(self, words: SearchWords) -> SearchDocument:
        """
        Return the passages that are nearest to a question.

        Raises:
            InvalidInput: a question that is none.
            Conflict: no embedding model is in use.
            NotFound: there is no model of the name.
            ServiceUnavailable: the model can't be reached.
        """

    def questions(self) -> CheckQuestionsDocument:
        """Return the questions that the library is checked by."""

    def put_questions(self, words: CheckQuestionsWords) -> CheckQuestionsDocument:
        """Keep these questions, in place of those before."""

    def check(self, words: CheckWords) -> CheckDocument:
        """
        Ask every question, and return how often its passage was among the first hits.

        Raises:
            Conflict: no questions are kept, or a model lacks vectors.
            InvalidInput, NotFound, ServiceUnavailable: as `search`.
        """

    def audit(self, words: AuditWords) -> LibraryAuditDocument:
        """
        Return what is out of step among the library's rows, having put it right where the words say so.

        Raises:
            Conflict: documents are to be embedded, and no embedding model is in use.
        """
