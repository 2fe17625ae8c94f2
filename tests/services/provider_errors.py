"""The errors of the providers' APIs, each in its own words, by the kind of failure that it must become."""

from __future__ import annotations

import json

from tests.services.http_server import reply


def _error(status: str, body: object, *, headers: str = "") -> bytes:
    return reply(json.dumps(body), status=status, headers=headers)


def _openai_error(status: str, code: str | None, message: str, *, kind: str = "x", headers: str = "") -> bytes:
    return _error(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers=headers)


OPENAI = {
    "authentication": _openai_error("401 Unauthorized", "invalid_api_key", "Incorrect API key provided"),
    "permission": _openai_error("403 Forbidden", "unsupported_country_region_territory", "not supported"),
    "quota": _openai_error("429 Too Many", "insufficient_quota", "You exceeded your current quota"),
    "rate_limited": _openai_error(
        "429 Too Many", "rate_limit_exceeded", "Rate limit reached", headers="retry-after-ms: 1500\r\n"
    ),
    "server_error": _openai_error("503 Unavailable", None, "overloaded", headers="Retry-After: 2\r\n"),
    "content_filtered": _openai_error("400 Bad", "content_policy_violation", "not allowed"),
    "context_too_long": _openai_error("400 Bad", "context_length_exceeded", "maximum context length is 8192 tokens"),
    "model_not_found": _openai_error("404 Not Found", "model_not_found", "The model `m` does not exist"),
    "refused": _openai_error("400 Bad", "invalid_value", "temperature is too high"),
}


def _azure_error(status: str, code: str, message: str, **more: object) -> bytes:
    return _error(status, {"error": {"code": code, "message": message, **more}})


_FILTERED = {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": True}}}


AZURE = {
    **OPENAI,
    "authentication": _azure_error("401 Denied", "401", "Access denied due to invalid subscription key"),
    "rate_limited": _error(
        "429 Too Many", {"error": {"code": "429", "message": "Requests have exceeded"}}, headers="Retry-After: 1.5\r\n"
    ),
    "content_filtered": _azure_error("400 Bad", "content_filter", "The response was filtered", innererror=_FILTERED),
    "model_not_found": _azure_error("404 None", "DeploymentNotFound", "The API deployment does not exist"),
}


def _anthropic_error(status: str, kind: str, message: str, *, headers: str = "") -> bytes:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return _error(status, body, headers=headers)


ANTHROPIC = {
    "authentication": _anthropic_error("401 Unauthorized", "authentication_error", "invalid x-api-key"),
    "permission": _anthropic_error("403 Forbidden", "permission_error", "no permission"),
    "quota": _anthropic_error("400 Bad", "invalid_request_error", "Your credit balance is too low to access the API"),
    "rate_limited": _anthropic_error("429 Too Many", "rate_limit_error", "slow", headers="retry-after: 1.5\r\n"),
    "server_error": _anthropic_error("529 Overloaded", "overloaded_error", "Overloaded", headers="retry-after: 2\r\n"),
    "context_too_long": _anthropic_error(
        "400 Bad", "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"
    ),
    "model_not_found": _anthropic_error("404 Not Found", "not_found_error", "model: m"),
    "refused": _anthropic_error("400 Bad", "invalid_request_error", "max_tokens: must be positive"),
}


def _google_error(status: str, code: int, name: str, message: str, *details: object) -> bytes:
    return _error(status, {"error": {"code": code, "message": message, "status": name, "details": list(details)}})


_RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}


_PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}


GOOGLE = {
    "authentication": _google_error(
        "400 Bad", 400, "INVALID_ARGUMENT", "API key not valid.", {"reason": "API_KEY_INVALID"}
    ),
    "permission": _google_error("403 Forbidden", 403, "PERMISSION_DENIED", "no permission"),
    "quota": _google_error("429 Too Many", 429, "RESOURCE_EXHAUSTED", "a day", _PER_DAY, _RETRY),
    "rate_limited": _google_error("429 Too Many", 429, "RESOURCE_EXHAUSTED", "a minute", _RETRY),
    "server_error": reply(
        json.dumps({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}),
        status="503 Unavailable",
        headers="Retry-After: 2\r\n",
    ),
    "context_too_long": _google_error(
        "400 Bad", 400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)"
    ),
    "model_not_found": _google_error("404 Not Found", 404, "NOT_FOUND", "models/m is not found for API version v1beta"),
    "refused": _google_error("400 Bad", 400, "INVALID_ARGUMENT", "temperature out of range"),
}


OLLAMA = {
    "server_error": _error("503 Busy", {"error": "server busy"}, headers="Retry-After: 2\r\n"),
    "model_not_found": _error("404 Not Found", {"error": "model 'm' not found"}),
    "refused": _error("400 Bad", {"error": "invalid options"}),
}
