"""
Encrypting what nobody may read in a database, bound to the place where it stands.

Whoever can write to the database, but has not the key, must not be able to move one organization's secret into another
organization's row and have it used there. So what is encrypted opens in its own place only.
"""

from __future__ import annotations

import json
from typing import NewType, Protocol

from attrs import frozen

from domain.tenancy import OrganizationId

Sealed = NewType("Sealed", str)
"""A text that a vault has encrypted: printable, and says itself under which key."""


@frozen(kw_only=True)
class Place:
    """Where an encrypted text stands: one column of one row of one organization."""

    organization_id: OrganizationId
    table: str
    row: str
    column: str

    def to_bytes(self) -> bytes:
        """Return the place as bytes that no other place has: as JSON, since a name may hold any separator."""
        return json.dumps([self.organization_id, self.table, self.row, self.column]).encode()

    def __str__(self) -> str:
        return f"{self.table}.{self.column} of {self.row!r}"


class Vault(Protocol):
    """Encrypts and decrypts; needs a master key only once there is something to do."""

    def encrypt(self, text: str, *, place: Place) -> Sealed:
        """
        Return *text* encrypted under the newest master key; twice the same text gives two different results.

        Raises:
            BrokenSettings: there is no master key, or one that can't be used.
        """

    def decrypt(self, sealed: Sealed, *, place: Place) -> str:
        """
        Return what was encrypted for this very place.

        Raises:
            ServiceUnavailable: the master key it was encrypted under is not here.
            Conflict: it was changed, or encrypted for another place.
            BrokenSettings: there is no master key, or one that can't be used.
        """

    def is_under_newest_key(self, sealed: Sealed) -> bool:
        """
        Return whether nothing is to be done for *sealed* after a change of the master key.

        Raises:
            BrokenSettings: there is no master key, or one that can't be used.
        """
