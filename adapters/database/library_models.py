"""Embedding models, and the settings of a library, as rows."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.database.library_model_tables import library_model, library_setting
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name
from domain.embedding.embedding_model import EmbeddingModel, EmbeddingModelId, EmbeddingProvider, Fingerprint
from domain.embedding.model_ports import LibrarySettings
from domain.jobs.errors import Conflict, NotFound
from domain.tenancy import OrganizationId

_model, _setting = library_model, library_setting
_ours = of_organization(_model)
_SAME_NAME = ("name", "model", "spec", "dimensions", "query_prefix", "document_prefix", "most_input_tokens",
              "fingerprint", "created_at")  # fmt: skip

_ADD = insert(_model).on_conflict_do_nothing().returning(_model.c.id)
_ALL = select(_model).where(_ours).order_by(_model.c.name)
_GET = select(_model).where(_ours, _model.c.id == bindparam("of_id", type_=Name))
_NAMED = select(_model).where(_ours, _model.c.name == bindparam("of_name", type_=_model.c.name.type))
_REMOVE = delete(_model).where(_ours, _model.c.id == bindparam("of_id", type_=Name))
_IN_USE = (
    select(_model)
    .join(_setting, (_setting.c.organization_id == _model.c.organization_id) & (_setting.c.model_id == _model.c.id))
    .where(_ours)
)
_SETTINGS = select(_setting).where(of_organization(_setting))
_put = insert(_setting)
_PUT_SETTINGS = _put.on_conflict_do_update(
    index_elements=["organization_id"],
    set_={"model_id": _put.excluded.model_id, "auto_embeds": _put.excluded.auto_embeds},
)


@frozen(kw_only=True)
class SqlModels:
    """`Models` in the transaction of *scope*."""

    scope: Scope

    def add(self, model: EmbeddingModel) -> None:
        """Store a new model."""
        values: Values = {name: getattr(model, name) for name in _SAME_NAME}
        row = {**values, "id": model.id, "provider": model.provider.value}
        if self.scope.insert(_ADD, row).first() is None:
            raise Conflict(f"embedding model {model.name!r}: there is one of this name already")

    def get(self, model_id: EmbeddingModelId) -> EmbeddingModel:
        """Return the model."""
        row = self.scope.execute(_GET, of_id=model_id).first()
        if row is None:
            raise _unknown(model_id)
        return _model_from(row)

    def named(self, name: str) -> EmbeddingModel | None:
        """Return the model of this very name, if there is one."""
        row = self.scope.execute(_NAMED, of_name=name).first()
        return None if row is None else _model_from(row)

    def all(self) -> list[EmbeddingModel]:
        """Return the models, by name."""
        return [_model_from(row) for row in self.scope.execute(_ALL)]

    def in_use(self) -> EmbeddingModel | None:
        """Return the model that documents are embedded and searched with, if one was chosen."""
        row = self.scope.execute(_IN_USE).first()
        return None if row is None else _model_from(row)

    def remove(self, model_id: EmbeddingModelId) -> bool:
        """Forget a model, which may not be in use; return whether there was one."""
        return bool(self.scope.execute(_REMOVE, of_id=model_id).rowcount)


@frozen(kw_only=True)
class SqlLibrarySettings:
    """`Settings` in the transaction of *scope*."""

    scope: Scope

    def get(self) -> LibrarySettings:
        """Return the settings."""
        row = self.scope.execute(_SETTINGS).first()
        if row is None:
            return LibrarySettings()
        model_id = None if row.model_id is None else EmbeddingModelId(row.model_id)
        return LibrarySettings(model_id=model_id, auto_embeds=row.auto_embeds)

    def put(self, settings: LibrarySettings) -> None:
        """Store the settings."""
        if settings.model_id is not None and self.scope.execute(_GET, of_id=settings.model_id).first() is None:
            raise _unknown(settings.model_id)
        self.scope.insert(_PUT_SETTINGS, {"model_id": settings.model_id, "auto_embeds": settings.auto_embeds})


def _model_from(row: AnyRow) -> EmbeddingModel:
    content = row._mapping
    values = {name: content[name] for name in _SAME_NAME if name != "fingerprint"}
    return EmbeddingModel(
        **values,
        id=EmbeddingModelId(content["id"]),
        organization_id=OrganizationId(content["organization_id"]),
        provider=EmbeddingProvider(content["provider"]),
        fingerprint=Fingerprint(content["fingerprint"]),
    )


def _unknown(model_id: str) -> NotFound:
    return NotFound(
        f"there is no embedding model {model_id} in this organization; `antiphon library models list` shows those "
        "there are"
    )
