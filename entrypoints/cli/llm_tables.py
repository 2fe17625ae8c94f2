"""Accounts and models as rows of tables."""

from __future__ import annotations

from entrypoints.api.documents.llm import LlmApiDocument, LlmModelDocument
from entrypoints.cli.acting import shown_time

API_COLUMNS = ("name", "kind", "address", "key", "state", "limits", "models", "default for", "changed (UTC)")
MODEL_COLUMNS = ("model", "can", "context", "in/out $ per 1M", "origin", "missing since (UTC)", "default for")


def api_row(api: LlmApiDocument) -> tuple[str, ...]:
    """Return an account as a row of `API_COLUMNS`."""
    short = {"concurrency": "at once", "requests_per_minute": "req/min", "tokens_per_minute": "tok/min"}
    limits = [f"{value:,} {short[name]}" for name, value in api.limits if value is not None]
    return (
        api.name,
        api.provider,
        api.base_url or "(its own)",
        api.api_key or "(none)",
        api.state.value if api.is_active else "inactive",
        ", ".join(limits) or "none",
        str(api.models),
        ", ".join(api.default_for),
        shown_time(api.updated_at, otherwise=""),
    )


def model_row(model: LlmModelDocument) -> tuple[str, ...]:
    """Return a model as a row of `MODEL_COLUMNS`."""
    price = model.price
    return (
        model.reference,
        ", ".join(model.capabilities) or "not known",
        f"{model.context_length:,}" if model.context_length else "",
        f"{price.input:g}/{price.output:g}" if price else "",
        model.origin.value,
        shown_time(model.missing_since, otherwise=""),
        ", ".join(model.default_for),
    )
