"""What can't work is refused before any job: targets that can't be opened, judges that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModels
from domain.language_models.references import ModelReferences
from domain.language_models.use import Use
from domain.tenancy import TenantContext
from domain.test_execution.judging.needs import check_judges
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Target, Targets
from domain.test_execution.registered import Lookup
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestCase
from entrypoints.limits import check_limits
from entrypoints.settings import Settings


@frozen(kw_only=True)
class Usability:
    """Opens and closes what a run would open; nothing is sent. Registered models are looked up for *tenant*."""

    settings: Settings
    targets: Targets
    models: LanguageModels
    references: ModelReferences
    tenant: TenantContext

    def check(self, cases: Iterable[TestCase], *, targets: tuple[NamedTarget, ...], panel: Panel, name: str) -> None:
        """
        Refuse a run of the tests that could not work here.

        Raises:
            InvalidInput: a secret that is not there, a module that is not there, nobody to judge.
            BrokenSettings: limits that workers could not share.
        """
        targets, known = self.looked_up(targets, panel)
        for one in targets:
            self._check_target(one)
        users: dict[str, ModelSpec] = {}
        self.check_models(check_judges(_noting(users, cases), known, targets=targets, name=name).models)
        self.check_models(known.known(user, Use.CHAT) for user in users.values())

    def looked_up(self, targets: tuple[NamedTarget, ...], panel: Panel) -> tuple[tuple[NamedTarget, ...], Panel]:
        """
        Return both with registered models in the place of references; the panel looks up those of metrics when asked.

        Raises:
            InvalidInput: a reference to what is not there, or can't be used so.
        """
        lookup = Lookup(references=self.references, tenant=self.tenant)
        return lookup.targets(targets), lookup.panel(panel)

    def check_target(self, target: NamedTarget) -> None:
        """
        Open and close a target.

        Raises:
            InvalidInput, BrokenSettings: as `check` does.
        """
        (found,), _ = self.looked_up((target,), Panel())
        self._check_target(found)

    def open_target(self, target: NamedTarget) -> Target:
        """
        Return the target, ready for one call at a time.

        Raises:
            InvalidInput: it can't work here, such as one that needs a secret that is not there.
        """
        (found,), _ = self.looked_up((target,), Panel())
        return self.targets.open(found.spec, connections=1)

    def check_models(self, specs: Iterable[ModelSpec]) -> None:
        """
        Open and close models.

        Raises:
            InvalidInput, BrokenSettings: as `check` does.
        """
        for spec in specs:
            self.models.open(spec, connections=1).close()
            self._check_limits(spec)

    def _check_target(self, target: NamedTarget) -> None:
        check_limits(self.settings, target.limits)
        if isinstance(target.spec, ModelTarget):
            self._check_limits(target.spec.model)
        self.targets.open(target.spec, connections=1).close()

    def _check_limits(self, spec: ModelSpec) -> None:
        check_limits(self.settings, spec.limits)
        if spec.account is not None:
            check_limits(self.settings, spec.account.limits)


def _noting(users: dict[str, ModelSpec], cases: Iterable[TestCase]) -> Iterator[TestCase]:
    """Yield the cases, which may be read one by one from a store, and note who plays users in them."""
    for case in cases:
        if case.user_model is not None:
            users[repr(case.user_model)] = case.user_model
        yield case
