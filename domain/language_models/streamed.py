"""How an answer came that was asked for in pieces."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Streamed:
    """
    How it came, not what it said.

    *pieces* are those with something of the answer in them: words, a thought, a part of a call. *first_s* is when the
    first one came (None: there was none), *latency_s* when the last byte did, both in seconds from the first byte that
    was sent. *is_ended*: the provider said that this is the end. Model, tokens and cost are as in `Completion`.
    """

    pieces: int
    first_s: float | None
    latency_s: float
    is_ended: bool
    model: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_nanousd: int | None = None
