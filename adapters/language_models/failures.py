"""
Which failure a provider's refusal is: read from its error's codes first, then its words, then the status.

The codes of all providers are in one table: they don't contradict each other, and the many servers that speak
OpenAI's API pass on those of others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from attrs import frozen

from adapters.http.call import HttpCall
from adapters.http.exchange import Reply
from adapters.http.failures import status_failure
from adapters.http.retry_after import retry_after_s
from adapters.language_models.json_values import count, items, mapping, text
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure

_CODES: Mapping[str, FailureKind] = {
    # OpenAI and Azure (codes), Anthropic (error types), Google (statuses and reasons)
    **dict.fromkeys(
        ("invalid_api_key", "authentication_error", "API_KEY_INVALID", "API_KEY_EXPIRED", "UNAUTHENTICATED"),
        FailureKind.AUTHENTICATION,
    ),
    **dict.fromkeys(
        ("permission_error", "PERMISSION_DENIED", "unsupported_country_region_territory", "insufficient_permissions"),
        FailureKind.PERMISSION,
    ),
    **dict.fromkeys(
        ("insufficient_quota", "billing_error", "billing_hard_limit_reached", "billing_not_active"), FailureKind.QUOTA
    ),
    **dict.fromkeys(
        ("model_not_found", "DeploymentNotFound", "not_found_error", "NOT_FOUND"), FailureKind.MODEL_NOT_FOUND
    ),
    **dict.fromkeys(
        ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"), FailureKind.CONTENT_FILTERED
    ),
    **dict.fromkeys(("context_length_exceeded", "string_above_max_length", "request_too_large"),
                    FailureKind.CONTEXT_TOO_LONG),
    "overloaded_error": FailureKind.SERVER_ERROR,
}  # fmt: skip

_CODES_BELOW_200: Mapping[str, FailureKind] = {
    **dict.fromkeys(("rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"), FailureKind.RATE_LIMITED),
    **dict.fromkeys(
        ("api_error", "server_error", "timeout_error", "INTERNAL", "UNAVAILABLE"), FailureKind.SERVER_ERROR
    ),
}
"""What else a status would say: an error in the middle of a stream has none of its own."""

_WORDS = (
    (
        re.compile(r"maximum context length|prompt is too long|input token count .* exceeds|"
                   r"context (window|size|length)", re.IGNORECASE),
        FailureKind.CONTEXT_TOO_LONG,
    ),
    (
        re.compile(r"credit balance is too low|exceeded your current quota|specified api usage limits|insufficient "
                   r"(credits|balance|funds)", re.IGNORECASE),
        FailureKind.QUOTA,
    ),
    (re.compile(r"model\b.* (not found|does not exist)", re.IGNORECASE), FailureKind.MODEL_NOT_FOUND),
)  # fmt: skip

_STATUSES: Mapping[int, FailureKind] = {
    401: FailureKind.AUTHENTICATION,
    402: FailureKind.QUOTA,
    403: FailureKind.PERMISSION,
    413: FailureKind.CONTEXT_TOO_LONG,
    429: FailureKind.RATE_LIMITED,
}

_MEANINGS: Mapping[FailureKind, str] = {
    FailureKind.AUTHENTICATION: "the key is not accepted; check api_key and the variable it names",
    FailureKind.PERMISSION: "the key may not do this",
    FailureKind.QUOTA: "the account's quota or credit is used up",
    FailureKind.MODEL_NOT_FOUND: "there is no such model for this key",
    FailureKind.CONTENT_FILTERED: "the provider's content filter refused the prompt",
    FailureKind.CONTEXT_TOO_LONG: "the prompt is too long for the model",
    FailureKind.RATE_LIMITED: "too many requests",
    FailureKind.SERVER_ERROR: "the provider is overloaded, or has trouble of its own",
}


def refusal(reply: Reply, *, call: HttpCall) -> ItemFailure:
    """Return the failure for a response that holds an error."""
    error = _Error.read(reply.body)
    status = error.status if reply.is_success and error.status else reply.status
    kind = error.kind(status) or (error.kind_below_200(status) if reply.is_success else None)
    if kind is None:
        if not reply.is_success:
            return status_failure(reply, call=call.shown, values=call.values, now=call.now())
        said = call.values.excerpt(error.message)
        return PermanentFailure(f"{call.shown}: an error instead of an answer: {said}", kind=FailureKind.BAD_ANSWER)
    said = call.values.excerpt(error.message) or "nothing more"
    message = f"{call.shown}: HTTP {reply.status}, {_MEANINGS[kind]}; it says: {said}"
    if kind in (FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR):
        return TransientFailure(message, kind=kind, retry_after_s=_wait_s(reply, error, now=call.now()))
    return PermanentFailure(message, kind=kind)


@frozen(kw_only=True)
class _Error:
    message: str
    codes: tuple[str, ...]
    status: int | None
    wait_s: float | None

    @classmethod
    def read(cls, body: bytes) -> _Error:
        """Read `{"error": {...}}`, `{"error": "..."}`, FastAPI's `{"detail": ...}` or whatever it is."""
        words = body.decode("utf-8", "replace")
        try:
            data = mapping(json.loads(words))
        except (ValueError, RecursionError):
            data = {}
        error = mapping(data.get("error")) or data
        message = text(error.get("message")) or text(data.get("error")) or text(data.get("detail")) or words
        return cls(
            message=message, codes=tuple(_codes(error)), status=count(error.get("code")), wait_s=_google_wait_s(error)
        )

    def kind(self, status: int) -> FailureKind | None:
        """Return what the error is; None where it says no more than its status."""
        known = [_CODES[code] for code in self.codes if code in _CODES]
        if known:
            return known[0]
        if any(code.startswith("GenerateRequestsPerDay") for code in self.codes):
            return FailureKind.QUOTA
        if 400 <= status < 500:
            for words, kind in _WORDS:
                if words.search(self.message):
                    return kind
        return _STATUSES.get(status)

    def kind_below_200(self, status: int) -> FailureKind | None:
        """Return what an error inside a 2xx is, *status* being the one that it names itself, if it does."""
        known = [_CODES_BELOW_200[code] for code in self.codes if code in _CODES_BELOW_200]
        return next(iter(known), FailureKind.SERVER_ERROR if status >= 500 else None)


def _codes(error: Mapping[str, object]) -> Iterator[str]:
    inner = mapping(error.get("innererror")) or mapping(error.get("inner_error"))
    details = items(error.get("details"))
    violations = [violation for detail in details for violation in items(detail.get("violations"))]
    # the most telling first: Google says INVALID_ARGUMENT of a key that it does not know, with the reason in a detail
    found = [detail.get("reason") for detail in details]
    found += [violation.get("quotaId") for violation in violations]
    found += [inner.get("code"), error.get("code"), error.get("type"), error.get("status")]
    yield from (code for code in found if isinstance(code, str))


def _google_wait_s(error: Mapping[str, object]) -> float | None:
    for detail in items(error.get("details")):
        match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]+)?)s", text(detail.get("retryDelay")) or "")
        if match:
            return float(match[1])
    return None


def _wait_s(reply: Reply, error: _Error, *, now: datetime) -> float | None:
    milliseconds = reply.headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", milliseconds):
        return float(milliseconds) / 1000
    said = retry_after_s(reply.headers.get("Retry-After"), now=now)
    return error.wait_s if said is None else said
