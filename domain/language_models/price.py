"""What tokens cost; exact, in whole billionths of a US dollar (nanousd), so that sums over a run do not drift."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from attrs import field, frozen
from attrs.validators import ge, optional

NANOUSD_PER_USD = 1_000_000_000
_TOKENS_A_PRICE = 1_000_000


@frozen(kw_only=True)
class Price:
    """
    US dollars per million tokens: of the prompt (*input*), of the answer (*output*), of prompt tokens from a cache.

    Without *cached_input*, cached tokens cost what all prompt tokens cost.
    """

    input: float = field(validator=ge(0))
    output: float = field(validator=ge(0))
    cached_input: float | None = field(default=None, validator=optional(ge(0)))

    def cost_nanousd(self, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> int:
        """Return what a call cost, rounded half up; *cached_tokens* are a part of *prompt_tokens*."""
        cached = min(cached_tokens, prompt_tokens)
        cached_price = self.input if self.cached_input is None else self.cached_input
        usd_millionths = (
            _exact(self.input) * (prompt_tokens - cached)
            + _exact(cached_price) * cached
            + _exact(self.output) * completion_tokens
        )
        nanousd = usd_millionths * NANOUSD_PER_USD / _TOKENS_A_PRICE
        return int(nanousd.to_integral_value(rounding=ROUND_HALF_UP))


def _exact(usd: float) -> Decimal:
    # repr gives the shortest decimal that means this float: the number people wrote, without its binary tail
    return Decimal(repr(usd))
