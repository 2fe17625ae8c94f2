"""
Signatures of webhooks, by the Standard Webhooks conventions (standardwebhooks.com): libraries for receivers exist in
most languages, and this module is one for Python that needs nothing but its standard library.

A receiver may copy the file as it is, and call `verify` with the body exactly as it came. It imports nothing of
Antiphon for that reason.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SECRET_PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far a message's time may be off: a recorded message can't be replayed later than that."""


class WrongSignature(ValueError):
    """The message does not come from who holds the secret, or it is too old; the text says which."""


def signed_headers(body: bytes, *, message_id: str, timestamp: int, secrets: Iterable[str]) -> dict[str, str]:
    """
    Return the three headers of a message: one signature for each secret, so that a secret can change without a gap.

    A signature is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; *timestamp* is in seconds since 1970.
    """
    signatures = [f"v1,{_signature(body, message_id, str(timestamp), secret)}" for secret in secrets]
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: float, tolerance_s: int = TOLERANCE_S) -> str:
    """
    Return the message's id, by which a repetition is known, if the message is genuine and of now.

    *headers* as any framework gives them: the case of their names does not matter. *now*: `time.time()`.

    Raises:
        WrongSignature: a header is missing, the time is off by more than *tolerance_s*, or no signature is right.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if missing := [name for name in (ID, TIMESTAMP, SIGNATURE) if not given.get(name)]:
        raise WrongSignature(f"the header {missing[0]} is missing")
    message_id, timestamp = given[ID], given[TIMESTAMP]
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        raise WrongSignature(f"{TIMESTAMP} is not a number of seconds since 1970")
    if abs(now - int(timestamp)) > tolerance_s:
        raise WrongSignature(f"{TIMESTAMP} is more than {tolerance_s} s off: replayed, or a clock is wrong")
    expected = _signature(body, message_id, timestamp, secret)
    for signature in given[SIGNATURE].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value.encode(), expected.encode()):
            return message_id
    raise WrongSignature("no signature in the message is that of the secret")


def _signature(body: bytes, message_id: str, timestamp: str, secret: str) -> str:
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"the secret is not base64 behind {SECRET_PREFIX!r}; take it as it was printed") from None
