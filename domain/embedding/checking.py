"""Running a retrieval check: every question through a search, for one model or for several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from attrs import frozen

from domain.embedding.check_question import CheckQuestion, checked_questions
from domain.embedding.embedding_model import EmbeddingModel
from domain.embedding.ports import Library
from domain.embedding.retrieval_check import AT, Recall, recall_of
from domain.embedding.search import Hit
from domain.embedding.searching import Searching
from domain.jobs.errors import Conflict
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class Checking:
    """Keeps an organization's questions, and says how well its library answers them."""

    library: Library
    searching: Searching

    def keep(self, tenant: TenantContext, questions: Sequence[CheckQuestion]) -> tuple[CheckQuestion, ...]:
        """
        Keep these questions, in place of all that were kept; return them.

        Raises:
            InvalidInput: there are too many, or one is none.
        """
        checked = checked_questions(questions)
        with self.library.begin(tenant) as work:
            work.questions.put(checked)
            work.commit()
        return checked

    def kept(self, tenant: TenantContext) -> list[CheckQuestion]:
        """Return the organization's questions."""
        with self.library.view(tenant) as work:
            return work.questions.all()

    def check(
        self, tenant: TenantContext, questions: Sequence[CheckQuestion] = (), *, models: Sequence[str] = ()
    ) -> list[Recall]:
        """
        Return how each of *models* (none: the one in use) does on the questions (none: those that are kept).

        Raises:
            InvalidInput: a question is none.
            Conflict: no questions are kept; no model is in use; or a model lacks vectors of what readers see, so that
                its recall would say little about it.
            NotFound, ServiceUnavailable: as a search.
        """
        asked = checked_questions(questions or self.kept(tenant) or _none())
        chosen = [self.searching.model(tenant, name) for name in models] or [self.searching.model(tenant)]
        for model in chosen:
            self._insist_on_vectors(tenant, model)
        return [recall_of(model, asked, partial(self._hits, tenant, model)) for model in chosen]

    def _hits(self, tenant: TenantContext, model: EmbeddingModel, question: str) -> list[Hit]:
        return self.searching.search(tenant, question, k=max(AT), model=model.name).hits

    def _insist_on_vectors(self, tenant: TenantContext, model: EmbeddingModel) -> None:
        with self.library.view(tenant) as work:
            coverage = work.vectors.coverage(model.fingerprint)
        if not coverage.texts:
            raise Conflict("nothing is visible in this library yet; `antiphon library add FILE` adds a document")
        if coverage.missing:
            raise Conflict(
                f"embedding model {model.name!r}: {coverage.missing} of {coverage.texts} texts have no vector of it; "
                f"`antiphon library embed --all --model {model.name}` makes them beside the others"
            )


def _none() -> Sequence[CheckQuestion]:
    raise Conflict(
        "this organization keeps no check questions; give a file of them, or keep one with "
        "`antiphon library questions set FILE`"
    )
