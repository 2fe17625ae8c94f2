"""The questions a library in memory is checked by."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from adapters.memory.journal import Journal
from adapters.memory.library_rows import LibraryRows
from domain.embedding.check_question import CheckQuestion


@frozen(kw_only=True)
class MemoryQuestions:
    """`Questions` of one organization."""

    rows: LibraryRows
    journal: Journal

    def put(self, questions: Sequence[CheckQuestion]) -> None:
        """Keep these questions, in place of all that were kept."""
        for no in list(self.rows.questions):
            self.journal.drop(self.rows.questions, no)
        for no, question in enumerate(questions):
            self.journal.put(self.rows.questions, no, question)

    def all(self) -> list[CheckQuestion]:
        """Return the questions, in the order in which they were given."""
        return [self.rows.questions[no] for no in sorted(self.rows.questions)]
