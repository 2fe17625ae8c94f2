"""
Which model of an API is asked in a check: the one that matters most, and costs least.

The organization's default first, then models that somebody has registered by hand, then discovered ones: the cheapest
that is known to be, or one whose name says that it is small.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domain.language_models.use import Use
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import Defaults, LlmModel, ModelOrigin, likely_capabilities

_SMALL = re.compile(r"nano|mini|lite|flash|haiku|small|tiny|[^0-9][1-8]b\b", re.IGNORECASE)


def chosen(api_id: LlmApiId, models: Sequence[LlmModel], defaults: Defaults, *, uses: Sequence[Use]) -> str | None:
    """Return the name of the model to ask for the first of *uses*; later ones only count as defaults."""
    for use in uses:
        place = defaults.get(use)
        if place is not None and place.api_id == api_id:
            return place.model
    offered = [model for model in models if _serves(model, uses[0]) and _is_there(model)]
    return min(offered, key=_cost).name if offered else None


def _serves(model: LlmModel, use: Use) -> bool:
    """Whether it is said, or its name says: a check must not call an API broken for a model that can't do this."""
    return use.needs in (model.capabilities or likely_capabilities(model.name))


def _is_there(model: LlmModel) -> bool:
    return model.missing_since is None or model.origin is ModelOrigin.MANUAL


def _cost(model: LlmModel) -> tuple[bool, float, bool, str]:
    price = model.price.input + model.price.output if model.price else float("inf")
    return model.origin is not ModelOrigin.MANUAL, price, not _SMALL.search(model.name), model.name
