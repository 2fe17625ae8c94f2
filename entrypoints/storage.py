"""Where a process keeps things: its home folder, and the database that its settings name."""

from __future__ import annotations

from sqlalchemy import Engine

from adapters.database.engine import make_engine
from domain.jobs.errors import BrokenSettings, ServiceUnavailable
from entrypoints.settings import Settings


def owner_engine(settings: Settings, engine: Engine) -> Engine:
    """
    Return the engine to change tables with: as their owner, where the settings name one, else *engine* itself.

    Raises:
        BrokenSettings: the owner's URL can't be used, or names another database than the one in use.
    """
    if not settings.owner_database_url:
        return engine
    owner = engine_of(settings.owner_database_url, variable="ANTIPHON_OWNER_DATABASE_URL")
    if owner.url.database != engine.url.database:
        raise BrokenSettings(
            f"ANTIPHON_OWNER_DATABASE_URL names the database {owner.url.database!r}, and ANTIPHON_DATABASE_URL "
            f"{engine.url.database!r}; both must name the same one, each with its own user"
        )
    return owner


def engine_of(url: str, *, variable: str = "ANTIPHON_DATABASE_URL") -> Engine:
    """
    Return an engine for the URL; messages name the *variable* that it is from.

    Raises:
        BrokenSettings: the URL can't be used.
    """
    try:
        return make_engine(url, pool_size=16)
    except BrokenSettings as exc:
        raise BrokenSettings(f"{variable}: {exc}") from exc


def make_home(settings: Settings) -> None:
    """
    Make the home folder.

    Raises:
        ServiceUnavailable: it can't be made.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ServiceUnavailable(
            f"the home folder {settings.home} can't be made ({exc.strerror}); set ANTIPHON_HOME to a folder that can"
        ) from exc
