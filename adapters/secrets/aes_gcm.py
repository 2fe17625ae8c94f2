"""
AES-256-GCM (NIST SP 800-38D) as the vault: an envelope says its format and its key, and the place is associated data.

An envelope is `v1.KEY.DATA`: the id of the master key, and, in base64, 12 random bytes of nonce and the ciphertext with
its tag. Format, key id and place are authenticated with it. Fernet has no associated data: what it encrypted opens in
any row it is copied to.

Random nonces of 96 bits are safe for 2**32 encryptions under one key; an installation has some thousands of secrets.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from attrs import frozen

from adapters.secrets.master_keys import MasterKey, MasterKeys
from domain.jobs.errors import Conflict, ServiceUnavailable
from domain.secrets.vault import Place, Sealed

_FORMAT = "v1"
_NONCE_BYTES = 12


@frozen
class AesGcmVault:
    """The `Vault` port; the keys are asked for at each use, so that a new one counts without a restart."""

    _keys: MasterKeys

    def encrypt(self, text: str, *, place: Place) -> Sealed:
        """Return *text* encrypted under the newest key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key, nonce = self._keys.for_encryption(), secrets.token_bytes(_NONCE_BYTES)
        head = f"{_FORMAT}.{key.id}"
        data = AESGCM(key.secret).encrypt(nonce, text.encode(), _associated(head, place))
        return Sealed(f"{head}.{base64.urlsafe_b64encode(nonce + data).decode()}")

    def decrypt(self, sealed: Sealed, *, place: Place) -> str:
        """Return what was encrypted for this very place."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        head, _, data = sealed.rpartition(".")
        key = self._key_of(head, place=place)
        try:
            raw = base64.b64decode(data, altchars=b"-_", validate=True)
            text = AESGCM(key.secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _associated(head, place))
        except (InvalidTag, binascii.Error, ValueError):
            text = None
        if text is None:  # outside the handler: no traceback holds what was tried
            raise _changed(place)
        return text.decode()

    def is_under_newest_key(self, sealed: Sealed) -> bool:
        """Return whether the envelope names the newest key."""
        return sealed.startswith(f"{_FORMAT}.{self._keys.for_encryption().id}.")

    def _key_of(self, head: str, *, place: Place) -> MasterKey:
        form, _, key_id = head.partition(".")
        if form != _FORMAT:
            raise _changed(place)
        keys = self._keys.all()
        for key in keys:
            if key.id == key_id:
                return key
        raise ServiceUnavailable(
            f"the {place} was encrypted under the master key {key_id[:16]!r}, and the keys here are "
            f"{', '.join(key.id for key in keys) or 'none'}; add it to {self._keys.where}"
        )


def _associated(head: str, place: Place) -> bytes:
    return head.encode() + b"\n" + place.to_bytes()


def _changed(place: Place) -> Conflict:
    return Conflict(f"the {place} can't be decrypted: it was changed, or copied there from another row; set it again")
