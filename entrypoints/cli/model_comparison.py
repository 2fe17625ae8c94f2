"""Another embedding model beside the one in use: how both do on an organization's own questions."""

from __future__ import annotations

from pydantic import BaseModel, Field

from domain.embedding.ingesting import NO_MODEL
from domain.embedding.retrieval_check import AT
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from entrypoints.api.documents.embedding import EmbeddingModelDocument
from entrypoints.api.documents.library_search import CheckWords, RecallDocument
from entrypoints.places.place import Place


class ModelComparison(BaseModel):
    """What a change of the embedding model would bring and cost; found is what is among the first 5 hits."""

    in_use: RecallDocument | None = Field(description="Null: nothing was compared, as texts lack vectors.")
    new: RecallDocument | None
    gained: list[str] = Field(description="Questions whose passage the new model finds, and the one in use does not.")
    lost: list[str] = Field(description="The other way round.")
    texts: int = Field(description="How many different texts can be found in the library.")
    missing: int = Field(description="How many of these have no vector of the new model; `use` is refused until none.")
    job_id: str | None = Field(description="The job that embedded with the new model; null: there was nothing to do.")


def comparable(place: Place, words: str) -> EmbeddingModelDocument:
    """
    Return the model that *words* name, if it can be compared with the one in use; nothing is spent before that.

    Raises:
        NotFound: there is no such model.
        Conflict: no model is in use, or no questions are kept to compare by.
        InvalidInput: it is the one in use.
    """
    models = list(place.embedding.models())
    new = next((one for one in models if words in (one.name, one.id)), None)
    if new is None:
        names = ", ".join(one.name for one in models) or "none yet"
        raise NotFound(
            f"embedding model {words[:100]!r}: there is none of this name or id; there are: {names}; `antiphon library "
            "models add` adds one"
        )
    if new.is_in_use:
        raise InvalidInput(f"embedding model {new.name}: it is the one in use; name another one to compare it with")
    if not any(one.is_in_use for one in models):
        raise Conflict(NO_MODEL)
    if not place.library_search.questions().questions:
        raise Conflict(
            "this organization keeps no check questions, and without them nothing says which model is better; keep "
            "some with `antiphon library questions set FILE`"
        )
    return new


def compared(place: Place, words: str, *, job_id: str | None) -> ModelComparison:
    """
    Return how the model that *words* name does beside the one in use, as far as it has vectors of all texts by now.

    Raises: as `comparable`; Conflict: nothing is visible in the library, or the model in use lacks vectors itself.
    """
    new = comparable(place, words)
    if new.missing:
        return ModelComparison(
            in_use=None, new=None, gained=[], lost=[], texts=new.texts, missing=new.missing, job_id=job_id
        )
    old = next(one for one in place.embedding.models() if one.is_in_use)
    before, after = place.library_search.check(CheckWords(models=[old.name, new.name])).recalls
    missed_before, missed_after = _missed(before), _missed(after)
    return ModelComparison(
        in_use=before,
        new=after,
        gained=[question for question in missed_before if question not in missed_after],
        lost=[question for question in missed_after if question not in missed_before],
        texts=new.texts,
        missing=0,
        job_id=job_id,
    )


def _missed(recall: RecallDocument) -> list[str]:
    return [one.question for one in recall.not_first if one.rank is None or one.rank > max(AT)]
