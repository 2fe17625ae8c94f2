"""Settings that can each be right, and not together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrypoints.settings import Settings


def half_a_server(settings: Settings) -> list[str]:
    """Return what is wrong with a broker that workers elsewhere reach, and a database that they do not."""
    if settings.is_embedded or (settings.database_url and not settings.database_url.startswith("sqlite")):
        return []
    found = "names a SQLite file" if settings.database_url else "is not set"
    return [f"ANTIPHON_DATABASE_URL {found}, but ANTIPHON_BROKER_URL is set: workers elsewhere can't see this "
            "machine's file; set it to postgresql://USER:PASSWORD@HOST/NAME, or unset ANTIPHON_BROKER_URL"]  # fmt: skip


def two_keys(settings: Settings) -> list[str]:
    """Return what is wrong with two master keys."""
    if not (settings.secret_key and settings.secret_key_file):
        return []
    return [
        "ANTIPHON_SECRET_KEY and ANTIPHON_SECRET_KEY_FILE are both set; unset one, so that it is clear which counts"
    ]
