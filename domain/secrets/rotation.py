"""
Changing the master key: everything is encrypted anew under the newest one, page by page.

It may be stopped at any time and begun again: what is under the newest key is left as it is. Everything stays readable
meanwhile, as long as the older keys are given, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import define, frozen

from domain.secrets.ports import SealedCell, SealedColumn
from domain.secrets.vault import Vault

PAGE = 200


@define(kw_only=True)
class Rotated:
    """How many encrypted texts were looked at, and how many of them are under the newest key only now."""

    looked_at: int = 0
    changed: int = 0


@frozen(kw_only=True)
class Rotation:
    """Encrypts every column anew."""

    columns: Sequence[SealedColumn]
    vault: Vault
    page: int = PAGE

    def run(self) -> Rotated:
        """
        Bring everything under the newest key; return how much it was.

        What somebody else writes meanwhile is under the newest key already, and is left.

        Raises:
            ServiceUnavailable: a text is under a key that is not here; what was done so far stays done.
            Conflict: a text can't be decrypted; it is named, and what was done so far stays done.
        """
        rotated = Rotated()
        for column in self.columns:
            for cell in self._cells(column):
                rotated.looked_at += 1
                rotated.changed += self._renew(column, cell)
        return rotated

    def _renew(self, column: SealedColumn, cell: SealedCell) -> bool:
        if self.vault.is_under_newest_key(cell.sealed):
            return False
        text = self.vault.decrypt(cell.sealed, place=cell.place)
        return column.replace(cell, self.vault.encrypt(text, place=cell.place))

    def _cells(self, column: SealedColumn) -> Iterator[SealedCell]:
        after = None
        while cells := column.page(after=after, limit=self.page):
            yield from cells
            after = cells[-1].place
