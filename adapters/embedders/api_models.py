"""Embedding models behind APIs: what names one, what tells its vectors from another's, and the way to open it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

import attrs
from attrs import field, frozen

from adapters.embedders.language_model import LanguageModelEmbedder
from domain.embedding.asked_model import FORMS, AskedModel, FoundModel
from domain.embedding.embedder import only_vector
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingProvider, Fingerprint, fingerprint_of
from domain.embedding.vector import Vector
from domain.jobs.errors import Deferred, InvalidInput, ItemFailure, ServiceUnavailable, TransientFailure
from domain.jobs.item import Document
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.guarded import GuardedModels
from domain.language_models.model import ModelSpec, model_named
from domain.language_models.ports import LanguageModels
from domain.language_models.use import Use
from domain.limits.doors import Doors, OrganizationDoors
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext

REFERENCE = "llm:"
Resolve = Callable[[TenantContext, str, Use], ModelSpec]
"""Returns the model that `llm:API/MODEL` or `llm:default` stands for, without secrets."""

CONNECTIONS = 16
MAX_ANSWER_BYTES = 64_000_000
"""A hundred vectors of 3072 numbers, written out, are some 7 MB."""
REQUEST_S = 60.0
LOOK_S = 30.0
USUAL_TOKENS = 512
"""Of a text, where nobody says more: hardly a model takes less."""


@frozen(kw_only=True)
class ApiModels:
    """
    Opens them; *resolve* knows the organization's registered LLM APIs.
    """

    models: LanguageModels = field(repr=False)
    environments: Environments
    doors: Doors
    resolve: Resolve

    def look_at(self, tenant: TenantContext, asked: AskedModel) -> FoundModel:
        """Embed a word with the model, which shows how long its vectors are, and that it works."""
        spec = self._asked_spec(tenant, asked)
        embedder = self._opened(tenant, spec, dimensions=asked.dimensions)
        try:
            dimensions = len(_tried(embedder, asked.words))
        finally:
            embedder.model.close()
        return FoundModel(
            provider=EmbeddingProvider.LANGUAGE_MODEL,
            spec=_stored(asked, spec),
            dimensions=dimensions,
            most_input_tokens=asked.most_input_tokens or USUAL_TOKENS,
            fingerprint=_fingerprint(
                spec, query_prefix=asked.query_prefix, document_prefix=asked.document_prefix, dimensions=dimensions
            ),
        )

    def open(self, tenant: TenantContext, model: EmbeddingModel) -> LanguageModelEmbedder:
        """Return the model; a reference must lead to what the vectors are of."""
        spec = self._stored_spec(tenant, model)
        found = _fingerprint(
            spec,
            query_prefix=model.query_prefix,
            document_prefix=model.document_prefix,
            dimensions=model.dimensions,
        )
        if found != model.fingerprint:
            raise InvalidInput(
                f"embedding model {model.name}: {model.model} leads to {spec.name} at another address or with other "
                "parameters than its vectors were made with; add it as a new model, and embed the documents with that"
            )
        return self._opened(
            tenant,
            spec,
            dimensions=model.dimensions,
            query_prefix=model.query_prefix,
            document_prefix=model.document_prefix,
        )

    def _opened(
        self,
        tenant: TenantContext,
        spec: ModelSpec,
        *,
        dimensions: int | None,
        query_prefix: str = "",
        document_prefix: str = "",
    ) -> LanguageModelEmbedder:
        doors = OrganizationDoors(doors=self.doors, organization_id=tenant.organization_id, longest_s=REQUEST_S)
        models = GuardedModels(self.models.with_environment(self.environments.of(tenant)), doors)
        spec = attrs.evolve(
            spec,
            timeout_s=spec.timeout_s or REQUEST_S,
            max_answer_bytes=max(spec.max_answer_bytes, MAX_ANSWER_BYTES),
        )
        return LanguageModelEmbedder(
            model=models.open(spec, connections=CONNECTIONS),
            dimensions=dimensions,
            query_prefix=query_prefix,
            document_prefix=document_prefix,
        )

    def _asked_spec(self, tenant: TenantContext, asked: AskedModel) -> ModelSpec:
        if asked.words.startswith(REFERENCE):
            if asked.base_url or asked.api_key is not None:
                raise InvalidInput(
                    f"{asked.words}: its address and key are those of the registered API; leave out yours"
                )
            spec = self.resolve(tenant, asked.words, Use.EMBEDDING)
        else:
            spec = _named(asked)
        parameters = {"dimensions": asked.dimensions} if asked.dimensions else {}
        return attrs.evolve(spec, parameters=parameters)

    def _stored_spec(self, tenant: TenantContext, model: EmbeddingModel) -> ModelSpec:
        if "reference" in model.spec:
            resolved = self.resolve(tenant, str(model.spec["reference"]), Use.EMBEDDING)
            return attrs.evolve(resolved, parameters=cast(Document, model.spec.get("parameters", {})))
        return model_from_json(cast(Document, model.spec["model"]))


def _named(asked: AskedModel) -> ModelSpec:
    try:
        spec = model_named(asked.words, base_url=asked.base_url)
    except InvalidInput as error:
        raise InvalidInput(f"{asked.words[:100]!r} is no embedding model; expected {FORMS}") from error
    return spec if asked.api_key is None else attrs.evolve(spec, api_key=asked.api_key)


def _stored(asked: AskedModel, spec: ModelSpec) -> Document:
    if asked.words.startswith(REFERENCE):
        return {"reference": asked.words, "parameters": spec.parameters}
    return {"model": model_to_json(spec)}


def _fingerprint(spec: ModelSpec, *, query_prefix: str, document_prefix: str, dimensions: int) -> Fingerprint:
    """Keys, limits and prices change no vector; who is asked where for which model does."""
    parts = {
        "provider": spec.provider.value,
        "address": spec.address.rstrip("/"),
        "model": spec.model,
        "parameters": json.loads(json.dumps(spec.parameters)),
        "dimensions": dimensions,
    }
    return fingerprint_of(
        EmbeddingProvider.LANGUAGE_MODEL, parts, query_prefix=query_prefix, document_prefix=document_prefix
    )


def _tried(embedder: LanguageModelEmbedder, words: str) -> Vector:
    try:
        return only_vector(embedder.embed_query("dimensions", deadline_s=LOOK_S))
    except (TransientFailure, Deferred) as failure:
        raise ServiceUnavailable(f"{words} does not answer just now: {failure}") from failure
    except ItemFailure as failure:
        raise InvalidInput(f"{words} can't be used as an embedding model: {failure}") from failure
