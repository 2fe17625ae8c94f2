"""The key of an installation of one person: a file in the home folder that only its owner can read."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

import attrs
from attrs import field, frozen

from domain.jobs.errors import ServiceUnavailable
from domain.organizations.errors import Unauthenticated
from domain.tenancy import TenantContext
from entrypoints.container import Antiphon

ALL_SCOPES = frozenset({"read", "write", "admin"})


@frozen(kw_only=True)
class LocalKey:
    """Knows one key, that of the one user there is."""

    key: str = field(repr=False)
    tenant: TenantContext

    @classmethod
    def of(cls, antiphon: Antiphon) -> LocalKey:
        """
        Return the installation's key, made at first use.

        Raises:
            ServiceUnavailable: the home folder can't be used.
        """
        tenant = attrs.evolve(antiphon.tenant, scopes=ALL_SCOPES)
        return cls(key=_read_or_make(antiphon.settings.home / "api-key"), tenant=tenant)

    def authenticate(self, presented: str) -> TenantContext:
        """Return the one user, when the key is right."""
        if not hmac.compare_digest(presented.encode(), self.key.encode()):
            raise Unauthenticated("the key is not known, or not valid any more")
        return self.tenant


def _read_or_make(file: Path) -> str:
    try:
        made = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    except OSError as exc:
        raise ServiceUnavailable(f"the key file {file} can't be written ({exc.strerror})") from exc
    with os.fdopen(made, "w", encoding="ascii") as opened:
        opened.write(key := "antiphon_" + secrets.token_urlsafe(32))
    return key
