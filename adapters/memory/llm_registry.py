"""The LLM registry in memory, for tests: its units of work are those of a `MemoryStore`, outbox and undo included."""

from __future__ import annotations

import attrs
from attrs import define, field, frozen

from adapters.memory.journal import Journal
from adapters.memory.llm_checks import CheckRows, MemoryChecks, MemoryListings
from adapters.memory.store import MemoryUnitOfWork
from adapters.memory.units import MemoryUnits, MemoryWork
from domain.jobs.errors import Conflict, NotFound
from domain.language_models.use import Use
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import Defaults, LlmModel, ModelPlace


@define
class RegistryRows:
    """What one organization has registered."""

    apis: dict[LlmApiId, LlmApi] = field(factory=dict)
    models: dict[ModelPlace, LlmModel] = field(factory=dict)
    defaults: dict[Use, ModelPlace] = field(factory=dict)
    checks: CheckRows = field(factory=CheckRows)


@frozen(kw_only=True)
class MemoryLlmApis:
    """`LlmApis` of one organization."""

    rows: RegistryRows
    journal: Journal

    def add(self, api: LlmApi) -> None:
        """Store a new API."""
        self._check_name(api)
        self.journal.put(self.rows.apis, api.id, api)

    def get(self, api_id: LlmApiId, *, lock: bool = False) -> LlmApi:  # noqa: ARG002  # the whole store is locked
        """Return the API."""
        if api_id not in self.rows.apis:
            raise _unknown(api_id)
        return self.rows.apis[api_id]

    def named(self, name: str) -> LlmApi | None:
        """Return the API of this very name, if there is one."""
        return next((api for api in self.rows.apis.values() if api.name == name), None)

    def all(self) -> list[LlmApi]:
        """Return the APIs, by name."""
        return sorted(self.rows.apis.values(), key=lambda api: api.name)

    def put(self, api: LlmApi) -> None:
        """Store a changed API."""
        self.get(api.id)
        self._check_name(api)
        self.journal.put(self.rows.apis, api.id, api)

    def remove(self, api_id: LlmApiId) -> None:
        """Forget the API and its models."""
        self.get(api_id)
        if any(place.api_id == api_id for place in self.rows.defaults.values()):
            raise Conflict("one of its models is a default; choose another default first")
        for place in [place for place in self.rows.models if place.api_id == api_id]:
            self.journal.drop(self.rows.models, place)
        self.rows.checks.drop(api_id, self.journal)
        self.journal.drop(self.rows.apis, api_id)

    def _check_name(self, api: LlmApi) -> None:
        other = self.named(api.name)
        if other is not None and other.id != api.id:
            raise Conflict(f"name: an LLM API {api.name!r} is there already; choose another name, or change that one")


@frozen(kw_only=True)
class MemoryLlmModels:
    """`LlmModels` of one organization."""

    rows: RegistryRows
    journal: Journal

    def put(self, model: LlmModel) -> None:
        """Store a model, in place of the one of its name at its API."""
        if model.api_id not in self.rows.apis:
            raise _unknown(model.api_id)
        place = ModelPlace(api_id=model.api_id, model=model.name)
        known = self.rows.models.get(place)
        created_at = known.created_at if known else model.created_at
        self.journal.put(self.rows.models, place, attrs.evolve(model, created_at=created_at))

    def find(self, place: ModelPlace) -> LlmModel | None:
        """Return the model, if there is one."""
        return self.rows.models.get(place)

    def of(self, api_id: LlmApiId) -> list[LlmModel]:
        """Return the models of an API, by name."""
        return [model for model in self.all() if model.api_id == api_id]

    def all(self) -> list[LlmModel]:
        """Return all models, by API and name."""
        return sorted(self.rows.models.values(), key=lambda model: (model.api_id, model.name))

    def remove(self, place: ModelPlace) -> bool:
        """Forget a model; return whether there was one."""
        if place in self.rows.defaults.values():
            raise Conflict("the model is a default; choose another default first")
        if place not in self.rows.models:
            return False
        self.journal.drop(self.rows.models, place)
        return True


@frozen(kw_only=True)
class MemoryLlmDefaults:
    """`LlmDefaults` of one organization."""

    rows: RegistryRows
    journal: Journal

    def all(self) -> Defaults:
        """Return the default of each use that has one."""
        return dict(self.rows.defaults)

    def put(self, use: Use, place: ModelPlace) -> None:
        """Make a model the default of a use."""
        if place not in self.rows.models:
            raise NotFound(f"there is no model {place.model!r} at LLM API {place.api_id}")
        self.journal.put(self.rows.defaults, use, place)

    def remove(self, use: Use) -> bool:
        """Leave a use without a default; return whether it had one."""
        if use not in self.rows.defaults:
            return False
        self.journal.drop(self.rows.defaults, use)
        return True


@frozen(kw_only=True)
class MemoryRegistryWork(MemoryWork):
    """`RegistryWork` inside a unit of work of the store."""

    apis: MemoryLlmApis
    models: MemoryLlmModels
    defaults: MemoryLlmDefaults
    listings: MemoryListings
    checks: MemoryChecks


class MemoryRegistry(MemoryUnits[RegistryRows, MemoryRegistryWork]):
    """`Registry` that lives as long as the process."""

    def _no_rows(self) -> RegistryRows:
        return RegistryRows()

    def _work(self, kernel: MemoryUnitOfWork, rows: RegistryRows) -> MemoryRegistryWork:
        return MemoryRegistryWork(
            apis=MemoryLlmApis(rows=rows, journal=kernel.journal),
            models=MemoryLlmModels(rows=rows, journal=kernel.journal),
            defaults=MemoryLlmDefaults(rows=rows, journal=kernel.journal),
            listings=MemoryListings(rows=rows.checks, apis=rows.apis, journal=kernel.journal),
            checks=MemoryChecks(rows=rows.checks, apis=rows.apis, journal=kernel.journal),
            kernel=kernel,
        )


def _unknown(api_id: LlmApiId) -> NotFound:
    return NotFound(f"there is no LLM API {api_id} in this organization; `antiphon llm list` shows those there are")
