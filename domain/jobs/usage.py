"""What work has used of what is counted and paid for."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge


@frozen(kw_only=True)
class Usage:
    """Calls, tokens and money, as whole numbers, so that sums are exact; money in billionths of a US dollar."""

    requests: int = field(default=0, validator=ge(0))
    prompt_tokens: int = field(default=0, validator=ge(0))
    completion_tokens: int = field(default=0, validator=ge(0))
    cost_nanousd: int = field(default=0, validator=ge(0))

    def __add__(self, other: Usage) -> Usage:
        """Return both together."""
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost_nanousd=self.cost_nanousd + other.cost_nanousd,
        )
