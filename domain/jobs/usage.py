"""
What work costs: requests, tokens and money, as whole numbers that add up exactly.

Money is in billionths of a US dollar (nano-dollars): the cheapest tokens cost some 20 of these each, and sums over
millions of calls must come out the same in whatever order they are added. Floats would not.
"""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge

NANOUSD = 1_000_000_000
"""Nano-dollars in a dollar."""


@frozen(kw_only=True)
class Usage:
    """
    What was spent. *requests* counts calls to targets and models, answered or not; tokens and cost are those the far
    side told, or a price table says; what nobody knows is 0.
    """

    requests: int = field(default=0, validator=ge(0))
    prompt_tokens: int = field(default=0, validator=ge(0))
    completion_tokens: int = field(default=0, validator=ge(0))
    cost_nanousd: int = field(default=0, validator=ge(0))

    @property
    def tokens(self) -> int:
        """All tokens, in and out."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost_nanousd=self.cost_nanousd + other.cost_nanousd,
        )

    def __sub__(self, earlier: Usage) -> Usage:
        """Return what came since *earlier*, which is part of this."""
        return Usage(
            requests=self.requests - earlier.requests,
            prompt_tokens=self.prompt_tokens - earlier.prompt_tokens,
            completion_tokens=self.completion_tokens - earlier.completion_tokens,
            cost_nanousd=self.cost_nanousd - earlier.cost_nanousd,
        )

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Usage()


def dollars(nanousd: int) -> str:
    """Return an amount of billionths of a dollar as people read it: cents and below keep four digits that count."""
    usd = nanousd / NANOUSD
    return f"${usd:,.2f}" if usd >= 1 or not nanousd else f"${float(f'{usd:.4g}'):.10f}".rstrip("0")
