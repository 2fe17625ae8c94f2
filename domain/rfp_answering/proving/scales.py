"""What an answer of one or two words says to the question: `Yes`, `Fully compliant`, `Not met`, `Roadmap`."""

from __future__ import annotations

import re
from enum import StrEnum


class Sense(StrEnum):
    """What a clause does with its statement."""

    SAYS = "says"
    DENIES = "denies"
    PLANS = "plans"
    NEITHER = "neither"


_DONE = (
    r"compliant|comply|complies|supported|available|included|provided|met|meets|meets requirements?|fulfilled|agreed?|"
    r"accepted|confirmed|correct|certified|implemented|standard|native|out of the box|configuration|configurable|"
    r"customi[sz]ation|add-on|third[- ]party|erfüllt"
)
_SCALE = (
    (Sense.SAYS, rf"y|true|ok|full|exceeds|complete|(?:fully|completely|voll|vollständig) ?(?:{_DONE})?|{_DONE}"),
    (
        Sense.DENIES,
        rf"n|false|none|not|(?:not|nicht|non|un)[ -]?(?:{_DONE})|does not (?:meet|comply|support)(?: \w+)?",
    ),
    (Sense.PLANS, r"planned|(?:on (?:the |our )?)?roadmap|in development|future(?: release)?|geplant"),
    (Sense.NEITHER, rf"partial|(?:partly|partially|teilweise) ?(?:{_DONE})?|n/a|not applicable|nicht anwendbar"),
)
_SENSES = tuple((sense, re.compile(rf"\s*(?:{pattern})[\s.!]*", re.IGNORECASE)) for sense, pattern in _SCALE)
_LONGEST = 40
"""Characters of the longest value of a scale, and more."""


def sense_of_value(answer: str) -> Sense | None:
    """Return what a value of a scale of compliance says; None: an answer is none. `Yes` and `No` are read elsewhere."""
    if len(answer) > _LONGEST:
        return None
    found = [sense for sense, pattern in _SENSES if pattern.fullmatch(answer)]
    return found[-1] if found else None
