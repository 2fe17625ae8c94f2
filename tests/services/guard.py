"""
Runs a server for a test run, and stops it when the run is over, however that came: by its end, Ctrl-C, or a kill.

The guard is a process of its own between the tests and the server. It waits on a pipe that the tests hold; when the
pipe says stop, or breaks because nobody is left to hold it, the guard stops the server and removes its directory.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

STOP_WITHIN_S = 15
READY_WITHIN_S = 180
NOT_GIVEN_UNASKED = range(12_000, 32_000)
"""Below the ports that Linux (from 32768 on), macOS and Windows (from 49152 on) choose from."""


class Account(NamedTuple):
    """The user and group a server runs as when the tests run as root."""

    uid: int
    gid: int


class GuardedServer:
    """A running server; its output is in the file `log` of its directory."""

    def __init__(self, command: Sequence[str], *, directory: Path, account: Account | None, stop_signal: int) -> None:
        self.directory = directory
        self._guard = subprocess.Popen(
            [sys.executable, "-I", __file__, str(directory), str(stop_signal), json.dumps(account), *command],
            stdin=subprocess.PIPE,
            cwd=directory,
            env=clean_environment(directory),
            start_new_session=True,  # a Ctrl-C in the terminal is for the tests; they say when to stop
        )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Return when the server is ready; stop it and raise with its log when it does not become so."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not is_ready():
            if time.monotonic() > deadline or self._guard.poll() is not None:
                log = self.directory / "log"
                said = log.read_text(errors="replace")[-2000:] if log.exists() else "it could not be started"
                self.stop()
                raise RuntimeError(f"the server was not ready within {READY_WITHIN_S} s: {said}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server and remove its directory; return when both are done."""
        self._guard.communicate(b"stop", timeout=STOP_WITHIN_S + 45)


def free_port() -> int:
    """
    Return a port of the loopback interface that nobody listens on, and that nobody is given unasked.

    A port that the system chooses (0) may be the local end of anybody's next connection; and who connects to it again
    and again while nobody listens is connected to itself at last.
    """
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", secrets.choice(NOT_GIVEN_UNASKED)))
            return int(probe.getsockname()[1])


def clean_environment(home: Path) -> dict[str, str]:
    """Return an environment that holds nothing of the caller's: no library settings, no secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(home)}


def _guard(directory: Path, *, stop_signal: int, account: Account | None, command: Sequence[str]) -> None:
    try:
        server = _start(directory, account=account, command=command)
        sys.stdin.buffer.read(1)
        server.send_signal(stop_signal)
        try:
            server.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _start(directory: Path, *, account: Account | None, command: Sequence[str]) -> subprocess.Popen[bytes]:
    user, group = account or (None, None)
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory,
            user=user,
            group=group,
            extra_groups=[] if account else None,
        )


if __name__ == "__main__":
    _directory, _signal, _account, *_command = sys.argv[1:]
    _as = json.loads(_account)
    _guard(Path(_directory), stop_signal=int(_signal), account=_as and Account(*_as), command=_command)
