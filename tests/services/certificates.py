"""A self-signed certificate for loopback, made anew for a test run."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

from attrs import frozen


@frozen(kw_only=True)
class Certificate:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """Return the context of a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def self_signed(directory: Path) -> Certificate | None:
    """Return a certificate for 127.0.0.1, valid for a day; None where there is no openssl to make it."""
    openssl = shutil.which("openssl")
    if not openssl:
        return None
    made = Certificate(certificate=directory / "certificate.pem", key=directory / "key.pem")
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=loopback"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return made
