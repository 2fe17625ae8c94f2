"""The rows of the LLM registry as the domain's values and back."""

from __future__ import annotations

import attrs

from adapters.database.rows import AnyRow, Values
from domain.language_models.codec import price_from_json
from domain.language_models.use import Capability
from domain.limits.limit import CallLimits
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import LlmModel, ModelOrigin
from domain.tenancy import OrganizationId

_LIMITS = tuple(attrs.fields_dict(CallLimits))


def api_values(api: LlmApi) -> Values:
    """Return the API's row, without its key."""
    return {
        "name": api.name,
        "provider": api.provider.value,
        "base_url": api.base_url,
        "api_key": api.api_key,
        "is_active": api.is_active,
        **attrs.asdict(api.limits),
        "created_at": api.created_at,
        "updated_at": api.updated_at,
    }


def api_from(row: AnyRow) -> LlmApi:
    """Return the API of a row."""
    return LlmApi(
        id=LlmApiId(row.id),
        organization_id=OrganizationId(row.organization_id),
        name=row.name,
        provider=row.provider,
        base_url=row.base_url,
        api_key=row.api_key,
        is_active=row.is_active,
        limits=CallLimits(**{name: getattr(row, name) for name in _LIMITS}),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def model_values(model: LlmModel) -> Values:
    """Return the model's row, without its key and without the time it was created at."""
    return {
        "capabilities": " ".join(sorted(model.capabilities)),
        "context_length": model.context_length,
        "price": attrs.asdict(model.price) if model.price else None,
        "origin": model.origin.value,
        "missing_since": model.missing_since,
        "updated_at": model.updated_at,
    }


def model_from(row: AnyRow) -> LlmModel:
    """Return the model of a row; capabilities of a newer version are left out."""
    return LlmModel(
        api_id=LlmApiId(row.api_id),
        name=row.name,
        capabilities=frozenset(Capability(word) for word in row.capabilities.split() if word in list(Capability)),
        context_length=row.context_length,
        price=price_from_json(row.price) if row.price else None,
        origin=ModelOrigin(row.origin),
        missing_since=row.missing_since,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
