"""What `antiphon secrets` asks of where it acts; nobody gives a value back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from entrypoints.api.documents.secrets import SecretDocument


class Secrets(Protocol):
    """The keys and passwords that an organization's targets and models name."""

    def all(self) -> Iterable[SecretDocument]:
        """Return the secrets, by name."""

    def put(self, name: str, value: str) -> SecretDocument:
        """
        Store a secret under a name, in place of an earlier one.

        Raises:
            InvalidInput: nothing can be called so, or kept so.
        """

    def delete(self, name: str) -> None:
        """
        Forget a secret.

        Raises:
            NotFound: there is none of this name.
        """
