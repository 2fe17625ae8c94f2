"""
Embedding models as an organization has them: what makes vectors, and what tells the vectors of one from another's.

Vectors are comparable only where the same model made them in the same way. The *fingerprint* says so: a hash over
everything that changes a vector. It stands beside each vector, and two models of one fingerprint share theirs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NewType

from attrs import field, frozen
from attrs.validators import gt

from domain.jobs.errors import InvalidInput
from domain.jobs.item import Document
from domain.tenancy import OrganizationId

EmbeddingModelId = NewType("EmbeddingModelId", str)
Fingerprint = NewType("Fingerprint", str)

LEXICAL_HASH = "lexical-hash"
MOST_DIMENSIONS = 16_384
MOST_MODELS = 50
LONGEST_PREFIX = 1_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}")


class EmbeddingProvider(StrEnum):
    """
    What makes the vectors.

    `lexical-hash` counts letters and knows no meaning: it finds words, not what they mean, and wherever its results
    show, it is said to be *lexical*. `local` is a network in a folder that the operator names; `language-model` any API
    with embeddings; `scripted` a function, in tests.
    """

    LEXICAL_HASH = "lexical-hash"
    LOCAL = "local"
    LANGUAGE_MODEL = "language-model"
    SCRIPTED = "scripted"


@frozen(kw_only=True)
class EmbeddingModel:
    """
    A model that texts can be embedded with.

    *model* is what people name it by: `openai:text-embedding-3-small`, `llm:API/MODEL`, `local:FOLDER`,
    `lexical-hash`. *spec* is what opens it, JSON without secrets. The prefixes go before each text, where a model was
    trained so (`query: `, `passage: `). *most_input_tokens* bounds one text.
    """

    id: EmbeddingModelId
    organization_id: OrganizationId
    name: str
    provider: EmbeddingProvider = field(converter=EmbeddingProvider)
    model: str
    spec: Document = field(factory=dict)
    dimensions: int = field(validator=gt(0))
    query_prefix: str = ""
    document_prefix: str = ""
    most_input_tokens: int = field(default=512, validator=gt(0))
    fingerprint: Fingerprint
    created_at: datetime

    @property
    def is_lexical(self) -> bool:
        """Whether it compares letters, not meanings: to be said wherever its results show."""
        return self.provider is EmbeddingProvider.LEXICAL_HASH


def fingerprint_of(
    provider: EmbeddingProvider, parts: Mapping[str, object], *, query_prefix: str, document_prefix: str
) -> Fingerprint:
    """Return the hash over what changes a vector: who makes it, from what (*parts*: JSON), and both prefixes."""
    words = [provider.value, dict(parts), query_prefix, document_prefix]
    digest = hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
    return Fingerprint(f"{provider.value}:{digest[:32]}")


def checked_name(name: str) -> str:
    """
    Return the name.

    Raises:
        InvalidInput: a model can't be called so.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"name: {name[:100]!r} can't name an embedding model; expected 1 to 200 letters (A to Z), digits and "
            ". _ : / @ + -, the first a letter or digit"
        )
    return name


def checked_prefix(prefix: str, *, name: str) -> str:
    """
    Return the prefix.

    Raises:
        InvalidInput: it is longer than any model's.
    """
    if len(prefix) > LONGEST_PREFIX:
        raise InvalidInput(f"{name}: {len(prefix)} characters; expected at most {LONGEST_PREFIX}")
    return prefix
