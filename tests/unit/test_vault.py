"""The vault: what it encrypts opens with its key and in its place, and nowhere else."""

from __future__ import annotations

import base64
import hashlib

import attrs
import pytest

from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import GivenKeys
from domain.jobs.errors import BrokenSettings, Conflict, ServiceUnavailable
from domain.secrets.vault import Place, Sealed
from domain.tenancy import OrganizationId

OLD, NEW = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"old", b"new"))
HERE = Place(organization_id=OrganizationId("ours"), table="secret", row="API_KEY", column="sealed")
TEXT = "sk-planted-äöü-1234567890"


def vault(*keys: str) -> AesGcmVault:
    """Return a vault with these keys, newest first."""
    return AesGcmVault(GivenKeys(where="ANTIPHON_SECRET_KEY", text=",".join(keys)))


@pytest.mark.parametrize(
    "elsewhere",
    [
        attrs.evolve(HERE, organization_id=OrganizationId("theirs")),
        attrs.evolve(HERE, table="webhook"),
        attrs.evolve(HERE, row="OTHER_KEY"),
        attrs.evolve(HERE, column="last_four"),
    ],
    ids=str,
)
def test_a_secret_that_is_copied_elsewhere_does_not_open(elsewhere: Place) -> None:
    """Who can write rows, but has no key, must not get another organization's key used for them."""
    sealed = vault(NEW).encrypt(TEXT, place=HERE)

    with pytest.raises(Conflict, match="copied there from another row"):
        vault(NEW).decrypt(sealed, place=elsewhere)
    assert vault(NEW).decrypt(sealed, place=HERE) == TEXT


def test_places_are_not_confused_by_what_stands_in_names() -> None:
    """With `|` between the parts, `a|b` + `c` and `a` + `b|c` would be one place."""
    one = attrs.evolve(HERE, table="a|b", row="c")
    other = attrs.evolve(HERE, table="a", row="b|c")

    sealed = vault(NEW).encrypt(TEXT, place=one)

    with pytest.raises(Conflict):
        vault(NEW).decrypt(sealed, place=other)


def test_the_same_text_is_never_encrypted_alike() -> None:
    """Equal results would tell that two organizations have the same key, and GCM breaks when a nonce repeats."""
    same = {vault(NEW).encrypt(TEXT, place=HERE) for _ in range(200)}

    assert len(same) == 200


def test_every_changed_character_is_noticed() -> None:
    """A database that was tampered with must not lead to a call with half a key."""
    sealed = vault(NEW).encrypt("x", place=HERE)
    _, key_id, data = sealed.split(".")

    for at in range(len(data)):
        for sign in "A_=é!":
            changed = data[:at] + sign + data[at + 1 :]
            if _raw(changed) == _raw(data):
                continue  # the same sign, or another spelling of the same bytes
            with pytest.raises(Conflict):
                vault(NEW).decrypt(Sealed(f"v1.{key_id}.{changed}"), place=HERE)


@pytest.mark.parametrize("text", ["", "v1", "v2.x.y", "v1.KEY.", "v1.KEY.AAAA", "plain text", "v1.KEY." + "A" * 64])
def test_what_is_no_envelope_is_refused(text: str) -> None:
    """A value that somebody wrote into the column by hand is not taken for a secret."""
    key_id = GivenKeys(where="here", text=NEW).all()[0].id

    with pytest.raises(Conflict):
        vault(NEW).decrypt(Sealed(text.replace("KEY", key_id)), place=HERE)


def test_older_keys_still_open_and_the_newest_one_closes() -> None:
    """A change of the key must not need a moment in which nothing can be read."""
    before = vault(OLD).encrypt(TEXT, place=HERE)
    both = vault(NEW, OLD)

    after = both.encrypt(both.decrypt(before, place=HERE), place=HERE)

    assert not both.is_under_newest_key(before)
    assert both.is_under_newest_key(after)
    assert vault(NEW).decrypt(after, place=HERE) == TEXT


def test_a_missing_key_is_named_and_its_return_helps() -> None:
    """An operator who took the old key away too early must read which one to put back."""
    sealed = vault(OLD).encrypt(TEXT, place=HERE)

    with pytest.raises(ServiceUnavailable, match=sealed.split(".")[1]):
        vault(NEW).decrypt(sealed, place=HERE)


def test_without_a_key_nothing_is_encrypted() -> None:
    """A server without a key says so at the first secret, and what to do; it must not fall back to anything."""
    with pytest.raises(BrokenSettings, match="antiphon secrets make-key"):
        vault().encrypt(TEXT, place=HERE)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("tooshort", "has 6 bytes"),
        ("not!base64", "neither base64 nor hex"),
        (base64.b64encode(b"a" * 32).decode(), "not random"),
        ("0" * 64, "not random"),
        (f"{NEW},{NEW[:-8]}", "key 2 of 2"),
    ],
)
def test_a_bad_key_is_refused_without_being_shown(key: str, problem: str) -> None:
    """A typo in a key must not print the key into a log."""
    with pytest.raises(BrokenSettings, match=problem) as caught:
        vault(key).encrypt(TEXT, place=HERE)
    assert key not in str(caught.value)
    assert NEW not in str(caught.value)


def test_a_key_may_be_written_in_hex() -> None:
    """`openssl rand -hex 32` is what many have in their scripts."""
    as_hex = base64.b64decode(NEW).hex()

    sealed = vault(as_hex).encrypt(TEXT, place=HERE)

    assert vault(NEW).decrypt(sealed, place=HERE) == TEXT


def test_keys_and_vaults_show_nothing_of_themselves() -> None:
    """A repr ends up in logs and tracebacks."""
    keys = GivenKeys(where="ANTIPHON_SECRET_KEY", text=NEW)

    assert NEW not in repr(keys) + repr(keys.all()) + repr(AesGcmVault(keys))
    assert str(base64.b64decode(NEW)) not in repr(keys.all())


def _raw(data: str) -> bytes | None:
    try:
        return base64.b64decode(data, altchars=b"-_", validate=True)
    except ValueError:
        return None
