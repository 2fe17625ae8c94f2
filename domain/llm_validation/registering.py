"""What administrators do with LLM APIs and their models: add, change, look at, remove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
from attrs import frozen

from domain.jobs.errors import Conflict
from domain.jobs.ports import Clock, IdSource
from domain.language_models.model import API_KEYS, BASE_URLS
from domain.language_models.price import Price
from domain.language_models.use import Capability
from domain.limits.limit import CallLimits
from domain.llm_validation.llm_api import (
    MOST_APIS,
    LlmApi,
    LlmApiId,
    checked_api_name,
    checked_base_url,
    checked_key,
    provider_named,
)
from domain.llm_validation.llm_model import (
    MOST_MODELS,
    LlmModel,
    ModelOrigin,
    ModelPlace,
    checked_model_name,
    likely_capabilities,
)
from domain.llm_validation.ports import Registry
from domain.llm_validation.views import ApiView, find_api, unknown_model, view_of
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class ApiChange:
    """What is to be changed of an API; None: stays as it is. Of *limits*, those that are named; None takes one out."""

    name: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    limits: Mapping[str, int | None] = attrs.field(factory=dict)
    is_active: bool | None = None


@frozen(kw_only=True)
class LlmApiService:
    """The LLM APIs of organizations, for their administrators."""

    registry: Registry
    clock: Clock
    ids: IdSource
    audit: AuditLog

    def add(
        self,
        tenant: TenantContext,
        name: str,
        *,
        provider: str,
        base_url: str = "",
        api_key: str | None = None,
        limits: CallLimits | None = None,
        is_active: bool = True,
        models: Iterable[str] = (),
    ) -> ApiView:
        """
        Register an account at a provider, with models that are known already.

        Without *api_key*, a provider that is called at home gets its usual one (`${OPENAI_API_KEY}` ...).

        Raises:
            InvalidInput: a name, provider, address or key that can't be one.
            Conflict: the name is taken, or there are too many APIs.
        """
        now, known = self.clock.now(), provider_named(provider)
        address = checked_base_url(base_url, provider=known)
        is_usual = api_key is None and (known not in BASE_URLS or not address)
        api = LlmApi(
            id=LlmApiId(self.ids.new_id()),
            organization_id=tenant.organization_id,
            name=checked_api_name(name),
            provider=known,
            base_url=address,
            api_key=API_KEYS.get(known, "") if is_usual else checked_key(api_key or ""),
            is_active=is_active,
            limits=limits or CallLimits(),
            created_at=now,
            updated_at=now,
        )
        added = [_new_model(api, checked_model_name(model), now_of=self.clock) for model in models]
        with self.registry.begin(tenant) as work:
            if len(work.apis.all()) >= MOST_APIS:
                raise Conflict(f"the organization has {MOST_APIS} LLM APIs, the most there may be; remove one first")
            work.apis.add(api)
            for model in added:
                work.models.put(model)
            found = view_of(work, api)
            work.commit()
        self._note(tenant, "llm_api.added", api.name, {"provider": api.provider.value, "base_url": api.base_url})
        return found

    def all(self, tenant: TenantContext) -> list[ApiView]:
        """Return the organization's APIs, by name."""
        with self.registry.view(tenant) as work:
            defaults = work.defaults.all()
            models: dict[LlmApiId, list[LlmModel]] = {}
            for model in work.models.all():
                models.setdefault(model.api_id, []).append(model)
            standings = work.checks.standings()
            return [
                ApiView(api=api, models=tuple(models.get(api.id, ())), defaults=defaults, standings=standings)
                for api in work.apis.all()
            ]

    def get(self, tenant: TenantContext, words: str) -> ApiView:
        """
        Return the API of this id or name.

        Raises:
            NotFound: there is none in this organization.
        """
        with self.registry.view(tenant) as work:
            return view_of(work, find_api(work, words))

    def change(self, tenant: TenantContext, words: str, change: ApiChange) -> ApiView:
        """
        Change what is said; jobs that were submitted before go on with what it was.

        Raises:
            NotFound: there is no such API.
            InvalidInput: as for `add`.
            Conflict: another one has the name.
        """
        with self.registry.begin(tenant) as work:
            known = work.apis.get(find_api(work, words).id, lock=True)
            changed = _changed(known, change)
            if changed != known:
                changed = attrs.evolve(changed, updated_at=self.clock.now())
                work.apis.put(changed)
            found = view_of(work, changed)
            work.commit()
        if changed != known:
            said = {name: str(getattr(changed, name)) for name in _differing(known, changed)}
            self._note(tenant, "llm_api.changed", known.name, said)
        return found

    def remove(self, tenant: TenantContext, words: str) -> None:
        """
        Forget an API and its models; jobs that were submitted before go on with what they were given.

        Raises:
            NotFound: there is no such API.
            Conflict: it has a default model: what means that would be refused from then on.
        """
        with self.registry.begin(tenant) as work:
            api = find_api(work, words)
            _refuse_default(view_of(work, api), model=None)
            work.apis.remove(api.id)
            work.commit()
        self._note(tenant, "llm_api.removed", api.name, {})

    def put_model(
        self,
        tenant: TenantContext,
        words: str,
        name: str,
        *,
        capabilities: frozenset[Capability] | None = None,
        context_length: int | None = None,
        price: Price | None = None,
    ) -> ApiView:
        """
        Store a model of an API, and return the API with that model alone; it stands in place of what was known
        of it, and whoever does so vouches for it.

        Without *capabilities* it can do what its name says: it embeds, or it chats.

        Raises:
            NotFound: there is no such API.
            InvalidInput: the name can't be one.
            Conflict: the API has too many models.
        """
        checked = checked_model_name(name)
        with self.registry.begin(tenant) as work:
            api = find_api(work, words)
            before = work.models.find(ModelPlace(api_id=api.id, model=checked))
            if before is None and len(work.models.of(api.id)) >= MOST_MODELS:
                raise Conflict(f"LLM API {api.name!r} has {MOST_MODELS} models, the most there may be; remove some")
            model = attrs.evolve(
                _new_model(api, checked, now_of=self.clock), context_length=context_length, price=price
            )
            if capabilities is not None:
                model = attrs.evolve(model, capabilities=capabilities)
            if before is not None:
                model = attrs.evolve(model, created_at=before.created_at)
            work.models.put(model)
            found = attrs.evolve(view_of(work, api), models=(model,))
            work.commit()
        self._note(tenant, "llm_model.put", f"{api.name}/{checked}", {})
        return found

    def remove_model(self, tenant: TenantContext, words: str, name: str) -> None:
        """
        Forget a model of an API; one that the provider lists is found again by the next refresh.

        Raises:
            NotFound: there is no such API, or it has no such model.
            Conflict: it is a default.
        """
        with self.registry.begin(tenant) as work:
            api = find_api(work, words)
            _refuse_default(view_of(work, api), model=name)
            if not work.models.remove(ModelPlace(api_id=api.id, model=name)):
                raise unknown_model(api, name, models=work.models.of(api.id))
            work.commit()
        self._note(tenant, "llm_model.removed", f"{api.name}/{name}", {})

    def _note(self, tenant: TenantContext, action: str, subject: str, details: Mapping[str, str]) -> None:
        self.audit.add(tenant, action=action, subject=subject, details=details)


