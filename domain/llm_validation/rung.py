"""
The rungs of the ladder that a check climbs, and what became of each.

From the bottom: what is written down, the way there, who is let in, and what the models do. A rung that can't be tried
(a provider that lists no models, an API without an embedding model, a budget that is used up) is `not_testable`, which
is never a failure.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from domain.jobs.errors import FailureKind
from domain.jobs.usage import NOTHING, Usage


class Rung(StrEnum):
    """One step of a check, in the order of the ladder; the last four are taken only where somebody asks for them."""

    CONFIGURATION = "configuration"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    MODELS = "models"
    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    JSON_SCHEMA = "json_schema"
    TOOL_CALL = "tool_call"
    IMAGE = "image"
    STREAMING = "streaming"


OPTIONAL = (Rung.JSON_SCHEMA, Rung.TOOL_CALL, Rung.IMAGE, Rung.STREAMING)
"""Probes that cost more, and that not every model passes: opt-in."""
OF_A_MODEL = frozenset({Rung.CHAT, Rung.EMBEDDINGS, *OPTIONAL})
"""Rungs that ask one model; a failure there need not be the account's."""


class RungState(StrEnum):
    """What became of a rung."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTABLE = "not_testable"


@frozen(kw_only=True)
class Passed:
    """The rung holds; *note* says what was found there, *model* which model answered."""

    note: str = ""
    model: str = ""
    usage: Usage = NOTHING


@frozen(kw_only=True)
class NotTestable:
    """The rung can't be tried, for this *reason*; nothing is wrong."""

    reason: str


@frozen(kw_only=True)
class RungResult:
    """
    What became of one rung, and how long it took.

    *note* says what was found, or why it could not be tried, or what went wrong; a failed one has a *kind*, and
    *advice* says what to do. *model* is the one that was asked, where one was.
    """

    rung: Rung
    state: RungState
    duration_s: float = 0.0
    note: str = ""
    model: str = ""
    kind: FailureKind | None = None
    advice: str = ""
    usage: Usage = field(default=NOTHING)

    def __attrs_post_init__(self) -> None:
        if (self.kind is not None) != (self.state is RungState.FAILED):
            raise ValueError(f"a kind belongs to a failed rung and to no other; {self.rung}: {self.state}, {self.kind}")
