"""
Does a search find what it should? Questions whose passage is known, and how often it is among the first hits.

Recall at k is the share of questions for which the expected passage is among the first k hits. It compares models on
one library; it says nothing about the answers that somebody writes from the hits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from domain.embedding.check_question import CheckQuestion
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.search import Hit

AT = (3, 5)
"""The numbers of first hits that recall is counted at."""


@frozen(kw_only=True)
class Answered:
    """A question, and the rank of the first hit that is its passage, counted from 1 (None: it was not found)."""

    question: CheckQuestion
    rank: int | None


@frozen(kw_only=True)
class Recall:
    """How a model did on all questions; *is_lexical*: it compares letters, not meanings."""

    model: str
    is_lexical: bool = False
    answered: tuple[Answered, ...]

    def at(self, k: int) -> float:
        """Return the share of questions, 0 to 1, whose passage is among the first *k* hits; 0 without questions."""
        found = sum(1 for each in self.answered if each.rank is not None and each.rank <= k)
        return found / len(self.answered) if self.answered else 0.0


def recall_of(
    model: EmbeddingModel, questions: Sequence[CheckQuestion], search: Callable[[str], Sequence[Hit]]
) -> Recall:
    """Return the recall of *search*, which returns at least `max(AT)` hits where there are as many."""
    return Recall(
        model=model.name,
        is_lexical=model.is_lexical,
        answered=tuple(Answered(question=each, rank=rank_of(each, search(each.question))) for each in questions),
    )


def rank_of(question: CheckQuestion, hits: Sequence[Hit]) -> int | None:
    """Return the rank of the first hit that is the question's passage, counted from 1."""
    return next((rank for rank, hit in enumerate(hits, start=1) if is_passage(question, hit)), None)


def is_passage(question: CheckQuestion, hit: Hit) -> bool:
    """Return whether the hit lies in the passage that answers the question; letter case does not count."""
    headings = [heading.casefold() for heading in hit.heading_path]
    is_under = not question.heading or question.heading.casefold() in headings
    return is_under and is_named(question.document, location=hit.location, title=hit.title)


def is_named(wanted: str, *, location: str, title: str) -> bool:
    """Return whether *wanted* is a document's location, the end of it from a slash on, or its title, in any case."""
    name, place = wanted.casefold(), location.casefold()
    return place == name or place.endswith(f"/{name}") or title.casefold() == name
