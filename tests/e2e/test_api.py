"""`antiphon api`, as its users have it: a process, a socket, a key."""

from __future__ import annotations

import signal

from tests.api.serving import a_key, client_of, serving
from tests.e2e.command_line import CommandLine


def test_the_api_is_served_and_ends_when_told_to(cli: CommandLine) -> None:
    """A service manager stops it by a signal, and takes any other code than 0 for a crash."""
    with serving(cli) as server:
        assert server.client.get("/v1/jobs").json() == {"items": [], "next": None}
        with client_of(server.url) as nobody:
            assert nobody.get("/v1/jobs").status_code == 401

        server.process.send(signal.SIGTERM)
        assert server.process.wait().code == 0


def test_a_key_opens_what_its_scopes_say_until_it_is_revoked(cli: CommandLine) -> None:
    """Keys are made, used and revoked by different processes, while the server runs; its log shows none."""
    with serving(cli) as server:
        key = a_key(cli, "read")
        with client_of(server.url, key) as reader:
            before = reader.get("/v1/jobs").status_code
            cli.run("keys", "revoke", key)
            after = reader.get("/v1/jobs").status_code

        assert (before, after) == (200, 401)
        assert key[22:] not in server.process.stderr
