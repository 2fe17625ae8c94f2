"""
A private RabbitMQ for a test run, from the system's package: a node of its own, on loopback, in a directory of its own.

Everything a node shares by default with others of the machine is given a value: its name, ports, folders, cookie and
plugins. It needs no port mapper (epmd), as it talks to no other node.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import shutil
import signal
import tempfile
from pathlib import Path

from amqp import Connection
from amqp.exceptions import AMQPError

from tests.services.guard import GuardedServer, free_port

VIRTUAL_HOSTS = 32
"""One for each process of pytest-xdist: queues of one test must not be served by another's workers."""

_USER = "antiphon"


def source() -> str | None:
    """Say where a RabbitMQ would come from; None when there is none."""
    program = _program()
    return f"the system ({program})" if program else None


def virtual_host(number: int) -> str:
    """Return the name of a virtual host."""
    return f"tests-{number % VIRTUAL_HOSTS}"


def start() -> tuple[str, GuardedServer]:
    """Start a RabbitMQ; return its URL, which names the first virtual host, and the server to stop."""
    program = _program()
    if program is None:
        raise RuntimeError("no rabbitmq-server: install the system's package of that name")
    root = Path(tempfile.mkdtemp(prefix="antiphon-rabbitmq-"))
    port, password = free_port(), secrets.token_hex(16)
    _configure(root, port=port, password=password)
    environment = [f"{name}={value}" for name, value in _environment(root, port=port).items()]
    server = GuardedServer(
        ["env", *environment, str(program)], directory=root, account=None, stop_signal=signal.SIGTERM
    )
    server.wait_until(lambda: _answers(port, password))
    return f"amqp://{_USER}:{password}@127.0.0.1:{port}/{virtual_host(0)}", server


def _program() -> Path | None:
    # the package's own wrapper insists on the account `rabbitmq`, and on its folders
    packaged = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    on_path = shutil.which("rabbitmq-server")
    return packaged[-1] if packaged else Path(on_path) if on_path else None


def _environment(root: Path, *, port: int) -> dict[str, object]:
    distribution = free_port()
    return {
        "RABBITMQ_NODENAME": f"antiphon-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": port,
        "RABBITMQ_DIST_PORT": distribution,
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            f"-start_epmd false -erl_epmd_port {distribution} -kernel inet_dist_use_interface {{127,0,0,1}}"
        ),
        "RABBITMQ_MNESIA_BASE": root / "mnesia",
        "RABBITMQ_LOG_BASE": root / "logs",
        "RABBITMQ_PID_FILE": root / "pid",
        "RABBITMQ_CONFIG_FILE": root / "rabbitmq",
        "RABBITMQ_CONF_ENV_FILE": root / "none",
        "RABBITMQ_ENABLED_PLUGINS_FILE": root / "plugins",
    }


def _configure(root: Path, *, port: int, password: str) -> None:
    definitions = root / "definitions.json"
    definitions.touch(mode=0o600)
    definitions.write_text(json.dumps(_definitions(password)))
    lines = [f"listeners.tcp.default = 127.0.0.1:{port}", f"load_definitions = {definitions}"]
    (root / "rabbitmq.conf").write_text("\n".join([*lines, ""]))
    (root / "plugins").write_text("[].\n")


def _definitions(password: str) -> dict[str, object]:
    hosts = [virtual_host(number) for number in range(VIRTUAL_HOSTS)]
    all_of = {"configure": ".*", "write": ".*", "read": ".*"}
    return {
        "users": [
            {
                "name": _USER,
                "password_hash": _hashed(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
        ],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [{"user": _USER, "vhost": host, **all_of} for host in hosts],
    }


def _hashed(password: str) -> str:
    """Return the hash as RabbitMQ stores it: four bytes of salt before SHA-256 of salt and password, in base 64."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _answers(port: int, password: str) -> bool:
    host = virtual_host(VIRTUAL_HOSTS - 1)
    try:
        with Connection(f"127.0.0.1:{port}", userid=_USER, password=password, virtual_host=host, connect_timeout=2):
            return True
    except (AMQPError, OSError):
        return False
