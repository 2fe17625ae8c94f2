"""What a provider's response says beside the answer, in the words of each API: why it stopped, how sure it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_REASON_KEYS = ("finish_reason", "stop_reason", "finishReason", "done_reason")
# Anthropic's, Google's and older names of what OpenAI's API calls it.
_SAME_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "refusal": "content_filter",
    "safety": "content_filter",
}


def finish_reason(data: object) -> str | None:
    """Return why the model stopped, as stop, length, content_filter or tool_calls; else in the provider's word."""
    for part in _parts(data):
        for key in _REASON_KEYS:
            reason = part.get(key)
            if isinstance(reason, str) and reason:
                return _SAME_REASONS.get(reason.lower(), reason.lower())
    return None


def is_refusal(data: object) -> bool:
    """Whether the provider says that the model refused."""
    for part in _parts(data):
        message = part.get("message")
        if isinstance(message, Mapping) and message.get("refusal"):
            return True
        if part.get("stop_reason") == "refusal":
            return True
    return False


def log_probabilities(data: object) -> list[float]:
    """Return the natural logarithm of each token's probability, as OpenAI's API gives them; none where it doesn't."""
    for part in _parts(data):
        logprobs = part.get("logprobs")
        tokens = logprobs.get("content") if isinstance(logprobs, Mapping) else None
        if isinstance(tokens, list):
            found = [token.get("logprob") for token in tokens if isinstance(token, Mapping)]
            return [float(each) for each in found if isinstance(each, int | float)]
    return []


def _parts(data: object) -> Iterator[Mapping[str, object]]:
    """Yield the response, and what it has for its first answer: a choice (OpenAI), a candidate (Google)."""
    if not isinstance(data, Mapping):
        return
    yield data
    for key in ("choices", "candidates"):
        several = data.get(key)
        if isinstance(several, list) and several and isinstance(several[0], Mapping):
            yield several[0]
