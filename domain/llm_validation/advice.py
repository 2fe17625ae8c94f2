"""What to do about each class of failure: one sentence that names the thing to change."""

from __future__ import annotations

from collections.abc import Mapping

from domain.jobs.errors import FailureKind
from domain.llm_validation.rung import Rung

_ADVICE: Mapping[FailureKind, str] = {
    FailureKind.AUTHENTICATION: "the key is wrong, or was revoked: make a new one at the provider and store it with "
    "`antiphon secrets set NAME` (or in the environment variable that the API's api_key names)",
    FailureKind.PERMISSION: "the key is known and may not do this: give its project or role the right at the provider, "
    "or use another key",
    FailureKind.QUOTA: "the account has no credit left: add some, or raise its limit, in the provider's billing page",
    FailureKind.RATE_LIMITED: "others use up the account's rate: set the API's limits below what the provider grants, "
    "or have them raised there",
    FailureKind.TIMED_OUT: "there was no answer in time: look at the provider's status page, or give it longer with "
    "--timeout",
    FailureKind.DNS: "look at the host in the API's base_url, and at the name server of this machine",
    FailureKind.TLS: "the certificate must be valid today, be made for this host, and come from an authority that this "
    "machine trusts; for one of your own, add it to the system's authorities (SSL_CERT_FILE)",
    FailureKind.CONNECTION: "look whether the server runs and listens on this port, and whether a firewall stands "
    "between",
    FailureKind.SERVER_ERROR: "the provider has trouble of its own: look at its status page; it is checked again soon",
    FailureKind.CONTENT_FILTERED: "the provider's filter refused a harmless greeting: look at the filter settings of "
    "the model or deployment",
    FailureKind.MODEL_NOT_FOUND: "the model is gone, or this key can't see it: choose another one "
    "(`antiphon llm models NAME --refresh` lists them)",
    FailureKind.CONTEXT_TOO_LONG: "the model takes hardly any text at all: choose another one",
    FailureKind.REFUSED: "the server takes the request for wrong: look whether provider and base_url fit what runs "
    "there",
    FailureKind.BAD_ANSWER: "something else answers there: look whether provider and base_url fit what runs there",
    FailureKind.TOO_LARGE: "something else answers there: look whether provider and base_url fit what runs there",
    FailureKind.BAD_INPUT: "mend what the message names, then check again",
    FailureKind.INTERNAL: "nothing is known about the API itself: check again, and report this if it stays",
}
_IN_PIECES = (
    "something gathers the answer before it is handed on: look for buffering in the proxies before the server "
    "(`proxy_buffering off` in nginx), and whether what runs there can stream at all; runs themselves don't need it"
)
_ELSE = "check again, and look at the provider's status page"


def advice_for(kind: FailureKind, *, rung: Rung) -> str:
    """Return what to do about a failure of this class on this rung."""
    if rung is Rung.CONFIGURATION:
        return "nothing was sent: mend what the message names, then check again"
    if rung is Rung.STREAMING and kind is FailureKind.BAD_ANSWER:
        return _IN_PIECES
    return _ADVICE.get(kind, _ELSE)
