"""Opening Antiphon for a command: settings read, logs set up, everything plugged together, the database ready."""

from __future__ import annotations

from entrypoints.container import Antiphon, build, ready_database
from entrypoints.logs import set_up_logs
from entrypoints.settings import Settings, read_settings


def open_antiphon(settings: Settings | None = None) -> Antiphon:
    """
    Return Antiphon, ready to be used.

    Raises:
        BrokenSettings: the environment holds settings that can't be used.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    chosen = settings or read_settings()
    set_up_logs(chosen.log_level, form=chosen.log_format)
    antiphon = build(chosen)
    ready_database(antiphon)
    return antiphon