def _changed(api: LlmApi, change: ApiChange) -> LlmApi:
    said = {
        "name": None if change.name is None else checked_api_name(change.name),
        "base_url": None if change.base_url is None else checked_base_url(change.base_url, provider=api.provider),
        "api_key": None if change.api_key is None else checked_key(change.api_key),
        "limits": attrs.evolve(api.limits, **change.limits),
        "is_active": change.is_active,
    }
    return attrs.evolve(api, **{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]  # checked above, name by name


def _differing(one: LlmApi, other: LlmApi) -> list[str]:
    names = ("name", "base_url", "api_key", "limits", "is_active")
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def _refuse_default(found: ApiView, *, model: str | None) -> None:
    uses = found.default_for(model)
    if uses:
        what = f"LLM API {found.api.name!r}" if model is None else f"model {found.api.name}/{model}"
        raise Conflict(
            f"{what} holds the default for {', '.join(uses)}; choose another one first (`antiphon llm default "
            f"{uses[0]} NAME/MODEL`), or none (`antiphon llm default {uses[0]} --none`)"
        )


def _new_model(api: LlmApi, name: str, *, now_of: Clock) -> LlmModel:
    now = now_of.now()
    return LlmModel(
        api_id=api.id,
        name=name,
        capabilities=likely_capabilities(name),
        origin=ModelOrigin.MANUAL,
        created_at=now,
        updated_at=now,
    )
