"""The HTTP API as its users have it: a server process, asked over a socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import httpx
from attrs import frozen

from domain.tenancy import ALL_SCOPES
from tests.e2e.command_line import PATIENCE_S, CommandLine, Running, wait_until


@frozen(kw_only=True, eq=False)
class Server:
    """A running `antiphon api`, and a client that shows its key."""

    process: Running
    url: str
    client: httpx.Client


def a_key(cli: CommandLine, *scopes: str) -> str:
    """Make a key of the organization that is there from the start, by default for everything."""
    wanted = [word for scope in scopes or sorted(ALL_SCOPES) for word in ("--scope", scope)]
    made = cli.run("keys", "create", "--user", "local@localhost", *wanted)
    assert made.code == 0, made.stderr
    return made.stdout.strip()


def address_in(said: str) -> str:
    """Return the address in what a server has said so far, once its line is whole."""
    found = re.search(r"(http://\S+).*\n", said)
    return found[1] if found else ""


@contextmanager
def serving(cli: CommandLine, **settings: str) -> Iterator[Server]:
    """Yield a server of its own in the command line's home, once it listens; it is killed at the end."""
    with attrs.evolve(cli, settings={**cli.settings, **settings}).started("api", "--port", "0") as process:
        wait_until(lambda: process.has_ended or address_in(process.stderr), what="the server's address")
        assert not process.has_ended, process.stderr
        url = address_in(process.stderr)
        key = a_key(cli)
        with client_of(url, key) as client:
            yield Server(process=process, url=url, client=client)


def client_of(url: str, key: str = "") -> httpx.Client:
    """Return a client that waits for as long as a busy machine may need to answer."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=PATIENCE_S)
