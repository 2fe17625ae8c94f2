"""`antiphon api`, as its users have it: a process, a socket, a key."""

from __future__ import annotations

import signal

import httpx

from tests.api.serving import serving
from tests.e2e.command_line import CommandLine


def test_the_api_is_served_and_ends_when_told_to(cli: CommandLine) -> None:
    """A service manager stops it by a signal, and takes any other code than 0 for a crash."""
    with serving(cli) as server:
        assert server.client.get("/v1/jobs").json() == {"items": [], "next": None}
        assert httpx.get(f"{server.url}/v1/jobs", trust_env=False).status_code == 401

        server.process.send(signal.SIGTERM)
        assert server.process.wait().code == 0


def test_the_key_of_the_one_user_is_nobody_elses_to_read(cli: CommandLine) -> None:
    """It opens everything; other accounts of the machine must not see it, nor the log of the server show it."""
    with serving(cli) as server:
        file = cli.home / "api-key"

        assert file.stat().st_mode & 0o077 == 0
        assert file.read_text() not in server.process.stderr
