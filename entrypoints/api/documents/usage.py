"""What work cost, as the API shows it."""

from __future__ import annotations

import attrs
from pydantic import BaseModel, Field

from domain.jobs.usage import NANOUSD, Usage


class UsageDocument(BaseModel):
    """What was spent, as far as the far sides told."""

    requests: int = Field(examples=[200])
    prompt_tokens: int = Field(examples=[8120])
    completion_tokens: int = Field(examples=[12044])
    cost_usd: float = Field(examples=[0.0042])
    cost_nanousd: int = Field(description="The same exactly, in billionths of a US dollar.", examples=[4_200_000])


def usage_document(usage: Usage) -> UsageDocument:
    """Return the document of what was spent."""
    return UsageDocument(cost_usd=usage.cost_nanousd / NANOUSD, **attrs.asdict(usage))
