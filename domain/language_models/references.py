"""References to registered models: `llm:API/MODEL` and `llm:default` stand for a row of an organization's registry."""

from __future__ import annotations

from typing import Protocol

import attrs
from attrs import frozen

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec
from domain.language_models.use import Use
from domain.tenancy import TenantContext


class ModelReferences(Protocol):
    """Looks references up."""

    def resolved(self, tenant: TenantContext, spec: ModelSpec, *, use: Use) -> ModelSpec:
        """
        Return a specification that can be called, as it stands now; one that is no reference as it is.

        It holds no secret, only the name of one. What *spec* says beside the name (parameters, price ...) counts.

        Raises:
            InvalidInput: there is no such API or model, it is not active, can't be used so, or *spec* says an address
                or a key of its own; what there is, is named.
            ServiceUnavailable: the registry can't be reached.
        """


@frozen
class NoReferences:
    """`ModelReferences` where there is no registry."""

    def resolved(self, tenant: TenantContext, spec: ModelSpec, *, use: Use) -> ModelSpec:  # noqa: ARG002  # the port's
        """Return what is no reference."""
        if spec.is_reference:
            raise InvalidInput(f"{spec.name}: there is no registry of LLM APIs here; name a model by its provider")
        return spec


def overlaid(registered: ModelSpec, spec: ModelSpec) -> ModelSpec:
    """
    Return the registered model with what the reference *spec* says beside its name.

    Raises:
        InvalidInput: an address or a key.
    """
    for name in ("base_url", "api_key"):
        if getattr(spec, name):
            raise InvalidInput(f"{spec.name}: {name}: that is the registry's to say; take it out")
    return attrs.evolve(
        registered,
        parameters=spec.parameters,
        headers=spec.headers,
        timeout_s=spec.timeout_s,
        max_answer_bytes=spec.max_answer_bytes,
        price=spec.price or registered.price,
        limits=spec.limits,
    )
