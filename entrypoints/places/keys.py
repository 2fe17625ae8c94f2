"""What `antiphon keys` asks of where it acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.organizations import IssuedKeyDocument, KeyDocument, NewKey, Rotation


class Keys(Protocol):
    """The API keys of one organization; they are named by prefix or id."""

    def all(self) -> Iterable[KeyDocument]:
        """Return the keys, the newest first, revoked and expired ones too."""

    def create(self, words: NewKey) -> IssuedKeyDocument:
        """
        Make a key for a member; its text is in the answer, and nowhere else ever again.

        Raises:
            InvalidInput: no such scope, or more than the member's role may do.
            Forbidden: more than the caller may do.
            NotFound: no member has the address.
        """

    def revoke(self, key: str) -> KeyDocument:
        """
        Let a key open nothing from now on.

        Raises:
            NotFound: there is no such key in this organization.
        """

    def rotate(self, key: str, words: Rotation) -> IssuedKeyDocument:
        """
        Make a key in place of another one, which opens nothing when the grace is over.

        Raises:
            Forbidden: the key may do more than the caller.
            NotFound: there is no such key in this organization.
            Conflict: it is not active.
        """
