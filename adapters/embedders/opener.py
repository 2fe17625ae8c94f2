"""Opens embedding models of every kind, each time anew; `SharedEmbedders` keeps them open."""

from __future__ import annotations

from pathlib import Path

import attrs
from attrs import field, frozen

from adapters.embedders import lexical
from adapters.embedders.api_models import ApiModels
from adapters.embedders.lexical import LexicalEmbedder
from adapters.embedders.local import LocalFiles, files_of, opened
from domain.embedding.asked_model import AskedModel, FoundModel
from domain.embedding.embedder import Embedder, only_vector
from domain.embedding.embedding_model import (
    LEXICAL_HASH,
    EmbeddingModel,
    EmbeddingProvider,
    Fingerprint,
    fingerprint_of,
)
from domain.jobs.errors import InvalidInput, PermanentFailure
from domain.tenancy import TenantContext

LOCAL = "local:"


@frozen(kw_only=True)
class StandardEmbedders:
    """The `Embedders` port; *local_models* is the folder of this machine's own models, if its operator names one."""

    apis: ApiModels
    local_models: Path | None = field(default=None, repr=False)

    def look_at(self, tenant: TenantContext, asked: AskedModel) -> FoundModel:
        """Return what the words lead to."""
        if asked.words == LEXICAL_HASH:
            return _lexical(asked)
        if asked.words.startswith(LOCAL):
            return self._local(asked)
        return self.apis.look_at(tenant, asked)

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> Embedder:
        """Return the model, ready to be called."""
        if model.provider is EmbeddingProvider.LEXICAL_HASH:
            return LexicalEmbedder()
        if model.provider is EmbeddingProvider.LOCAL:
            return self._opened_local(model)
        return self.apis.open(tenant, model)

    def _local(self, asked: AskedModel) -> FoundModel:
        _without(asked, base_url=asked.base_url, api_key=asked.api_key, dimensions=asked.dimensions)
        files = files_of(self.local_models, asked.words.removeprefix(LOCAL))
        embedder = opened(files, query_prefix=asked.query_prefix, document_prefix=asked.document_prefix)
        try:
            dimensions = len(only_vector(embedder.embed_query("dimensions", deadline_s=60)))
        except PermanentFailure as failure:
            raise InvalidInput(f"{asked.words} can't be used as an embedding model: {failure}") from failure
        return FoundModel(
            provider=EmbeddingProvider.LOCAL,
            spec={"folder": files.folder.name, "files": dict(files.hashes)},
            dimensions=dimensions,
            most_input_tokens=min(asked.most_input_tokens or files.usual_tokens, files.most_tokens),
            fingerprint=_local_fingerprint(files, asked.query_prefix, asked.document_prefix),
        )

    def _opened_local(self, model: EmbeddingModel) -> Embedder:
        files = files_of(self.local_models, str(model.spec["folder"]))
        if _local_fingerprint(files, model.query_prefix, model.document_prefix) != model.fingerprint:
            raise InvalidInput(
                f"embedding model {model.name}: the files of {model.model} on this machine are not those its vectors "
                "were made with; put the old files back, or add it as a new model"
            )
        embedder = opened(files, query_prefix=model.query_prefix, document_prefix=model.document_prefix)
        return attrs.evolve(embedder, dimensions=model.dimensions)


def _lexical(asked: AskedModel) -> FoundModel:
    _without(
        asked,
        base_url=asked.base_url,
        api_key=asked.api_key,
        dimensions=asked.dimensions,
        query_prefix=asked.query_prefix,
        document_prefix=asked.document_prefix,
    )
    parts = {"version": lexical.VERSION, "dimensions": lexical.DIMENSIONS}
    return FoundModel(
        provider=EmbeddingProvider.LEXICAL_HASH,
        spec={},
        dimensions=lexical.DIMENSIONS,
        most_input_tokens=asked.most_input_tokens or lexical.MOST_TOKENS,
        fingerprint=fingerprint_of(EmbeddingProvider.LEXICAL_HASH, parts, query_prefix="", document_prefix=""),
    )


def _local_fingerprint(files: LocalFiles, query_prefix: str, document_prefix: str) -> Fingerprint:
    return fingerprint_of(
        EmbeddingProvider.LOCAL,
        {"files": sorted(files.hashes.values()), "pooling": "mean"},
        query_prefix=query_prefix,
        document_prefix=document_prefix,
    )


def _without(asked: AskedModel, **given: object) -> None:
    for name, value in given.items():
        if value:
            raise InvalidInput(f"{asked.words}: takes no {name}; leave it out")
