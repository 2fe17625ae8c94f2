"""
Refreshing what is known of an API's models from the provider's own list.

What the list does not name any more is marked as missing, and never deleted: lists leave out what works (fine-tuned
models, previews), and defaults may point there. What comes back loses the mark. A list that could not be had changes
no model; how old the newest one is stays known, and why there is no newer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import attrs
from attrs import frozen

from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure
from domain.jobs.ports import Clock
from domain.language_models.model import Provider
from domain.language_models.ports import ListedModel, ModelCatalogues
from domain.llm_validation.account import model_spec
from domain.llm_validation.listing import Listing
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import MOST_MODELS, LlmModel, ModelOrigin, checked_model_name, likely_capabilities
from domain.llm_validation.ports import Registry
from domain.llm_validation.rung import NotTestable, Passed
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class ModelChanges:
    """What a list changed: models that are *new*, *changed*, *missing* from now on, or *back*; *listed*: how many."""

    listed: int
    new: tuple[LlmModel, ...] = ()
    changed: tuple[LlmModel, ...] = ()
    missing: tuple[LlmModel, ...] = ()
    back: tuple[LlmModel, ...] = ()

    @property
    def to_store(self) -> tuple[LlmModel, ...]:
        """The models whose rows are not as they were."""
        return (*self.new, *self.changed, *self.missing, *self.back)

    def describe(self) -> str:
        """Return the changes in words: `12 models, 2 new, 1 missing`."""
        counts = (len(self.new), len(self.changed), len(self.missing), len(self.back))
        words = [f"{count} {what}" for count, what in zip(counts, _WORDS, strict=True) if count]
        return ", ".join([f"{self.listed} model{'' if self.listed == 1 else 's'}", *words])


@frozen(kw_only=True)
class Refreshed:
    """What came of an attempt to refresh: *changes*, None where there was no list to be had; and the newest list."""

    changes: ModelChanges | None
    listing: Listing


REFRESH_S = 30.0
"""How long somebody who asks for a refresh waits for the list, in seconds."""
_WORDS = ("new", "changed", "missing", "back")


def changes(
    known: Sequence[LlmModel], listed: Sequence[ListedModel], *, api_id: LlmApiId, now: datetime
) -> ModelChanges:
    """
    Return what a list changes about the models that are *known* of an API.

    A list that names a model twice names it once. Of new models there are as many as there is room for.
    """
    there = {model.name: model for model in listed if _can_be_named(model.name)}
    names = {model.name for model in known}
    new = [_discovered(model, api_id=api_id, now=now) for name, model in there.items() if name not in names]
    gone = [model for model in known if model.name not in there and model.missing_since is None]
    met = [(model, _as_listed(model, there[model.name], now=now)) for model in known if model.name in there]
    return ModelChanges(
        listed=len(there),
        new=tuple(new[: max(MOST_MODELS - len(known), 0)]),
        changed=tuple(now_ for was, now_ in met if was.missing_since is None and now_ != was),
        missing=tuple(attrs.evolve(model, missing_since=now, updated_at=now) for model in gone),
        back=tuple(now_ for was, now_ in met if was.missing_since is not None),
    )


@frozen(kw_only=True)
class Refreshing:
    """Refreshes the models of APIs."""

    registry: Registry
    catalogues: ModelCatalogues
    clock: Clock

    def with_environment(self, environment: Mapping[str, str]) -> Refreshing:
        """Return what asks with *environment* as that what `${NAME}` stands for in an API."""
        return attrs.evolve(self, catalogues=self.catalogues.with_environment(environment))

    def refresh(self, tenant: TenantContext, api: LlmApi, *, deadline_s: float) -> ModelChanges:
        """
        Ask for the list and store what it changes.

        Raises:
            TransientFailure, PermanentFailure, InvalidInput: there was none to be had; that is noted, nothing else is.
        """
        try:
            listed = self._listed(api, deadline_s=deadline_s)
        except (ItemFailure, InvalidInput) as error:
            self._note_failure(tenant, api, str(error))
            raise
        now = self.clock.now()
        with self.registry.begin(tenant) as work:
            work.apis.get(api.id, lock=True)
            found = changes(work.models.of(api.id), listed, api_id=api.id, now=now)
            for model in found.to_store:
                work.models.put(model)
            work.listings.put(api.id, Listing(listed_at=now, count=found.listed))
            work.commit()
        return found

    def attempt(self, tenant: TenantContext, api_id: LlmApiId) -> Refreshed:
        """
        Refresh for somebody who waits for it; that there is no list to be had is an answer, too.

        Raises:
            NotFound: no such API in this organization.
        """
        with self.registry.view(tenant) as work:
            api = work.apis.get(api_id)
        found = None
        with suppress(ItemFailure, InvalidInput):  # noted in the listing
            found = self.refresh(tenant, api, deadline_s=REFRESH_S)
        with self.registry.view(tenant) as work:
            return Refreshed(changes=found, listing=work.listings.get(api_id))

    def rung(self, tenant: TenantContext, api: LlmApi, *, deadline_s: float) -> Passed | NotTestable:
        """Do so as a rung of a check; an account that lists nothing is not broken for that."""
        try:
            return Passed(note=self.refresh(tenant, api, deadline_s=deadline_s).describe())
        except PermanentFailure as failure:
            if failure.kind is FailureKind.BAD_INPUT or self._may_go_without(tenant, api, failure):
                return NotTestable(reason=str(failure))
            raise

    def _listed(self, api: LlmApi, *, deadline_s: float) -> Sequence[ListedModel]:
        catalogue = self.catalogues.catalogue(model_spec(api))
        try:
            return catalogue.list(deadline_s=deadline_s)
        finally:
            catalogue.close()

    def _may_go_without(self, tenant: TenantContext, api: LlmApi, failure: ItemFailure) -> bool:
        """Whether the chat will tell: some servers that speak OpenAI's API have no list, and a model was named here."""
        if failure.kind is not FailureKind.REFUSED or api.provider is not Provider.OPENAI_COMPATIBLE:
            return False
        with self.registry.view(tenant) as work:
            return any(model.origin is ModelOrigin.MANUAL for model in work.models.of(api.id))

    def _note_failure(self, tenant: TenantContext, api: LlmApi, message: str) -> None:
        now = self.clock.now()
        with self.registry.begin(tenant) as work:
            old = work.listings.get(api.id)
            work.listings.put(api.id, attrs.evolve(old, failed_at=now, failure=message))
            work.commit()


def _can_be_named(name: str) -> bool:
    try:
        return checked_model_name(name) == name
    except InvalidInput:
        return False


def _as_listed(model: LlmModel, listed: ListedModel, *, now: datetime) -> LlmModel:
    """Return the model as the list has it; what a person has said of it stays, and gaps are filled."""
    by_hand = model.origin is ModelOrigin.MANUAL
    capabilities = model.capabilities if by_hand and model.capabilities else listed.capabilities or model.capabilities
    length = model.context_length if by_hand and model.context_length else listed.context_length or model.context_length
    told = attrs.evolve(model, capabilities=capabilities, context_length=length, missing_since=None)
    return model if told == model else attrs.evolve(told, updated_at=now)


def _discovered(listed: ListedModel, *, api_id: LlmApiId, now: datetime) -> LlmModel:
    return LlmModel(
        api_id=api_id,
        name=listed.name,
        capabilities=listed.capabilities or likely_capabilities(listed.name),
        context_length=listed.context_length,
        origin=ModelOrigin.DISCOVERED,
        created_at=now,
        updated_at=now,
    )
