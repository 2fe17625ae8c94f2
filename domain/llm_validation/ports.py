"""What the registry of LLM APIs needs of a store: one unit of work for one organization."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from domain.jobs.ports import Outbox
from domain.language_models.use import Use
from domain.llm_validation.checks import Checks
from domain.llm_validation.listing import Listings
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import Defaults, LlmModel, ModelPlace
from domain.tenancy import TenantContext


class LlmApis(Protocol):
    """The LLM APIs of one organization."""

    def add(self, api: LlmApi) -> None:
        """
        Store a new API.

        Raises:
            Conflict: another one has its name.
        """

    def get(self, api_id: LlmApiId, *, lock: bool = False) -> LlmApi:
        """
        Return the API; with *lock*, nobody else locks it until this unit of work ends.

        Raises:
            NotFound: there is none of this id in the organization.
        """

    def named(self, name: str) -> LlmApi | None:
        """Return the API of this very name, if there is one."""

    def all(self) -> list[LlmApi]:
        """Return the APIs, by name."""

    def put(self, api: LlmApi) -> None:
        """
        Store a changed API.

        Raises:
            NotFound: it was removed.
            Conflict: another one has its name.
        """

    def remove(self, api_id: LlmApiId) -> None:
        """
        Forget the API and its models, none of which may be a default.

        Raises:
            NotFound: there is none of this id in the organization.
        """


class LlmModels(Protocol):
    """The models of the APIs of one organization."""

    def put(self, model: LlmModel) -> None:
        """
        Store a model, in place of the one of its name at its API; when that was created stays.

        Raises:
            NotFound: there is no such API.
        """

    def find(self, place: ModelPlace) -> LlmModel | None:
        """Return the model, if there is one."""

    def of(self, api_id: LlmApiId) -> list[LlmModel]:
        """Return the models of an API, by name."""

    def all(self) -> list[LlmModel]:
        """Return all models, by API and name."""

    def remove(self, place: ModelPlace) -> bool:
        """Forget a model, which may not be a default; return whether there was one."""


class LlmDefaults(Protocol):
    """Which model an organization means when it names none."""

    def all(self) -> Defaults:
        """Return the default of each use that has one."""

    def put(self, use: Use, place: ModelPlace) -> None:
        """
        Make a model the default of a use, in place of the one before.

        Raises:
            NotFound: there is no such model.
        """

    def remove(self, use: Use) -> bool:
        """Leave a use without a default; return whether it had one."""


class RegistryWork(Protocol):
    """One transaction in the registry of one organization: all of it becomes visible at `commit`, or nothing."""

    @property
    def apis(self) -> LlmApis:
        """The organization's APIs."""

    @property
    def models(self) -> LlmModels:
        """Their models."""

    @property
    def defaults(self) -> LlmDefaults:
        """The default models."""

    @property
    def listings(self) -> Listings:
        """How old the lists of their models are."""

    @property
    def checks(self) -> Checks:
        """What checks came to, and how APIs and models stand."""

    @property
    def outbox(self) -> Outbox:
        """The organization's messages."""

    def commit(self) -> None:
        """Make the changes durable and visible; leaving the unit without it undoes them."""


class Registry(Protocol):
    """Where the rows live."""

    def begin(self, tenant: TenantContext) -> AbstractContextManager[RegistryWork]:
        """
        Begin a unit of work for the tenant.

        Raises:
            ServiceUnavailable: the store can't be reached, or refuses to work.
        """

    def view(self, tenant: TenantContext) -> AbstractContextManager[RegistryWork]:
        """Begin a read-only unit of work, which waits for no writer; `commit` is refused in it."""
