"""Targets and models as a file writes them: the reverse of reading them."""

from __future__ import annotations

from domain.language_models.codec import model_to_json
from domain.language_models.model import ModelSpec
from domain.test_execution.codec import target_to_json, to_json
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.target import ModelTarget


def target_document(target: NamedTarget) -> dict[str, object]:
    """Return a target as the mapping that reads as it."""
    name = {"name": target.name} if target.name else {}
    limits = {"limits": to_json(target.limits)} if target.limits.are_set else {}
    transform = {"transform": target.transform} if target.transform is not None else {}
    return {**name, **_spec(target), **limits, **transform}


def model_document(model: ModelSpec) -> dict[str, object]:
    """Return a model as the mapping that reads as it; its key is always said, as a missing one means the usual one."""
    said = model_to_json(model)
    price = {"price": to_json(model.price)} if model.price else {}
    others = {key: value for key, value in said.items() if key not in ("provider", "price")}
    return {"kind": model.provider.value, **others, "api_key": model.api_key, **price}


def _spec(target: NamedTarget) -> dict[str, object]:
    if isinstance(target.spec, ModelTarget):
        system = {"system": target.spec.system} if target.spec.system else {}
        return {**model_document(target.spec.model), **system}
    return target_to_json(target.spec)
