"""An LLM API as what clients are opened with."""

from __future__ import annotations

from domain.language_models.model import ModelSpec
from domain.llm_validation.llm_api import LlmApi


def model_spec(api: LlmApi, model: str = "none-in-particular") -> ModelSpec:
    """Return the specification of a model at the account; it carries `${NAME}`, and no secret."""
    return ModelSpec(provider=api.provider, model=model, base_url=api.base_url, api_key=api.api_key)
