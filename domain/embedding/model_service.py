"""What administrators do with embedding models: add one, take one into use, take one away; and what is set beside."""

from __future__ import annotations

import attrs
from attrs import frozen

from domain.embedding.asked_model import AskedModel
from domain.embedding.chunking import LEAST_UNITS
from domain.embedding.embedder import Embedders
from domain.embedding.embedding_model import (
    LEXICAL_HASH,
    MOST_DIMENSIONS,
    MOST_MODELS,
    EmbeddingModel,
    EmbeddingModelId,
    checked_name,
    checked_prefix,
)
from domain.embedding.model_ports import Coverage, LibrarySettings
from domain.embedding.ports import Library, LibraryUnitOfWork
from domain.embedding.tokens import estimated_tokens
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.ports import Clock, IdSource
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class ModelView:
    """A model, whether it is in use, and how far what readers see is embedded with it."""

    model: EmbeddingModel
    is_in_use: bool
    coverage: Coverage


@frozen(kw_only=True)
class EmbeddingModels:
    """The embedding models of organizations, for those who look after them. Each change is in the audit log."""

    library: Library
    embedders: Embedders
    clock: Clock
    ids: IdSource
    audit: AuditLog

    def all(self, tenant: TenantContext) -> list[ModelView]:
        """Return the models, by name."""
        with self.library.view(tenant) as work:
            return [_view(work, model) for model in work.models.all()]

    def get(self, tenant: TenantContext, words: str) -> ModelView:
        """
        Return the model of this name or id.

        Raises:
            NotFound: there is none.
        """
        with self.library.view(tenant) as work:
            return _view(work, _found(work, words))

    def add(self, tenant: TenantContext, asked: AskedModel) -> ModelView:
        """
        Store a model, once it has been tried; nothing is embedded with it by that.

        Raises:
            InvalidInput: there is no such model, or it can't be used so.
            Conflict: the name is taken, or there are too many models.
            ServiceUnavailable: it does not answer just now.
        """
        name = checked_name(asked.name or asked.words)
        checked_prefix(asked.query_prefix, name="query_prefix")
        checked_prefix(asked.document_prefix, name="document_prefix")
        with self.library.view(tenant) as work:  # before anybody is called, and again by the store
            _check_room(work, name)
        model = self._looked_at(tenant, asked, name)
        with self.library.begin(tenant) as work:
            _check_room(work, name)
            work.models.add(model)
            details = {"model": model.model, "dimensions": str(model.dimensions)}
            self.audit.note(work, tenant, action="embedding_model.added", subject=name, details=details)
            work.commit()
        return self.get(tenant, model.id)

    def use(self, tenant: TenantContext, words: str) -> ModelView:
        """
        Take a model into use: documents are embedded and searched with it from now on.

        `lexical-hash` is there for everybody, and is added with it. Other models take over only once all that readers
        see is embedded with them, so that nothing is lost from search.

        Raises:
            NotFound: there is no such model.
            Conflict: part of what readers see has no vectors of it yet; the message says what to do.
        """
        with self.library.view(tenant) as work:
            is_new = words == LEXICAL_HASH and work.models.named(words) is None
        if is_new:
            self.add(tenant, AskedModel(words=LEXICAL_HASH))
        with self.library.begin(tenant) as work:
            model, settings = _found(work, words), work.settings.get()
            coverage = work.vectors.coverage(model.fingerprint)
            if settings.model_id == model.id:
                return ModelView(model=model, is_in_use=True, coverage=coverage)
            if coverage.missing:
                raise _not_covered(model, coverage, has_other=settings.model_id is not None)
            work.settings.put(attrs.evolve(settings, model_id=model.id))
            self.audit.note(work, tenant, action="embedding_model.used", subject=model.name, details={})
            work.commit()
        return ModelView(model=model, is_in_use=True, coverage=coverage)

    def remove(self, tenant: TenantContext, words: str) -> EmbeddingModel:
        """
        Forget a model, and its vectors where no other model has made the same.

        Raises:
            NotFound: there is no such model.
            Conflict: it is in use.
        """
        with self.library.begin(tenant) as work:
            model = _found(work, words)
            if work.settings.get().model_id == model.id:
                raise Conflict(
                    f"embedding model {model.name} is in use; take another one into use first, with "
                    "`antiphon library models use NAME`"
                )
            work.models.remove(model.id)
            if not any(other.fingerprint == model.fingerprint for other in work.models.all()):
                work.vectors.forget(model.fingerprint)
            self.audit.note(work, tenant, action="embedding_model.removed", subject=model.name, details={})
            work.commit()
        return model

    def settings(self, tenant: TenantContext) -> LibrarySettings:
        """Return what is set."""
        with self.library.view(tenant) as work:
            return work.settings.get()

    def set_auto_embed(self, tenant: TenantContext, *, is_on: bool) -> LibrarySettings:
        """Have new documents embedded by themselves, or only when somebody asks for it."""
        with self.library.begin(tenant) as work:
            settings = attrs.evolve(work.settings.get(), auto_embeds=is_on)
            work.settings.put(settings)
            details = {"auto_embed": "on" if is_on else "off"}
            self.audit.note(work, tenant, action="library.set", subject="auto_embed", details=details)
            work.commit()
        return settings

    def _looked_at(self, tenant: TenantContext, asked: AskedModel, name: str) -> EmbeddingModel:
        found = self.embedders.look_at(tenant, asked)
        if found.dimensions > MOST_DIMENSIONS:
            raise InvalidInput(f"{asked.words}: vectors of {found.dimensions} numbers; at most {MOST_DIMENSIONS} work")
        room = found.most_input_tokens - estimated_tokens(asked.document_prefix)
        if room < 2 * LEAST_UNITS:
            raise InvalidInput(
                f"{asked.words}: {room} tokens are left for a text, beside the prefix; expected at least "
                f"{2 * LEAST_UNITS}; raise most_input_tokens, or shorten the prefix"
            )
        return EmbeddingModel(
            id=EmbeddingModelId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            name=name,
            provider=found.provider,
            model=asked.words,
            spec=found.spec,
            dimensions=found.dimensions,
            query_prefix=asked.query_prefix,
            document_prefix=asked.document_prefix,
            most_input_tokens=found.most_input_tokens,
            fingerprint=found.fingerprint,
            created_at=self.clock.now(),
        )


