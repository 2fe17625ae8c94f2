"""What a reference stands for: a snapshot of a row of the registry, or a refusal that says what there is."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.errors import InvalidInput, NotFound
from domain.language_models.model import DEFAULT_WORD, Account, ModelSpec, model_named
from domain.language_models.references import overlaid
from domain.language_models.use import Use
from domain.llm_validation.defaults import check_use
from domain.llm_validation.llm_api import LlmApi
from domain.llm_validation.llm_model import LlmModel, ModelPlace
from domain.llm_validation.ports import Registry, RegistryWork
from domain.llm_validation.views import find_api, there, unknown_model
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class RegisteredModels:
    """`ModelReferences` over the registry."""

    registry: Registry

    def resolve(self, tenant: TenantContext, words: str, use: Use) -> ModelSpec:
        """
        Return the model that *words* name: `llm:API/MODEL`, `llm:default`, or one of a provider (`openai:gpt-5-mini`).

        Raises:
            InvalidInput: it is none, or can't be used so.
        """
        return self.resolved(tenant, model_named(words), use=use)

    def resolved(self, tenant: TenantContext, spec: ModelSpec, *, use: Use) -> ModelSpec:
        """Return a specification that can be called, as the registry stands now."""
        if not spec.is_reference:
            return spec
        with self.registry.view(tenant) as work:
            try:
                api, model = _found(work, spec, use)
            except NotFound as error:
                raise InvalidInput(f"{spec.name}: {error}") from error
        return overlaid(model_spec(api, model), spec)


def model_spec(api: LlmApi, model: LlmModel) -> ModelSpec:
    """Return how a model of the API is called; its account's limits go with it."""
    return ModelSpec(
        provider=api.provider,
        model=model.name,
        base_url=api.base_url,
        api_key=api.api_key,
        price=model.price,
        account=Account(key=f"llm-api:{api.id}", limits=api.limits) if api.limits.are_set else None,
    )


def _found(work: RegistryWork, spec: ModelSpec, use: Use) -> tuple[LlmApi, LlmModel]:
    if spec.model == DEFAULT_WORD:
        place = work.defaults.all().get(use)
        if place is None:
            raise InvalidInput(
                f"{spec.name}: there is no default model for {use.value}; set one with `antiphon llm default "
                f"{use.value} API/MODEL`; {_known_models(work)}"
            )
        api, named = work.apis.get(place.api_id), place.model
    else:
        name, _, named = spec.model.partition("/")
        api = find_api(work, name)
    model = work.models.find(ModelPlace(api_id=api.id, model=named))
    if model is None:
        raise unknown_model(api, named, models=work.models.of(api.id))
    if not api.is_active:
        raise InvalidInput(
            f"{spec.name}: the LLM API {api.name!r} is not active; make it so with `antiphon llm change {api.name} "
            "--active`"
        )
    check_use(api, model, use)
    return api, model


def _known_models(work: RegistryWork) -> str:
    names = {api.id: api.name for api in work.apis.all()}
    return there([f"{names[model.api_id]}/{model.name}" for model in work.models.all()])
