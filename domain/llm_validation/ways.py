"""What a check needs of the network below HTTP: the way to an address, step by step, so that each can be timed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Way(Protocol):
    """
    The way to one address; the steps are walked once, in this order. Each says what was found, for people.

    Raises (each step):
        TransientFailure, PermanentFailure: dns, connection, tls, timed_out; bad_input where the host leads to an
            address that may not be called.
    """

    def look_up(self, *, deadline_s: float) -> str:
        """Look the host's name up, and judge what it leads to. The system's look-up can't be bounded in time."""

    def connect(self, *, deadline_s: float) -> str:
        """Connect to the first address that answers."""

    def shake_hands(self, *, deadline_s: float) -> str | None:
        """Begin TLS; None where the address does not ask for it."""

    def close(self) -> None:
        """Hang up."""


class Ways(Protocol):
    """Opens ways."""

    def with_environment(self, environment: Mapping[str, str]) -> Ways:
        """Return what opens ways with *environment* as that what `${NAME}` in an address stands for."""

    def open(self, address: str) -> Way:
        """
        Return the way to the host of *address*; nothing is sent yet.

        Raises:
            InvalidInput: it is no URL, names an unset variable, or an address that may not be called.
        """
