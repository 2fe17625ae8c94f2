"""The LLM APIs, models and default models of one organization, as rows."""

from __future__ import annotations

from attrs import frozen
from sqlalchemy import BindParameter, and_, bindparam, delete, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.database.llm_rows import api_from, api_values, model_from, model_values
from adapters.database.llm_tables import llm_api, llm_default, llm_model
from adapters.database.scope import Scope, of_organization
from adapters.database.types import SafeText
from domain.jobs.errors import Conflict, NotFound
from domain.language_models.use import Use
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import Defaults, LlmModel, ModelPlace


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=SafeText)


_ours, _this_api = of_organization(llm_api), llm_api.c.id == _of("id")
_ADD = plain_insert(llm_api)
_ALL = select(llm_api).where(_ours).order_by(llm_api.c.name)
_GET = select(llm_api).where(_ours, _this_api)
_LOCK = _GET.with_for_update(key_share=True)
_NAMED = select(llm_api).where(_ours, llm_api.c.name == _of("name"))
_PUT = update(llm_api).where(_ours, _this_api)
_REMOVE = delete(llm_api).where(_ours, _this_api)

_of_api = and_(of_organization(llm_model), llm_model.c.api_id == _of("api"))
_this_model = and_(_of_api, llm_model.c.name == _of("name"))
_MODEL = select(llm_model).where(_this_model)
_MODELS = select(llm_model).where(_of_api).order_by(llm_model.c.name)
_ALL_MODELS = select(llm_model).where(of_organization(llm_model)).order_by(llm_model.c.api_id, llm_model.c.name)
_REMOVE_MODEL = delete(llm_model).where(_this_model)
_add_model = insert(llm_model)
_KEYS = ("organization_id", "api_id", "name")
_PUT_MODEL = _add_model.on_conflict_do_update(
    index_elements=_KEYS,
    set_={c.name: _add_model.excluded[c.name] for c in llm_model.c if c.name not in (*_KEYS, "created_at")},
)

_our_defaults = of_organization(llm_default)
_DEFAULTS = select(llm_default).where(_our_defaults).order_by(llm_default.c.used_for)
_REMOVE_DEFAULT = delete(llm_default).where(_our_defaults, llm_default.c.used_for == _of("use"))
_add_default = insert(llm_default)
_PUT_DEFAULT = _add_default.on_conflict_do_update(
    index_elements=["organization_id", "used_for"],
    set_={name: _add_default.excluded[name] for name in ("api_id", "model")},
)


@frozen(kw_only=True)
class SqlLlmApis:
    """`LlmApis` in the transaction of *scope*."""

    scope: Scope

    def add(self, api: LlmApi) -> None:
        """Store a new API."""
        try:
            self.scope.insert(_ADD, {"id": api.id, **api_values(api)})
        except IntegrityError as error:
            raise _taken(api) from error

    def get(self, api_id: LlmApiId, *, lock: bool = False) -> LlmApi:
        """Return the API; a lock lets models of it be stored meanwhile."""
        row = self.scope.execute(_LOCK if lock else _GET, of_id=api_id).one_or_none()
        if row is None:
            raise unknown_api(api_id)
        return api_from(row)

    def named(self, name: str) -> LlmApi | None:
        """Return the API of this very name, if there is one."""
        row = self.scope.execute(_NAMED, of_name=name).one_or_none()
        return None if row is None else api_from(row)

    def all(self) -> list[LlmApi]:
        """Return the APIs, by name."""
        return [api_from(row) for row in self.scope.execute(_ALL)]

    def put(self, api: LlmApi) -> None:
        """Store a changed API."""
        try:
            changed = self.scope.execute(_PUT, of_id=api.id, **api_values(api)).rowcount
        except IntegrityError as error:
            raise _taken(api) from error
        if not changed:
            raise unknown_api(api.id)

    def remove(self, api_id: LlmApiId) -> None:
        """Forget the API and its models."""
        try:
            gone = self.scope.execute(_REMOVE, of_id=api_id).rowcount
        except IntegrityError as error:
            raise Conflict("one of its models is a default; choose another default first") from error
        if not gone:
            raise unknown_api(api_id)


@frozen(kw_only=True)
class SqlLlmModels:
    """`LlmModels` in the transaction of *scope*."""

    scope: Scope

    def put(self, model: LlmModel) -> None:
        """Store a model, in place of the one of its name at its API."""
        row = {"api_id": model.api_id, "name": model.name, "created_at": model.created_at, **model_values(model)}
        try:
            self.scope.insert(_PUT_MODEL, row)
        except IntegrityError as error:
            raise unknown_api(model.api_id) from error

    def find(self, place: ModelPlace) -> LlmModel | None:
        """Return the model, if there is one."""
        row = self.scope.execute(_MODEL, of_api=place.api_id, of_name=place.model).one_or_none()
        return None if row is None else model_from(row)

    def of(self, api_id: LlmApiId) -> list[LlmModel]:
        """Return the models of an API, by name."""
        return [model_from(row) for row in self.scope.execute(_MODELS, of_api=api_id)]

    def all(self) -> list[LlmModel]:
        """Return all models, by API and name."""
        return [model_from(row) for row in self.scope.execute(_ALL_MODELS)]

    def remove(self, place: ModelPlace) -> bool:
        """Forget a model; return whether there was one."""
        try:
            return bool(self.scope.execute(_REMOVE_MODEL, of_api=place.api_id, of_name=place.model).rowcount)
        except IntegrityError as error:
            raise Conflict("the model is a default; choose another default first") from error


@frozen(kw_only=True)
class SqlLlmDefaults:
    """`LlmDefaults` in the transaction of *scope*."""

    scope: Scope

    def all(self) -> Defaults:
        """Return the default of each use that has one."""
        rows = self.scope.execute(_DEFAULTS)
        return {Use(row.used_for): ModelPlace(api_id=LlmApiId(row.api_id), model=row.model) for row in rows}

    def put(self, use: Use, place: ModelPlace) -> None:
        """Make a model the default of a use."""
        try:
            self.scope.insert(_PUT_DEFAULT, {"used_for": use.value, "api_id": place.api_id, "model": place.model})
        except IntegrityError as error:
            raise NotFound(f"there is no model {place.model!r} at LLM API {place.api_id}") from error

    def remove(self, use: Use) -> bool:
        """Leave a use without a default; return whether it had one."""
        return bool(self.scope.execute(_REMOVE_DEFAULT, of_use=use.value).rowcount)


def unknown_api(api_id: LlmApiId) -> NotFound:
    """Return what is said of an API that is not there."""
    return NotFound(f"there is no LLM API {api_id} in this organization; `antiphon llm list` shows those there are")


def _taken(api: LlmApi) -> Conflict:
    return Conflict(f"name: an LLM API {api.name!r} is there already; choose another name, or change that one")
