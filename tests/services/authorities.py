"""A certificate authority of a test's own, and servers' certificates from it: good ones, and each bad in one way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.services.certificates import Certificate

DAY = timedelta(days=1)


@frozen
class Authority:
    """A test's own authority; who trusts *file* trusts what it has signed."""

    directory: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def founded(cls, directory: Path) -> Authority:
        """Return a new one."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder("authority", issuer="authority", key=key, ends=datetime.now(UTC) + DAY)
        certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
            key, hashes.SHA256()
        )
        made = cls(directory, key, certificate)
        made.file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return made

    @property
    def file(self) -> Path:
        """What SSL_CERT_FILE names to trust it."""
        return self.directory / "authority.pem"

    def issue(self, name: str, *, ends_in: timedelta = DAY) -> Certificate:
        """Return a certificate for *name*, an address or a host, that it has signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder("server", issuer="authority", key=key, ends=datetime.now(UTC) + ends_in)
        signed = builder.add_extension(x509.SubjectAlternativeName([_named(name)]), critical=False).sign(
            self.key, hashes.SHA256()
        )
        return _written(self.directory / f"{name}{ends_in.days}", signed, key)

    def self_signed(self, name: str) -> Certificate:
        """Return a certificate for *name* that nobody has signed but its owner."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder("server", issuer="server", key=key, ends=datetime.now(UTC) + DAY)
        signed = builder.add_extension(x509.SubjectAlternativeName([_named(name)]), critical=False).sign(
            key, hashes.SHA256()
        )
        return _written(self.directory / f"{name}-self", signed, key)


def _builder(subject: str, *, issuer: str, key: ec.EllipticCurvePrivateKey, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - 30 * DAY)
        .not_valid_after(ends)
    )


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _written(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Certificate:
    made = Certificate(certificate=Path(f"{path}.pem"), key=Path(f"{path}.key"))
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made
