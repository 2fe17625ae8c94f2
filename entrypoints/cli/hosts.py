"""Opening the place where a command acts, as the settings say."""

from __future__ import annotations

from entrypoints.cli.host import Host
from entrypoints.cli.local_host import LocalHost
from entrypoints.cli.opening import open_antiphon
from entrypoints.settings import Settings, read_settings


def open_host(settings: Settings | None = None) -> Host:
    """
    Return where the command acts: the server that the settings name, or this machine.

    Raises:
        BrokenSettings: the environment holds settings that can't be used.
        ServiceUnavailable: this machine's home folder or database can't be used.
    """
    chosen = settings or read_settings()
    if not chosen.server:
        return LocalHost(open_antiphon(chosen))
    from entrypoints.cli.server_host import open_server

    return open_server(chosen)
