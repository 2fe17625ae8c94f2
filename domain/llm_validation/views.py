"""The registry as people look at it: an API with its models, found by name or id, or refused by what there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from domain.jobs.errors import NotFound
from domain.language_models.use import Use
from domain.llm_validation.api_state import NEVER_CHECKED, Standing
from domain.llm_validation.llm_api import LlmApi
from domain.llm_validation.llm_model import Defaults, LlmModel, ModelPlace
from domain.llm_validation.ports import RegistryWork


@frozen(kw_only=True)
class ApiView:
    """An API, its models by name, the organization's defaults, and how all models stand."""

    api: LlmApi
    models: tuple[LlmModel, ...]
    defaults: Defaults
    standings: Mapping[ModelPlace, Standing] = field(factory=dict)

    def standing(self, model: str = "") -> Standing:
        """Return how the API stands, or *model* of it."""
        return self.standings.get(ModelPlace(api_id=self.api.id, model=model), NEVER_CHECKED)

    def default_for(self, model: str | None = None) -> list[Use]:
        """Return the uses that the API has the default model of, or that *model* is the default of."""
        ours = {use: place for use, place in self.defaults.items() if place.api_id == self.api.id}
        return sorted(use for use, place in ours.items() if model in (None, place.model))


def find_api(work: RegistryWork, words: str) -> LlmApi:
    """
    Return the API of this id or name.

    Raises:
        NotFound: there is none; the names there are, are named.
    """
    named = work.apis.named(words)
    if named is not None:
        return named
    apis = work.apis.all()
    for api in apis:
        if api.id == words:
            return api
    raise NotFound(f"there is no LLM API {words[:200]!r} in this organization; {there([api.name for api in apis])}")


def unknown_model(api: LlmApi, name: str, *, models: Sequence[LlmModel]) -> NotFound:
    """Return what is said of a model that an API does not have."""
    names = there([model.name for model in models])
    return NotFound(f"LLM API {api.name!r} has no model {name[:200]!r}; {names}")


def there(names: Sequence[str], *, most: int = 10) -> str:
    """Return which names there are, for somebody who has named another one."""
    if not names:
        return "none is registered: `antiphon llm add --help`"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"there are: {', '.join(names[:most])}{more}"


def view_of(work: RegistryWork, api: LlmApi) -> ApiView:
    """Return an API with its models."""
    return ApiView(
        api=api,
        models=tuple(work.models.of(api.id)),
        defaults=work.defaults.all(),
        standings=work.checks.standings(),
    )
