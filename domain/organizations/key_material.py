"""
The text of an API key, and what is stored of it.

A key reads `antiphon_PREFIX_SECRET`. The prefix (60 random bits) finds its row and may be shown; the secret (256 random
bits) is told once and kept nowhere: the row holds its HMAC-SHA256 (RFC 2104). A secret that nobody can guess needs no
slow hash: argon2 took 300 ms a request, this takes microseconds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from attrs import field, frozen

MARK = "antiphon"
"""Every key begins so, and programs that look for leaked keys can tell one."""

_PREFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PREFIX_LENGTH = 12
_PREFIX = re.compile(rf"{MARK}_[a-z2-7]{{{_PREFIX_LENGTH}}}")
_FORM = re.compile(rf"({_PREFIX.pattern})_([A-Za-z0-9_-]{{43}})")
_NOBODY = "0" * 64
_DERIVED_FOR = b"antiphon api keys"
_WITHOUT = ""


@frozen(kw_only=True)
class KeyText:
    """A key in its two parts."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def whole(self) -> str:
        """The key as its owner has it."""
        return f"{self.prefix}_{self.secret}"


@frozen(kw_only=True)
class Seal:
    """What a row keeps of a secret: its digest, and the id of the pepper it was made with (empty: none)."""

    digest: str = field(repr=False)
    pepper_id: str = _WITHOUT


def new_key_text() -> KeyText:
    """Return a key nobody has had before, nor will guess."""
    prefix = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(_PREFIX_LENGTH))
    return KeyText(prefix=f"{MARK}_{prefix}", secret=secrets.token_urlsafe(32))


def key_text(presented: str) -> KeyText | None:
    """Return the key in *presented*; None when it is none."""
    found = _FORM.fullmatch(presented)
    return KeyText(prefix=found[1], secret=found[2]) if found else None


def without_secret(words: str) -> str:
    """Return the prefix, where *words* begin with one: people paste whole keys, and no message may repeat those."""
    found = _PREFIX.match(words)
    return found[0] if found else words


@frozen(kw_only=True)
class Peppers:
    """
    The server's own secrets that digests are made with, by their ids, the *newest* one's among them.

    Whoever steals the database and not these can't even check a guess. Without any, a digest is one under a constant
    that everybody knows.
    """

    newest: str = _WITHOUT
    known: Mapping[str, bytes] = field(factory=dict, repr=False)

    @classmethod
    def of(cls, *master_keys: bytes) -> Peppers:
        """Return what is derived from the master keys, the newest first; none when there are none."""
        derived = [_mac(key, _DERIVED_FOR) for key in master_keys]
        known = {_mac(pepper, b"id").hex()[:16]: pepper for pepper in derived}
        return cls(newest=next(iter(known), _WITHOUT), known=known)

    def seal(self, secret: str) -> Seal:
        """Return what to store of a secret."""
        return Seal(digest=self._digest(self.newest, secret), pepper_id=self.newest)

    def fits(self, secret: str, seal: Seal | None) -> bool:
        """
        Return whether *seal* is that of *secret*, in the same time whatever differs.

        Without a seal, or with one of a pepper that is not known any more, the answer takes as long, and is no.
        """
        known = seal is not None and self.knows(seal)
        digest = self._digest(seal.pepper_id if seal and known else self.newest, secret)
        same = hmac.compare_digest(digest, seal.digest if seal and known else _NOBODY)
        return same and known

    def knows(self, seal: Seal) -> bool:
        """Return whether secrets can be compared with *seal*: its pepper may be gone."""
        return seal.pepper_id == _WITHOUT or seal.pepper_id in self.known

    def _digest(self, pepper_id: str, secret: str) -> str:
        return _mac(self.known.get(pepper_id, _DERIVED_FOR), secret.encode()).hex()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
