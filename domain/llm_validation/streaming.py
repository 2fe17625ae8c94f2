"""
The opt-in rung of streaming: does an answer come in pieces, and when does its first one come?

Runs ask for whole answers, and need no streaming. Who builds something that people watch wants to know before they do
whether it reaches them through the proxies in between.
"""

from __future__ import annotations

from domain.jobs.errors import FailureKind, PermanentFailure
from domain.jobs.usage import Usage
from domain.language_models.conversation import Message
from domain.language_models.guarded import CHARACTERS_A_TOKEN
from domain.language_models.model import ModelSpec
from domain.language_models.ports import StreamingModels
from domain.language_models.streamed import Streamed
from domain.llm_validation.answer_limit import with_answer_limit
from domain.llm_validation.probe_budget import ANSWER_TOKENS
from domain.llm_validation.rung import Passed

COUNTING = "Count from 1 to 9."
"""More than one token to answer, so that there is something to send in pieces."""


def answered_in_pieces(streams: StreamingModels, spec: ModelSpec, *, deadline_s: float) -> Passed:
    """
    Ask for an answer in pieces, and say how it came: several of them, or a proper end, is what it needs.

    A model that was still reasoning at its limit of tokens sends none and ends properly: that is fine.

    Raises:
        TransientFailure, PermanentFailure: it does not come so; bad_answer where it comes whole.
        InvalidInput: the model can't be called from here.
    """
    message = Message(role="user", content=COUNTING)
    found = with_answer_limit(
        spec, ANSWER_TOKENS, lambda limited: streams.stream(limited, [message], deadline_s=deadline_s)
    )
    if found.pieces < 2 and not found.is_ended:
        raise PermanentFailure(
            f"{spec.name}: asked to answer in pieces, it sent {found.pieces or 'none'}, and never said that this is "
            "the end",
            kind=FailureKind.BAD_ANSWER,
        )
    return Passed(note=_described(found), usage=_usage_of(found))


def _described(found: Streamed) -> str:
    if found.first_s is None:
        return f"ended properly after {found.latency_s:.2f} s, before the first word"
    pieces = f"{found.pieces} piece{'' if found.pieces == 1 else 's'}"
    ended = "" if found.is_ended else ", the end was not said"
    return f"first piece after {found.first_s:.2f} s, {pieces} in {found.latency_s:.2f} s{ended}"


def _usage_of(found: Streamed) -> Usage:
    """Return what it took; where that is not said, as with OpenAI's streams, as much as it may have been."""
    prompt, completion = found.prompt_tokens, found.completion_tokens
    return Usage(
        requests=1,
        prompt_tokens=1 + len(COUNTING) // CHARACTERS_A_TOKEN if prompt is None else prompt,
        completion_tokens=ANSWER_TOKENS if completion is None else completion,
        cost_nanousd=found.cost_nanousd or 0,
    )
