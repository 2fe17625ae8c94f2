"""What tokens cost; exact, in whole billionths of a US dollar (nanousd), so that sums over a run do not drift."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from attrs import field, frozen
from attrs.validators import ge, gt, optional

NANOUSD_A_TOKEN = 1_000
"""What one dollar per million tokens is for a token."""


@frozen(kw_only=True)
class Price:
    """
    US dollars per million tokens: of the prompt (*input*), of the answer (*output*), and of prompt tokens that were
    read from a cache (without it, as all prompt tokens) or written to one.

    Some models cost more for long prompts: the price then holds *up_to_prompt_tokens*, and beyond it is not known.
    """

    input: float = field(validator=ge(0))
    output: float = field(validator=ge(0))
    cached_input: float | None = field(default=None, validator=optional(ge(0)))
    cache_write: float | None = field(default=None, validator=optional(ge(0)))
    up_to_prompt_tokens: int | None = field(default=None, validator=optional(gt(0)))

    def cost_nanousd(
        self, *, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0, cache_write_tokens: int = 0
    ) -> int | None:
        """
        Return what a call cost, rounded half up; None where this price does not say it.

        *cached_tokens* and *cache_write_tokens* are parts of *prompt_tokens*.
        """
        if self.up_to_prompt_tokens is not None and prompt_tokens > self.up_to_prompt_tokens:
            return None
        if cache_write_tokens and self.cache_write is None:
            return None
        cached = min(cached_tokens, prompt_tokens)
        written = min(cache_write_tokens, prompt_tokens - cached)
        usd = (
            _exact(self.input) * (prompt_tokens - cached - written)
            + _exact(self.input if self.cached_input is None else self.cached_input) * cached
            + _exact(self.cache_write or 0.0) * written
            + _exact(self.output) * completion_tokens
        )
        return int((usd * NANOUSD_A_TOKEN).to_integral_value(rounding=ROUND_HALF_UP))


def _exact(usd: float) -> Decimal:
    # repr gives the shortest decimal that means this float: the number people wrote, without its binary tail
    return Decimal(repr(usd))
