"""Which models an organization means by default, one for each use."""

from __future__ import annotations

from attrs import frozen

from domain.jobs.errors import InvalidInput, NotFound
from domain.language_models.use import Use
from domain.llm_validation.llm_api import LlmApi
from domain.llm_validation.llm_model import LlmModel, ModelPlace
from domain.llm_validation.ports import Registry
from domain.llm_validation.views import find_api, unknown_model
from domain.organizations.audit_log import AuditLog
from domain.tenancy import TenantContext


@frozen(kw_only=True)
class DefaultModel:
    """The model that is meant for a use."""

    use: Use
    api: LlmApi
    model: str


@frozen(kw_only=True)
class DefaultModels:
    """The default models of organizations, for their administrators."""

    registry: Registry
    audit: AuditLog

    def all(self, tenant: TenantContext) -> list[DefaultModel]:
        """Return the default of each use that has one, by use."""
        with self.registry.view(tenant) as work:
            places = work.defaults.all()
            return [
                DefaultModel(use=use, api=work.apis.get(places[use].api_id), model=places[use].model)
                for use in sorted(places)
            ]

    def choose(self, tenant: TenantContext, use: Use, *, api: str, model: str) -> DefaultModel:
        """
        Make a registered model the default of a use.

        Raises:
            NotFound: there is no such API, or it has no such model.
            InvalidInput: the model can't be used so.
        """
        with self.registry.begin(tenant) as work:
            found = find_api(work, api)
            place = ModelPlace(api_id=found.id, model=model)
            known = work.models.find(place)
            if known is None:
                raise unknown_model(found, model, models=work.models.of(found.id))
            check_use(found, known, use)
            work.defaults.put(use, place)
            work.commit()
        reference = f"{found.name}/{model}"
        self.audit.add(tenant, action="llm_default.set", subject=use.value, details={"model": reference})
        return DefaultModel(use=use, api=found, model=model)

    def forget(self, tenant: TenantContext, use: Use) -> None:
        """
        Leave a use without a default: `llm:default` is refused there from now on.

        Raises:
            NotFound: it has none.
        """
        with self.registry.begin(tenant) as work:
            if not work.defaults.remove(use):
                raise NotFound(f"there is no default model for {use.value}")
            work.commit()
        self.audit.add(tenant, action="llm_default.removed", subject=use.value, details={})


def check_use(api: LlmApi, model: LlmModel, use: Use) -> None:
    """
    Refuse a model for what it can't do.

    Raises:
        InvalidInput: it is known what it can do, and this is not among it.
    """
    if not model.serves(use):
        can = ", ".join(sorted(model.capabilities))
        raise InvalidInput(
            f"model {api.name}/{model.name} can't be used for {use.value}: that needs {use.needs.value}, and it is "
            f"registered for {can}; choose another model, or correct it with `antiphon llm models {api.name} --add "
            f"{model.name}` and --can {use.needs.value}"
        )
