"""Processes of Antiphon, started as `python -m MODULE WORDS`: by a server that forks them, or afresh."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from attrs import define, field

from tests.services.fork_server import WORD

ROOT = Path(__file__).parents[2]
ANTIPHON = (sys.executable, "-m", "entrypoints.cli")
_TAKEN_OVER = ("PYTHONFAULTHANDLER", "PYTHONPYCACHEPREFIX")


class Process(Protocol):
    """What tests need of a `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


def started(
    program: Sequence[str], *, folder: Path, environment: Mapping[str, str], stdout: int, stderr: int
) -> Process:
    """
    Start a program in a folder and an environment, its outputs going to these files; it reads nothing.

    It is forked where that is the same: a module of ours, and Python itself is not told anything new.
    """
    is_ours = tuple(program[:2]) == ANTIPHON[:2] and hasattr(os, "fork")
    if is_ours and _for_python(environment) <= _for_python(_environment()):
        return _forking().start(program[2:], folder, environment, (stdout, stderr))
    return subprocess.Popen(
        program,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
    )


@define(eq=False)
class Forked:
    """A process that the server forked; *told* is where its exit code comes."""

    pid: int
    told: int
    returncode: int | None = field(default=None, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def poll(self) -> int | None:
        """Return the exit code, if it has ended; of what a signal ended, the signal's number below 0."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["antiphon"], timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self.told], [], [], timeout)[0]:
                self.returncode = WORD.unpack(os.read(self.told, WORD.size))[0]
                os.close(self.told)
            return self.returncode


@define(eq=False)
class _Forking:
    """The way to a fork server; commands are asked for by several threads of a test."""

    requests: socket.socket
    process: subprocess.Popen[bytes]
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def start(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], outputs: tuple[int, int]
    ) -> Forked:
        """Have a command forked."""
        request = json.dumps({"words": words, "folder": str(folder), "environment": dict(environment)}).encode()
        told, teller = os.pipe()
        with Path(os.devnull).open("rb") as nothing:
            with self._lock:
                socket.send_fds(self.requests, [WORD.pack(len(request))], [nothing.fileno(), *outputs, teller])
                self.requests.sendall(request)
            os.close(teller)
            return Forked(WORD.unpack(os.read(told, WORD.size))[0], told)

    def end(self) -> None:
        """Let the server end; what it forked goes on."""
        self.requests.close()
        self.process.wait()


@cache
def _forking() -> _Forking:
    """Return the fork server of this test process; it is started for the first command."""
    ours, its = socket.socketpair()
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.fork_server", str(its.fileno())],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
        )
    forking = _Forking(ours, process)
    atexit.register(forking.end)
    return forking


def _environment() -> dict[str, str]:
    """Return the environment of the fork server, which is that of no command."""
    return {name: os.environ[name] for name in os.environ if not name.startswith("ANTIPHON_")} | {"PYTHONUTF8": "1"}


def _for_python(environment: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return what Python itself reads at its start, and a forked process can't be told any more."""
    names = (name for name in environment if name.startswith("PYTHON") and name not in _TAKEN_OVER)
    return {(name, environment[name]) for name in names}
