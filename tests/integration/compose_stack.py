"""
The services of docker-compose.yml as processes of this machine: their own commands, environment and configuration.

What an engine would do is done by hand: names of hosts become addresses, ports become free ones. Images, users, mounts
and limits are not tried.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from attrs import define, field
from sqlalchemy import URL, make_url

from tests import compose_file
from tests.compose_file import Compose
from tests.integration.processes import Command, Installation
from tests.pipelines.looking import WITHIN_S, look_until
from tests.services import postgres, redis
from tests.services.guard import GuardedServer, free_port


@define(eq=False)
class Stack:
    """The services that were started, by name; *ports* maps those of the file to those of this machine."""

    folder: Path
    compose: Compose
    administrator: URL
    hosts: Mapping[str, str]
    ports: dict[tuple[str, str], int] = field(factory=dict)
    started: dict[str, Command] = field(factory=dict)
    _installations: dict[str, Installation] = field(factory=dict, init=False)

    @property
    def services(self) -> dict[str, Compose]:
        """The services of our image."""
        return compose_file.services(self.compose)

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """Return the service's environment, with addresses of this machine."""
        given = {**self.services[service]["environment"], **more}
        return {name: self._placed(str(value)) for name, value in given.items()}

    def start(self, service: str) -> Command:
        """Start the service's own command."""
        words = [self._port(service, word) for word in self.services[service]["command"]]
        self.started[service] = self.installation(service).start(*words)
        return self.started[service]

    def installation(self, service: str, **more: str) -> Installation:
        """Return how processes with the service's environment, and *more*, are started."""
        environment = self.environment(service, **more)
        made = Installation(self.folder / f"{service}-{len(self._installations)}", environment)
        made.folder.mkdir()
        home = made.folder / "home"
        home.mkdir()
        environment["ANTIPHON_HOME"] = str(home)
        self._installations[f"{service}-{len(self._installations)}"] = made
        return made

    def wait_until_healthy(self, service: str) -> None:
        """Ask the service's own health check until it says yes."""
        way, *words = self.services[service]["healthcheck"]["test"]
        assert way == "CMD"
        command = [sys.executable if word == "python" else self._ported(service, word) for word in words]

        def is_healthy() -> bool:
            assert self.started[service].is_running, self.started[service].said
            return subprocess.run(command, capture_output=True, timeout=WITHIN_S, check=False).returncode == 0

        look_until(is_healthy, what=f"the health of {service}")

    def port(self, service: str, inside: str) -> int:
        """Return where on this machine the service listens for that port of its container."""
        return self.ports[service, inside]

    def stop(self) -> None:
        """Kill what still runs."""
        for installation in self._installations.values():
            installation.stop()

    def _placed(self, text: str) -> str:
        for inside, outside in self.hosts.items():
            text = text.replace(inside, outside)
        return text

    def _port(self, service: str, word: str) -> str:
        """Return a word of a command: ports become free ones, and nothing but this machine is let in."""
        if word == "0.0.0.0":
            return "127.0.0.1"
        if word in ("8000", "9100"):
            return str(self.ports.setdefault((service, word), free_port()))
        return word

    def _ported(self, service: str, text: str) -> str:
        for (owner, inside), outside in self.ports.items():
            if owner == service:
                text = text.replace(f":{inside}/", f":{outside}/")
        return text


@contextmanager
def stack(folder: Path, *, secret_values: Mapping[str, str]) -> Iterator[Stack]:
    """Start Postgres and Redis as the file configures them, and yield what starts the others."""
    compose = compose_file.filled(compose_file.read(), {**made_up_secrets(), **secret_values})
    with ExitStack() as servers:
        address, server = postgres.start()
        servers.callback(server.stop)
        administrator = make_url(address)
        _first_start(compose, administrator)
        redis_port = free_port()
        servers.callback(_start_redis(compose, port=redis_port).stop)
        hosts = {"@postgres:5432": f"@127.0.0.1:{administrator.port}", "@redis:6379": f"@127.0.0.1:{redis_port}"}
        made = Stack(folder=folder, compose=compose, administrator=administrator, hosts=hosts)
        servers.callback(made.stop)
        yield made


def made_up_secrets() -> dict[str, str]:
    """Return a value for every secret that the file asks for, of the form that docs/operate.md makes."""
    required: set[str] = set()

    def visit(_key: str, text: str) -> None:
        required.update(name for name, form in compose_file.variables(text).items() if form == ":?")

    compose_file.texts(compose_file.read(), visit=visit)
    values = {name: secrets.token_hex(24) for name in sorted(required)}
    return {**values, "ANTIPHON_SECRET_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}


def run_client(program: str, *words: str, administrator: URL, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a client program of Postgres against the server; it connects over TCP, as *administrator* by default."""
    found = postgres.program(program)
    assert found, f"{program} is not beside the server's binaries"
    given = client_environment(administrator) | environment
    return subprocess.run([str(found), *words], env=given, capture_output=True, timeout=120, check=False)


def client_environment(administrator: URL) -> dict[str, str]:
    """Return what libpq's programs need to reach the server."""
    psql = postgres.program("psql")
    assert psql
    return {
        "PATH": f"{psql.parent}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": str(administrator.host),
        "PGPORT": str(administrator.port),
        "PGPASSWORD": str(administrator.password),
        "LC_ALL": "C.UTF-8",
    }


def _first_start(compose: Compose, administrator: URL) -> None:
    """Run the script of the first start as the image does: by a shell, with the service's environment."""
    script = compose["configs"]["first_start"]["content"]
    own = {"POSTGRES_USER": "postgres", **compose["services"]["postgres"]["environment"]}
    done = subprocess.run(
        ["sh", "-e"],
        input=script.encode(),
        env=client_environment(administrator) | own,
        capture_output=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def _start_redis(compose: Compose, *, port: int) -> GuardedServer:
    moved = {"port": f"port {port}", "bind": "bind 127.0.0.1", "dir": ""}
    lines = compose["configs"]["redis"]["content"].splitlines()
    words = [moved.get(line.split(" ")[0], line) for line in lines]
    password = next(line.split(" ")[1] for line in lines if line.startswith("requirepass "))
    return redis.start_with(words, url=f"redis://:{password}@127.0.0.1:{port}/0")
