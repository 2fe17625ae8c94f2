"""
Where commands act: at a server, over its HTTP API, or beside this machine's database.

A command asks this protocol, and never knows which of the two it has. Both answer with the API's own documents, so what
`--json` prints is the same from either.
"""

from __future__ import annotations

from typing import Protocol

from entrypoints.places.keys import Keys


class Place(Protocol):
    """One organization, as whoever holds a key of it, or operates its database, may see and change it."""

    @property
    def keys(self) -> Keys:
        """Its API keys."""
