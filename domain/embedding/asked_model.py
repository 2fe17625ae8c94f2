"""An embedding model somebody asks for, in words; and what was found where these lead."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt, optional

from domain.embedding.embedding_model import EmbeddingProvider, Fingerprint
from domain.jobs.item import Document

FORMS = (
    "lexical-hash (letters, no meaning; works everywhere), PROVIDER:MODEL such as openai:text-embedding-3-small or "
    "ollama:nomic-embed-text, llm:API/MODEL for a registered LLM API, llm:default, or local:FOLDER"
)


@frozen(kw_only=True)
class AskedModel:
    """
    What is asked for; what is empty or None is left to the model.

    *words* are one of `FORMS`. *base_url* and *api_key* (a text with `${NAME}`, never a key) belong to PROVIDER:MODEL.
    *dimensions* asks an API for vectors of that length. The prefixes go before each question and each part of a
    document.
    """

    words: str
    name: str = ""
    base_url: str = ""
    api_key: str | None = None
    dimensions: int | None = field(default=None, validator=optional(gt(0)))
    query_prefix: str = ""
    document_prefix: str = ""
    most_input_tokens: int | None = field(default=None, validator=optional(gt(0)))


@frozen(kw_only=True)
class FoundModel:
    """Where the words lead: what opens the model, and what is known of its vectors."""

    provider: EmbeddingProvider
    spec: Document
    dimensions: int
    most_input_tokens: int
    fingerprint: Fingerprint
