"""
The key file of a machine of one's own: made in the home folder when the first secret is stored, for its owner only.

It protects copies of the database file, and backups of it without the key; it can't protect from somebody who reads the
home folder.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from adapters.secrets.master_keys import MasterKey, first_of, new_key, read_keys
from domain.jobs.errors import BrokenSettings

_OWNER_ONLY = 0o600


@frozen(kw_only=True)
class OwnKeyFile:
    """`MasterKeys` in a file of our own, which several commands may want to make at once."""

    path: Path

    @property
    def where(self) -> str:
        """The file."""
        return f"the key file {self.path}"

    def all(self) -> Sequence[MasterKey]:
        """Return the keys that the file holds now; none where there is no file."""
        try:
            if os.name == "posix" and self.path.stat().st_mode & 0o077:
                raise BrokenSettings(f"{self.where} may be read by others; run: chmod 600 {self.path}")
            return read_keys(self.path.read_text(encoding="ascii"), where=self.where)
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as exc:
            raise BrokenSettings(f"{self.where} can't be read ({exc}); restore it from a backup") from exc

    def for_encryption(self) -> MasterKey:
        """Return the newest key; the file is made if there is none."""
        if not self.path.exists():
            self._make()
        return first_of(self.all(), where=self.where)

    def add_newest(self) -> None:
        """Put a new key before those that are there."""
        kept = self.path.read_text(encoding="ascii") if self.all() else ""
        self._replace(f"{new_key()}\n{kept}")

    def forget_older(self) -> None:
        """Keep the newest key only: what is under another can't be read from here on."""
        newest = self.path.read_text(encoding="ascii").split()[0]
        self._replace(f"{newest}\n")

    def _make(self) -> None:
        written = self._written(f"{new_key()}\n")
        try:
            with suppress(FileExistsError):  # another command was quicker: its key counts
                self.path.hardlink_to(written)
        except OSError as exc:
            raise BrokenSettings(f"{self.where} can't be made ({exc.strerror})") from exc
        finally:
            written.unlink()

    def _replace(self, text: str) -> None:
        self._written(text).replace(self.path)

    def _written(self, text: str) -> Path:
        path = self.path.with_name(f"{self.path.name}.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as exc:
            raise BrokenSettings(f"{self.where} can't be written ({exc.strerror})") from exc
        return path
