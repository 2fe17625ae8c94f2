"""Signatures of webhooks: the convention's own vector, what a receiver must refuse, and that a copy works by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.notifications import signature
from domain.notifications.signature import ID, SIGNATURE, TIMESTAMP, WrongSignature, signed_headers, verify
from domain.notifications.signing import new_secret

# The vector that the libraries of the Standard Webhooks convention are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = 1614265330
HEADERS = {
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "Webhook-Timestamp": str(AT),
    "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_the_conventions_own_message_is_signed_and_verified_as_everybody_does() -> None:
    """A receiver uses a library it has; what we send must be what that library expects."""
    signed = signed_headers(BODY, message_id=HEADERS["Webhook-Id"], timestamp=AT, secrets=[SECRET])

    assert signed == {name.lower(): value for name, value in HEADERS.items()}
    assert verify(BODY, HEADERS, secret=SECRET, now=AT) == HEADERS["Webhook-Id"]


@given(
    body=st.binary(max_size=200),
    at=st.integers(min_value=1, max_value=2**33),
    message_id=st.text(alphabet="abc_019", min_size=1, max_size=20),
)
def test_what_was_signed_is_verified_with_any_of_its_secrets(body: bytes, at: int, message_id: str) -> None:
    """While a secret changes, receivers with the old one and with the new one must both be served."""
    old, new = new_secret(), new_secret()

    headers = signed_headers(body, message_id=message_id, timestamp=at, secrets=[new, old])

    assert verify(body, headers, secret=old, now=at) == verify(body, headers, secret=new, now=at) == message_id
    with pytest.raises(WrongSignature, match="no signature"):
        verify(body + b" ", headers, secret=new, now=at)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ID, "msg_other"),
        (TIMESTAMP, str(AT + 1)),
        (SIGNATURE, "v1,AAAA"),
        (SIGNATURE, HEADERS["Webhook-Signature"].replace("v1,", "v2,")),
        (SIGNATURE, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        (SIGNATURE, "v1,\u00e9"),
    ],
)
def test_a_message_that_was_changed_is_refused(name: str, value: str) -> None:
    """Id and time are signed with the body: neither can be exchanged to have a message taken for another one."""
    headers = {**{key.lower(): text for key, text in HEADERS.items()}, name: value}

    with pytest.raises(WrongSignature, match="no signature"):
        verify(BODY, headers, secret=SECRET, now=AT)


@pytest.mark.parametrize("off_s", [-301, 301])
def test_a_message_that_was_recorded_can_not_be_replayed_later(off_s: int) -> None:
    """Who can read one message must not be able to send it again tomorrow."""
    assert verify(BODY, HEADERS, secret=SECRET, now=AT + off_s // 301 * 300)

    with pytest.raises(WrongSignature, match="300 s off"):
        verify(BODY, HEADERS, secret=SECRET, now=AT + off_s)


@pytest.mark.parametrize("missing", list(HEADERS))
def test_a_missing_header_is_named(missing: str) -> None:
    """A proxy that drops headers must not look like an attack."""
    headers = {name: value for name, value in HEADERS.items() if name != missing}

    with pytest.raises(WrongSignature, match=f"{missing.lower()} is missing"):
        verify(BODY, headers, secret=SECRET, now=AT)


@pytest.mark.parametrize("timestamp", ["soon", "-5", "1e9", "\u0661\u0662", "9" * 40])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    """Whatever stands there, the receiver answers with a refusal and not with an error of its own."""
    with pytest.raises(WrongSignature, match="not a number"):
        verify(BODY, {**HEADERS, "Webhook-Timestamp": timestamp}, secret=SECRET, now=AT)


def test_a_secret_that_was_copied_wrongly_is_named_and_not_shown() -> None:
    """The receiver's log must not hold it."""
    with pytest.raises(ValueError, match="not base64") as refused:
        verify(BODY, HEADERS, secret="whsec_not base64!", now=AT)

    assert "not base64!" not in str(refused.value)


def test_the_file_can_be_copied_into_a_receiver_as_it_is() -> None:
    """That is what the documentation says; it must need nothing of ours, and no package."""
    source = Path(signature.__file__).read_text(encoding="utf-8")
    modules = {
        line.split()[1].partition(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
    }

    assert modules <= set(sys.stdlib_module_names)
    copied: dict[str, object] = {}
    exec(compile(source, "verify.py", "exec"), copied)
    assert callable(copied["verify"])
