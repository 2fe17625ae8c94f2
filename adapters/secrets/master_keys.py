"""
Where the master keys come from: the settings, a file, or, on a machine of one's own, a file made at first need.

Several keys may be given, the newest first: it encrypts, all of them decrypt. A key's id is a part of its hash, so that
an operator can tell keys apart without seeing them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attrs import field, frozen

from domain.jobs.errors import BrokenSettings

KEY_BYTES = 32
MAKE_ONE = "make one with `antiphon secrets make-key`"
_FEWEST_DISTINCT = 12
"""32 random bytes have fewer different ones with a chance below 1e-12: this finds `aaaa...`, not bad luck."""


@frozen(kw_only=True)
class MasterKey:
    """One key; *id* is public."""

    id: str
    secret: bytes = field(repr=False)


class MasterKeys(Protocol):
    """The keys, newest first; read anew at each call."""

    @property
    def where(self) -> str:
        """Return where an operator sets them, for messages."""

    def all(self) -> Sequence[MasterKey]:
        """
        Return the keys; none where none are set.

        Raises:
            BrokenSettings: what is there is no key.
        """

    def for_encryption(self) -> MasterKey:
        """
        Return the newest key.

        Raises:
            BrokenSettings: there is none, or what is there is no key.
        """


@frozen(kw_only=True)
class GivenKeys:
    """Keys in a text: the value of a setting."""

    where: str
    _text: str = field(repr=False)

    def all(self) -> Sequence[MasterKey]:
        """Return the keys that the text holds."""
        return read_keys(self._text, where=self.where)

    def for_encryption(self) -> MasterKey:
        """Return the first of them."""
        return first_of(self.all(), where=self.where)


@frozen(kw_only=True)
class KeyFile:
    """Keys in a file that somebody else keeps: a mounted secret of the machine."""

    where: str
    path: Path

    def all(self) -> Sequence[MasterKey]:
        """Return the keys that the file holds now."""
        try:
            text = self.path.read_text(encoding="ascii")
        except (OSError, ValueError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is not plain text"
            raise BrokenSettings(f"{self.where}: the file {self.path} can't be read ({reason})") from exc
        return read_keys(text, where=self.where)

    def for_encryption(self) -> MasterKey:
        """Return the first of them."""
        return first_of(self.all(), where=self.where)


def new_key() -> str:
    """Return a new master key as it is written down: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(text: str, *, where: str) -> list[MasterKey]:
    """
    Return the keys in a text, in its order; they stand between commas, spaces or line breaks.

    Raises:
        BrokenSettings: one is not 32 random bytes in base64 or hex; the message holds nothing of it.
    """
    words = text.replace(",", " ").split()
    return [_key(word, name=f"{where}: key {no} of {len(words)}") for no, word in enumerate(words, start=1)]


def first_of(keys: Sequence[MasterKey], *, where: str) -> MasterKey:
    """
    Return the newest key.

    Raises:
        BrokenSettings: there is none.
    """
    if not keys:
        raise BrokenSettings(
            f"secrets can't be stored: there is no master key to encrypt them with; set {where} to 32 random bytes "
            f"in base64 ({MAKE_ONE}), the same for every process of this installation"
        )
    return keys[0]


def _key(word: str, *, name: str) -> MasterKey:
    raw = _decoded(word)
    if raw is None or len(raw) != KEY_BYTES:
        found = "is neither base64 nor hex" if raw is None else f"has {len(raw)} bytes"
        raise BrokenSettings(f"{name} (not shown) {found}; expected {KEY_BYTES} random bytes; {MAKE_ONE}")
    if len(set(raw)) < _FEWEST_DISTINCT:
        raise BrokenSettings(f"{name} (not shown) is not random; {MAKE_ONE}")
    return MasterKey(id=hashlib.sha256(b"antiphon master key\n" + raw).hexdigest()[:12], secret=raw)


def _decoded(word: str) -> bytes | None:
    try:
        if len(word) == 2 * KEY_BYTES:
            return bytes.fromhex(word)
        plain = word.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
