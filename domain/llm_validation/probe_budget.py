"""
The daily budget of probe tokens: checks must not eat up what they are there to protect.

It is shared out when a validation is planned, in whole checks: an API whose share was granted asks its models, the
others climb only as far as costs nothing, and their models are `not_testable` for that day. So the budget holds
however many checks run at once, up to what two validations that are planned at the same moment take together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.llm_validation.rung import OPTIONAL, Rung

ANSWER_TOKENS = 16
"""What a tiny chat may answer; with fewer, reasoning models refuse."""
TALKATIVE_TOKENS = 128
"""What an opt-in probe may answer: a call of a tool or a JSON object, and some reasoning before it."""
_OF_A_TINY_CHECK = 64
"""A chat of some 10 + 16 tokens, and two texts to embed: about 40, and something for what providers add."""
_OF_A_PROBE = 512
"""An opt-in probe: schema, tool or a small image in the prompt, and the answer."""


def tokens_of_a_check(probes: Sequence[Rung]) -> int:
    """Return what a check of one API takes at the most, as it is reserved; *probes* are the opt-in ones."""
    return _OF_A_TINY_CHECK + _OF_A_PROBE * len([probe for probe in probes if probe in OPTIONAL])


def granted(wanting: int, *, spent: int, budget: int, each: int) -> int:
    """Return how many of *wanting* checks may spend tokens, *each* that many, when *spent* of *budget* are gone."""
    return max(0, min(wanting, (budget - spent) // each))


def day_of(now: datetime) -> datetime:
    """Return when the day of the budget began: at midnight, UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
