"""What can't work is refused before any job: targets that can't be opened, judges that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModels
from domain.test_execution.judging.needs import check_judges
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Targets
from domain.test_execution.test_set import TestCase
from entrypoints.limits import check_limits
from entrypoints.settings import Settings


@frozen(kw_only=True)
class Usability:
    """Opens and closes what a run would open; nothing is sent."""

    settings: Settings
    targets: Targets
    models: LanguageModels

    def check(self, cases: Iterable[TestCase], *, targets: tuple[NamedTarget, ...], panel: Panel, name: str) -> None:
        """
        Refuse a run of the tests that could not work here.

        Raises:
            InvalidInput: a secret that is not there, a module that is not there, nobody to judge.
            BrokenSettings: limits that workers could not share.
        """
        for one in targets:
            self.check_target(one)
        users: dict[str, ModelSpec] = {}
        self.check_models(check_judges(_noting(users, cases), panel, targets=targets, name=name).models)
        self.check_models(users.values())

    def check_target(self, target: NamedTarget) -> None:
        """
        Open and close a target.

        Raises:
            InvalidInput, BrokenSettings: as `check` does.
        """
        check_limits(self.settings, target.limits)
        self.targets.open(target.spec, connections=1).close()

    def check_models(self, specs: Iterable[ModelSpec]) -> None:
        """
        Open and close models.

        Raises:
            InvalidInput, BrokenSettings: as `check` does.
        """
        for spec in specs:
            self.models.open(spec, connections=1).close()
            check_limits(self.settings, spec.limits)


def _noting(users: dict[str, ModelSpec], cases: Iterable[TestCase]) -> Iterator[TestCase]:
    """Yield the cases, which may be read one by one from a store, and note who plays users in them."""
    for case in cases:
        if case.user_model is not None:
            users[repr(case.user_model)] = case.user_model
        yield case
