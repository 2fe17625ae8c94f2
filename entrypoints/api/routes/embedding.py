"""/v1/embedding-models, /v1/library-settings and /v1/embedding-jobs: what documents are embedded with, and when."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from entrypoints.api.callers import Administrator, Reader, Services
from entrypoints.api.checking import at
from entrypoints.api.documents.embedding import (
    EmbeddingModelDocument,
    LibrarySettingsChange,
    LibrarySettingsDocument,
    NewEmbeddingModel,
    StartEmbedding,
    embedding_model_document,
)
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.paging import Page
from entrypoints.api.problems import documented
from entrypoints.api.request_keys import KEEPS_NO_KEY
from entrypoints.api.starting import STARTS, Starting
from entrypoints.library_embedding import changed_settings, settings_document, start_embedding

router = APIRouter(prefix="/v1", tags=["library"])
ModelId = Annotated[UUID, Path(description="The model's id.")]


@router.get("/embedding-models", operation_id="list_embedding_models")
def list_embedding_models(caller: Reader, antiphon: Services) -> Page[EmbeddingModelDocument]:
    """List the embedding models, by name; an organization has 50 at most."""
    return Page(items=[embedding_model_document(view) for view in antiphon.embedding.models.all(caller)], next=None)


@router.post(
    "/embedding-models",
    operation_id="add_embedding_model",
    status_code=201,
    dependencies=[KEEPS_NO_KEY],
    responses=documented(409),
)
def add_embedding_model(caller: Administrator, antiphon: Services, words: NewEmbeddingModel) -> EmbeddingModelDocument:
    """Add an embedding model: one word is embedded with it first, and the answer says how long its vectors are."""
    with at("/body"):
        return embedding_model_document(antiphon.embedding.models.add(caller, words.asked()))


@router.delete(
    "/embedding-models/{model_id}", operation_id="remove_embedding_model", status_code=204,
    responses=documented(404, 409),
)  # fmt: skip
def remove_embedding_model(caller: Administrator, antiphon: Services, model_id: ModelId) -> None:
    """Forget an embedding model and its vectors. 409: it is in use."""
    antiphon.embedding.models.remove(caller, str(model_id))


@router.get("/library-settings", operation_id="get_library_settings")
def get_library_settings(caller: Reader, antiphon: Services) -> LibrarySettingsDocument:
    """Look at what is set for the library."""
    return settings_document(antiphon.embedding.models, caller)


@router.patch("/library-settings", operation_id="change_library_settings", responses=documented(404, 409))
def change_library_settings(
    caller: Administrator, antiphon: Services, words: LibrarySettingsChange
) -> LibrarySettingsDocument:
    """Take an embedding model into use, or have new documents embedded by themselves or not. What is left out stays."""
    return changed_settings(antiphon.embedding.models, caller, words)


@router.post("/embedding-jobs", operation_id="start_embedding_job", status_code=202, responses=STARTS)
def start_embedding_job(antiphon: Services, start: Starting, words: StartEmbedding) -> JobDocument:
    """Embed documents: one item each. Texts that have a vector cost nothing. 409: no embedding model is in use."""
    models, jobs = antiphon.embedding.models, antiphon.embedding_work.jobs
    return start.of(lambda key: start_embedding(models, jobs, start.caller, words, key))
