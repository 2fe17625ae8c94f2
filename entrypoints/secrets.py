"""Secrets of organizations, put together from the settings: vault, keys, store, and who reads from it."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from sqlalchemy import Engine

from adapters.database.notification_tables import webhook
from adapters.database.sealed_column import SqlSealedColumn
from adapters.database.secret_tables import secret
from adapters.database.secrets import SqlSecretRows
from adapters.secrets.aes_gcm import AesGcmVault
from adapters.secrets.master_keys import GivenKeys, KeyFile, MasterKeys
from adapters.secrets.own_key_file import OwnKeyFile
from domain.jobs.ports import Clock
from domain.notifications.signing import COLUMNS
from domain.organizations.audit_log import AuditLog
from domain.organizations.key_material import Peppers
from domain.secrets.environment import LocalEnvironments, OrganizationEnvironments
from domain.secrets.ports import Environments, SealedColumn
from domain.secrets.service import SecretStore
from domain.tenancy import OrganizationId
from entrypoints.settings import Settings, process_environment

OWN_KEY_FILE = "secret.key"


@frozen(kw_only=True)
class Secrets:
    """What a process needs of secrets."""

    keys: MasterKeys
    vault: AesGcmVault
    store: SecretStore
    environments: Environments


def make_secrets(settings: Settings, *, engine: Engine, clock: Clock, audit: AuditLog) -> Secrets:
    """
    Plug them together; no key is made before there is something to encrypt.

    Raises:
        BrokenSettings: the settings name a key that is none: found now, and not by the first item that needs a secret.
    """
    keys = _keys(settings)
    keys.all()
    vault = AesGcmVault(keys)
    store = SecretStore(rows=SqlSecretRows(engine), vault=vault, clock=clock, audit=audit)
    return Secrets(keys=keys, vault=vault, store=store, environments=_environments(settings, store))


def sealed_columns(engine: Engine) -> tuple[SealedColumn, ...]:
    """Return every encrypted column of the database: what a change of the master key goes through."""
    return (
        SqlSealedColumn(engine=engine, table=secret, row=secret.c.name, column=secret.c.sealed),
        *(SqlSealedColumn(engine=engine, table=webhook, row=webhook.c.id, column=webhook.c[name]) for name in COLUMNS),
    )


def peppers_of(settings: Settings) -> Peppers:
    """
    Return what API keys are sealed with: the master keys of the settings, without which they are sealed openly.

    The key file of a machine of one's own is none: it lies beside the database, and is made for the first secret only.

    Raises:
        BrokenSettings: the settings name a key that is none.
    """
    is_given = settings.secret_key or settings.secret_key_file
    return Peppers.of(*(key.secret for key in _keys(settings).all())) if is_given else Peppers()


def _keys(settings: Settings) -> MasterKeys:
    if settings.secret_key:
        return GivenKeys(where="ANTIPHON_SECRET_KEY", text=settings.secret_key)
    if settings.secret_key_file:
        path = Path(settings.secret_key_file).expanduser()
        return KeyFile(where=f"ANTIPHON_SECRET_KEY_FILE ({path})", path=path)
    if settings.is_embedded and not settings.database_url:
        return OwnKeyFile(path=settings.home / OWN_KEY_FILE)
    return GivenKeys(where="ANTIPHON_SECRET_KEY or ANTIPHON_SECRET_KEY_FILE", text="")


def _environments(settings: Settings, store: SecretStore) -> Environments:
    if not settings.is_embedded:
        return OrganizationEnvironments(store)
    own = OrganizationId(settings.organization)
    return LocalEnvironments(secrets=store, own=own, process=process_environment())
