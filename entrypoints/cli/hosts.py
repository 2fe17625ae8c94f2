"""Opening the place where a command acts, as the settings say: what it asks there, and where its jobs are driven."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from entrypoints.cli.acting import ORG
from entrypoints.cli.host import Host
from entrypoints.cli.local_host import LocalHost
from entrypoints.cli.opening import open_antiphon
from entrypoints.places.opening import open_place
from entrypoints.places.place import Place
from entrypoints.settings import Settings, read_settings

F = TypeVar("F", bound=Callable[..., Any])


def open_host(settings: Settings | None = None, *, org: str | None = None) -> Host:
    """
    Return where the command acts: the server that the settings name, or this machine.

    *org* names the organization to act in, where it is not the settings' own, as `open_place` has it.

    Raises:
        BrokenSettings: the environment holds settings that can't be used.
        InvalidInput: an organization was named for a server, where the key says which it is.
        NotFound: there is no such organization.
        ServiceUnavailable: this machine's home folder or database can't be used.
    """
    if org is not None:
        return open_both(org=org)[1]
    chosen = settings or read_settings()
    if not chosen.server:
        return LocalHost(open_antiphon(chosen))
    from entrypoints.cli.server_host import open_server

    return open_server(chosen)


def open_both(*, org: str | None) -> tuple[Place, Host]:
    """Return the place to ask, and the host that brings its jobs to their end. Raises as `open_host`."""
    from entrypoints.local.place import LocalPlace

    place = open_place(org=org)
    if isinstance(place, LocalPlace):
        return place, LocalHost(attrs.evolve(place.antiphon, tenant=place.tenant))
    return place, open_host()


def at_place_and_host(command: F) -> F:
    """Add --org, and hand over the `place` to ask and the `host` of its jobs."""

    @functools.wraps(command)
    def with_both(*args: Any, org: str | None, **rest: Any) -> Any:
        place, host = open_both(org=org)
        return command(*args, place=place, host=host, **rest)

    wrapped: Any = ORG(with_both)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given
