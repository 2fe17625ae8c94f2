"""The server process: listens, says where, and ends when it is told to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from domain.jobs.errors import InvalidInput
from entrypoints.api.streams import Streams

GRACE_S = 10
"""How long requests under way get to be answered once the server is told to stop."""


def serve(app: FastAPI, *, host: str, port: int, on_start: Callable[[str], None]) -> None:
    """
    Serve *app* until SIGTERM or SIGINT; *on_start* hears the address once it can be asked.

    Raises:
        InvalidInput: the address can't be listened on.
    """
    listener = listening(host, port)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_S
    )
    with listener:
        shown = f"[{host}]" if listener.family is socket.AF_INET6 else host
        on_start(f"http://{shown}:{listener.getsockname()[1]}")
        _Server(config, app.state.streams).run(sockets=[listener])


def listening(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens there; what it accepts sends at once.

    An answer leaves in two writes, and without this the second waits 40 ms for the other side's acknowledgement;
    asyncio would see to it for sockets that it makes itself.

    Raises:
        InvalidInput: the address can't be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as exc:
        raise InvalidInput(
            f"--host {host} --port {port}: can't be listened on ({exc.strerror}); choose another"
        ) from exc
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class _Server(uvicorn.Server):
    """Ends with code 0 when it is told to; uvicorn's own dies of the signal, which looks like a crash."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's signature
        """Begin to end at the first signal, end now at the second."""
        self._streams.stopping.set()
        self.force_exit = self.should_exit
        self.should_exit = True
