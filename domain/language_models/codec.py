"""Model specifications as JSON and back: what rows, job specifications and files hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import attrs

from domain.jobs.item import Document
from domain.language_models.model import Account, ModelSpec
from domain.language_models.price import Price
from domain.limits.limit import CallLimits


def model_to_json(spec: ModelSpec) -> dict[str, object]:
    """Return the specification as JSON; fields at their default are left out."""
    usual = attrs.asdict(ModelSpec(provider=spec.provider, model=spec.model))
    said = {name: content for name, content in attrs.asdict(spec).items() if content != usual[name]}
    return {"provider": spec.provider.value, "model": spec.model, **said}


def model_from_json(data: Document) -> ModelSpec:
    """Read back what `model_to_json` wrote; keys of a newer version are ignored."""
    known = {name: data[name] for name in attrs.fields_dict(ModelSpec) if name in data}
    if isinstance(known.get("price"), dict):
        known["price"] = price_from_json(cast(Document, known["price"]))
    if isinstance(known.get("limits"), Mapping):
        known["limits"] = limits_from_json(cast(Document, known["limits"]))
    if isinstance(known.get("account"), Mapping):
        known["account"] = _account_from_json(cast(Document, known["account"]))
    return ModelSpec(**cast(dict[str, Any], known))


def limits_from_json(data: Document) -> CallLimits:
    """Read limits back; those of a newer version are ignored."""
    return CallLimits(
        **cast(dict[str, Any], {name: data[name] for name in attrs.fields_dict(CallLimits) if name in data})
    )


def price_from_json(data: Document) -> Price:
    """Read a price back."""
    return Price(**cast(dict[str, Any], {name: data[name] for name in attrs.fields_dict(Price) if name in data}))


def _account_from_json(data: Document) -> Account:
    return Account(key=str(data["key"]), limits=limits_from_json(cast(Document, data["limits"])))
