"""
A mail server on loopback that keeps what it is handed, as much of SMTP (RFC 5321) as a client needs, with TLS.

What it answers to RCPT and to the content is the test's to say.
"""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from attrs import define, field


@define(kw_only=True, eq=False)
class MailServerOnLoopback:
    """
    The server, running between `with` and the end of its block.

    *tls*: a context to offer STARTTLS with, or to begin with where *implicit*. *recipient* and *content* are its
    answers. *mails* were accepted, *logins* presented, and *in_clear* are the commands that came without TLS.
    """

    tls: ssl.SSLContext | None = None
    implicit: bool = False
    recipient: str = "250 ok"
    content: str = "250 kept"
    mails: list[EmailMessage] = field(factory=list)
    recipients: list[str] = field(factory=list)
    logins: list[str] = field(factory=list)
    in_clear: list[str] = field(factory=list)
    _server: socketserver.ThreadingTCPServer = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._server = _Listener(("127.0.0.1", 0), self._serve)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self.implicit and self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            _Conversation(server=self, connection=connection, is_safe=self.implicit).hold()


@define(kw_only=True, eq=False)
class _Conversation:
    server: MailServerOnLoopback
    connection: socket.socket
    is_safe: bool

    def hold(self) -> None:
        self._say("220 loopback ESMTP")
        while line := self._line():
            if not self.is_safe:
                self.server.in_clear.append(line)
            verb = line.split()[0].upper() if line.split() else ""
            if verb == "QUIT":
                self._say("221 bye")
                break
            self._answer(verb, line)
        self.connection.close()

    def _answer(self, verb: str, line: str) -> None:
        if verb == "EHLO":
            offers = ["250-loopback"] + (["250-STARTTLS"] if self.server.tls and not self.is_safe else [])
            self._say("\r\n".join([*offers, "250-AUTH PLAIN", "250 8BITMIME"]))
        elif verb == "STARTTLS" and self.server.tls:
            self._say("220 go")
            self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.is_safe = True
        elif verb == "AUTH":
            self.server.logins.append(line)
            self._say("235 welcome")
        elif verb == "RCPT":
            self.server.recipients.append(line)
            self._say(self.server.recipient)
        elif verb == "DATA":
            self._say("354 go on")
            self._keep()
        else:
            self._say("250 ok" if verb in ("MAIL", "RSET", "NOOP") else "502 what?")

    def _keep(self) -> None:
        lines: list[str] = []
        while (line := self._line()) != ".":
            lines.append(line.removeprefix(".") if line.startswith("..") else line)
        if self.server.content.startswith("2"):
            self.server.mails.append(email.message_from_string("\r\n".join(lines), policy=email.policy.default))
        self._say(self.server.content)

    def _say(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode())

    def _line(self) -> str:
        read = bytearray()
        while not read.endswith(b"\r\n"):
            piece = self.connection.recv(1)  # byte by byte: nothing of a handshake that follows may be swallowed
            if not piece:
                return ""
            read += piece
        return read[:-2].decode() or " "


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], None]) -> None:
        super().__init__(address, socketserver.BaseRequestHandler)
        self._serve = serve

    def finish_request(self, request: object, client_address: object) -> None:  # noqa: ARG002  # socketserver's signature
        assert isinstance(request, socket.socket)
        self._serve(request)
