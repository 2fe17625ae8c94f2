"""Opening the place where a command acts, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.jobs.errors import BrokenSettings, InvalidInput
from entrypoints.places.place import Place
from entrypoints.settings import Settings, read_settings

if TYPE_CHECKING:
    from entrypoints.client import Client


def open_place(*, org: str | None = None) -> Place:
    """
    Return where the command acts: the server that the settings name, or this machine's database.

    *org* names the organization to act in, where it is not the settings' own: who operates a database may choose.

    Raises:
        BrokenSettings: the environment holds settings that can't be used.
        InvalidInput: an organization was named for a server, where the key says which it is.
        NotFound: there is no such organization.
        ServiceUnavailable: this machine's home folder or database can't be used.
    """
    settings = read_settings()
    if not settings.server:
        from entrypoints.local.place import open_local_place

        return open_local_place(settings, org=org)
    if org is not None:
        raise InvalidInput(
            f"--org {org!r}: the key in ANTIPHON_API_KEY belongs to one organization of the server {settings.server}, "
            "and acts there; leave out --org, or use a key of that other organization"
        )
    return open_client(settings)


def open_client(settings: Settings) -> Client:
    """
    Return the client of the server that the settings name.

    Raises:
        BrokenSettings: its address is none, or there is no key to show it.
    """
    from entrypoints.client import Client

    if not settings.server.startswith(("http://", "https://")):
        raise BrokenSettings(
            f"ANTIPHON_SERVER or --server {settings.server!r}: expected https://HOST or http://HOST:PORT"
        )
    if not settings.api_key:
        raise BrokenSettings(
            "ANTIPHON_API_KEY is not set, and the server asks for a key; an administrator there makes one with "
            "`antiphon keys create`"
        )
    return Client(settings.server, key=settings.api_key)
