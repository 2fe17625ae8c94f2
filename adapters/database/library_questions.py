"""The questions an organization's library is checked by, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from attrs import frozen
from sqlalchemy import delete, insert, select

from adapters.database.library_search_tables import library_question
from adapters.database.scope import Scope, of_organization
from domain.embedding.check_question import CheckQuestion

_ours = of_organization(library_question)
_ALL = select(library_question).where(_ours).order_by(library_question.c.no)
_CLEAR = delete(library_question).where(_ours)
_ADD = insert(library_question)


@frozen(kw_only=True)
class SqlQuestions:
    """`Questions` in the transaction of *scope*."""

    scope: Scope

    def put(self, questions: Sequence[CheckQuestion]) -> None:
        """Keep these questions, in place of all that were kept."""
        self.scope.execute(_CLEAR)
        rows = [
            {"id": uuid4().hex, "no": no, "question": each.question, "document": each.document, "heading": each.heading}
            for no, each in enumerate(questions)
        ]
        self.scope.insert_many(_ADD, rows)

    def all(self) -> list[CheckQuestion]:
        """Return the questions, in the order in which they were given."""
        return [
            CheckQuestion(question=row.question, document=row.document, heading=row.heading)
            for row in self.scope.execute(_ALL)
        ]
