"""Looking up the registered models that a run names: in its targets, its panel, its tests and their metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs
from attrs import define, field

from domain.language_models.model import ModelSpec, Provider
from domain.language_models.references import ModelReferences, overlaid
from domain.language_models.use import Use
from domain.tenancy import TenantContext
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel, reference_key
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestCase


@define(eq=False, kw_only=True)
class Lookup(Mapping[str, ModelSpec]):
    """
    The registered models of one organization by `reference_key`: each is looked up once, when it is first asked for.

    Those that were asked for are what it holds. Asking raises what `ModelReferences.resolved` does.
    """

    references: ModelReferences
    tenant: TenantContext
    _found: dict[str, ModelSpec] = field(factory=dict, alias="known")

    def __getitem__(self, key: str) -> ModelSpec:
        found = self._found.get(key)
        if found is None:
            use, _, words = key.partition(" ")
            spec = ModelSpec(provider=Provider.REGISTERED, model=words)
            found = self._found[key] = self.references.resolved(self.tenant, spec, use=Use(use))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def model(self, spec: ModelSpec, use: Use) -> ModelSpec:
        """Return the model that can be called."""
        return overlaid(self[reference_key(spec, use)], spec) if spec.is_reference else spec

    def targets(self, targets: Iterable[NamedTarget]) -> tuple[NamedTarget, ...]:
        """Return the targets as they can be called."""
        return tuple(map(self._target, targets))

    def panel(self, panel: Panel) -> Panel:
        """Return the panel as it can be asked; what metrics name beside it is looked up here when it is needed."""
        return attrs.evolve(
            panel,
            judges=tuple(self.model(judge, Use.JUDGE) for judge in panel.judges),
            embedding=panel.embedding and self.model(panel.embedding, Use.EMBEDDING),
            registered=Lookup(references=self.references, tenant=self.tenant, known=dict(panel.registered)),
        )

    def _target(self, target: NamedTarget) -> NamedTarget:
        if not isinstance(target.spec, ModelTarget):
            return target
        return attrs.evolve(target, spec=attrs.evolve(target.spec, model=self.model(target.spec.model, Use.CHAT)))


def with_users(cases: Iterable[TestCase], panel: Panel) -> Iterator[TestCase]:
    """Yield the cases, and look up who plays users in them: *panel* knows those afterwards."""
    for case in cases:
        if case.user_model is not None:
            panel.known(case.user_model, Use.CHAT)
        yield case


def snapshot(panel: Panel) -> Panel:
    """Return the panel with what was looked up for it, and nothing more, for good."""
    return attrs.evolve(panel, registered=dict(panel.registered))