def _view(work: LibraryUnitOfWork, model: EmbeddingModel) -> ModelView:
    is_in_use = work.settings.get().model_id == model.id
    return ModelView(model=model, is_in_use=is_in_use, coverage=work.vectors.coverage(model.fingerprint))


def _found(work: LibraryUnitOfWork, words: str) -> EmbeddingModel:
    found = work.models.named(words)
    if found is not None:
        return found
    try:
        return work.models.get(EmbeddingModelId(words))
    except NotFound as error:
        names = ", ".join(model.name for model in work.models.all()) or "none yet"
        raise NotFound(
            f"embedding model {words[:100]!r}: there is none of this name or id; there are: {names}; `antiphon library "
            "models add` adds one"
        ) from error


def _check_room(work: LibraryUnitOfWork, name: str) -> None:
    if work.models.named(name) is not None:
        raise Conflict(f"embedding model {name!r}: there is one of this name already; give another with --name")
    if len(work.models.all()) >= MOST_MODELS:
        raise Conflict(f"there are {MOST_MODELS} embedding models already; remove one with `antiphon library models`")


def _not_covered(model: EmbeddingModel, coverage: Coverage, *, has_other: bool) -> Conflict:
    command = "`antiphon library embed --all`"
    if has_other:
        command = f"`antiphon library embed --all --model {model.name}`"
    return Conflict(
        f"embedding model {model.name}: {coverage.missing} of the {coverage.texts} texts that readers see have no "
        f"vectors of it yet, and would be lost from search; {command} makes them beside those there are; then use it"
    )
