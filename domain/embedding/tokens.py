"""
How many tokens a text has, guessed without the model's own tokenizer: rather too many than too few.

A chunk that is a bit shorter than it could be costs nothing; one that is too long is refused by the model. So a token
is counted for every three Latin letters (English has four to a token), every two letters of other alphabets, each digit
and each sign; two for each character beyond them, as of Chinese or Japanese, and emoji.
"""

from __future__ import annotations

import re

_TOKENS = re.compile(r"[A-Za-z]{1,3}|[\u0080-\u2e7f]{1,2}|[^\sA-Za-z\u0080-\u2e7f]")
_WIDE = re.compile(r"[\u2e80-\U0010ffff]")


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a model makes of *text*, more rather than fewer."""
    counted = len(_TOKENS.findall(text))
    return counted if text.isascii() else counted + len(_WIDE.findall(text))
