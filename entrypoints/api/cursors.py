"""
Places in long lists, as their readers hand them back: opaque, and made of the key of the last row seen.

Clients and commands make some of them, too; so nothing here loads what a server is made of.
"""

from __future__ import annotations

import base64
import json

LARGEST_NUMBER = 2**31 - 1
"""What a row's number can be at most; Postgres refuses to compare an integer column with more."""


def cursor(*position: str | int) -> str:
    """Return the cursor of a position: the key of the last row seen."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")
