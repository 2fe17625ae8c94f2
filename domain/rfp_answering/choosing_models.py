"""Which models draft and review where somebody names them in words, or names none."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from domain.jobs.errors import InvalidInput
from domain.language_models.model import DEFAULT_WORD, ModelSpec, Provider
from domain.language_models.ports import LanguageModels
from domain.language_models.use import Use
from domain.limits.limit import CallLimits
from domain.llm_validation.defaults import DefaultModels
from domain.llm_validation.resolving import RegisteredModels
from domain.secrets.ports import Environments
from domain.tenancy import TenantContext

OFFLINE = "offline"
"""The word for the authors that need no model: one quotes, the other repeats what the checks found."""


@frozen(kw_only=True)
class AuthorModels:
    """
    Makes of words the model that a stage's job carries; None is the author that needs none.

    *check_limits* refuses limits that the workers here could not keep to together.
    """

    references: RegisteredModels
    defaults: DefaultModels
    models: LanguageModels = field(repr=False)
    environments: Environments
    check_limits: Callable[[CallLimits], None]

    def responder(self, tenant: TenantContext, words: str = "") -> ModelSpec | None:
        """
        Return who drafts: the model named; where none is, the organization's default for chats, else nobody.

        Raises:
            InvalidInput: the words name no model, or one that can't be used here (a key that is not set, for one).
            BrokenSettings: it has limits that workers could not share.
        """
        return self._named(tenant, words, Use.CHAT)

    def reviewer(self, tenant: TenantContext, words: str = "") -> ModelSpec | None:
        """
        Return who reviews: as `responder`, with the default for judging, which should be another model.

        Raises: as `responder`.
        """
        return self._named(tenant, words, Use.JUDGE)

    def _named(self, tenant: TenantContext, words: str, use: Use) -> ModelSpec | None:
        named = words.strip()
        if named == OFFLINE or (not named and not self._has_default(tenant, use)):
            return None
        reference = named or f"{Provider.REGISTERED.value}:{DEFAULT_WORD}"
        try:
            spec = self.references.resolve(tenant, reference, use)
            self.models.with_environment(self.environments.of(tenant)).open(spec, connections=1).close()
        except InvalidInput as error:
            raise InvalidInput(f"model: {error}; {OFFLINE!r} asks no model") from error
        for limits in (spec.limits, *(() if spec.account is None else (spec.account.limits,))):
            self.check_limits(limits)
        return spec

    def _has_default(self, tenant: TenantContext, use: Use) -> bool:
        return any(one.use is use for one in self.defaults.all(tenant))
