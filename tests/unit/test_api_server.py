"""The server's sockets."""

from __future__ import annotations

import socket

import pytest

from domain.jobs.errors import InvalidInput
from entrypoints.api.server import listening


def test_answers_leave_at_once() -> None:
    """A keep-alive client paid 40 ms a request: the second half of each answer waited for an acknowledgement."""
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_is_taken_is_named() -> None:
    """Two servers on one port: the second says which option to change."""
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"--port {port}: can't be listened on"):
            listening("127.0.0.1", port)
