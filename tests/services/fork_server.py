"""
A process that has imported Antiphon, and forks for each command: importing is most of what a short command does.

`started.py` asks it. A forked command is what `python -m MODULE WORDS` is, from its first line to its exit code: a
process with its own environment, folder, arguments and outputs. What it does not show is whether its modules can be
imported in another order; `tests/e2e/test_commands_start.py` starts each group of commands for real.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from attrs import define, field

OURS = ("domain", "adapters", "pipelines", "entrypoints")
LATER = ("celery.apps.worker", "celery.concurrency.thread", "kombu.transport.redis", "uvicorn", "alembic.command")
"""What commands import when they come to it."""
NOT_HERE = ("migrations", "__main__")
"""Modules that their tool reads, or that are commands themselves."""
STREAMS = 3
WORD = struct.Struct("=i")


def import_all() -> None:
    """Import what commands are made of."""
    for package in OURS:
        folder = str(Path(__file__).parents[2] / package)
        for found in pkgutil.walk_packages([folder], prefix=f"{package}."):
            if not set(found.name.split(".")) & set(NOT_HERE):
                import_module(found.name)
    for name in LATER:
        import_module(name)
    # QuickJS starts a thread for functions of another kind than ours; a process with threads is no good to fork
    import_module("quickjs").Function._threadpool.shutdown()


@define(eq=False)
class ForkServer:
    """Reads requests from *requests* until the other end is closed; tells each child's id and exit code."""

    requests: socket.socket
    _children: dict[int, int] = field(factory=dict, init=False)
    _ended: tuple[int, int] = field(factory=os.pipe, init=False)

    def serve(self) -> list[str] | None:
        """Return, in a child, the words of its command; and None at the end."""
        for end in self._ended:
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ended[1], warn_on_full_buffer=False)
        while True:
            ready, _, _ = select.select([self.requests.fileno(), self._ended[0]], [], [])
            if self._ended[0] in ready:
                os.read(self._ended[0], 1000)
                self._tell_ends()
            if self.requests.fileno() in ready:
                request, files = received(self.requests)
                if request is None:
                    return None
                if (words := self._forked(request, files)) is not None:
                    return words

    def _tell_ends(self) -> None:
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            teller = self._children.pop(child)
            with suppress(BrokenPipeError):  # nobody waits for it any more
                os.write(teller, WORD.pack(os.waitstatus_to_exitcode(status)))
            os.close(teller)

    def _forked(self, request: Mapping[str, Any], files: list[int]) -> list[str] | None:
        *streams, teller = files
        child = os.fork()
        if not child:
            self._leave(teller)
            become(request, streams)
            return list(request["words"])
        self._children[child] = teller
        os.write(teller, WORD.pack(child))
        for stream in streams:
            os.close(stream)
        return None

    def _leave(self, teller: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, where the tests run in the background
        self.requests.close()
        for other in (*self._ended, *self._children.values(), teller):
            os.close(other)


def become(request: Mapping[str, Any], streams: list[int]) -> None:
    """Take over what a fresh process would be given."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path[0] = request["folder"]
    if "PYTHONFAULTHANDLER" in os.environ:
        faulthandler.enable()


def received(requests: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Read a request and its files: standard input, output and error, and where to tell what becomes of it."""
    head, files, _, _ = socket.recv_fds(requests, WORD.size, STREAMS + 1)
    if not head:
        return None, []
    head += _exactly(requests, WORD.size - len(head))
    return json.loads(_exactly(requests, WORD.unpack(head)[0])), files


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = source.recv(size - len(data))
        if not more:
            raise EOFError("whoever asked was killed in the middle of it")
        data += more
    return data


def main() -> list[str] | None:
    """Import, freeze what the garbage collector need not look at in each child, and serve."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    import_all()
    assert threading.active_count() == 1, "a thread that a module started would be missing after a fork"
    gc.collect()
    gc.freeze()
    return ForkServer(requests).serve()


if __name__ == "__main__" and (words := main()) is not None:
    module, *sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
