"""What everything in a process is built on: settings, database, time, people, secrets, and the way out to models."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen
from sqlalchemy import Engine

from adapters.clock import SharedClock
from adapters.database.clock import shared_clock
from adapters.database.store import SqlStore
from adapters.identifiers import UuidSource
from adapters.language_models.price_file import read_prices, shipped_prices
from domain.language_models.pricing import PricedModels, PriceTable
from domain.limits.doors import Doors
from domain.organizations.audit_log import AuditLog
from domain.secrets.ports import Environments
from domain.tracing import Spans
from entrypoints.administration import Administration, make_administration
from entrypoints.limits import make_doors
from entrypoints.outgoing import make_language_models
from entrypoints.secrets import Secrets, make_secrets, peppers_of
from entrypoints.settings import Settings
from entrypoints.storage import engine_of, make_home
from entrypoints.tracing import make_spans
from pipelines.bell import RelayBell


@frozen(kw_only=True)
class Foundation:
    """Made once a process; every family is built on it. *models* say what they cost."""

    settings: Settings
    engine: Engine
    store: SqlStore
    clock: SharedClock
    ids: UuidSource
    bell: RelayBell
    administration: Administration
    secrets: Secrets
    models: PricedModels
    doors: Doors
    spans: Spans

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return self.administration.audit

    @property
    def environments(self) -> Environments:
        """What `${NAME}` stands for in an organization."""
        return self.secrets.environments


def make_foundation(settings: Settings, *, spans: Spans | None = None) -> Foundation:
    """
    Lay it; *spans* record traces, where the settings' own are not wanted.

    Raises:
        BrokenSettings: the settings name what can't be used.
        ServiceUnavailable: the home folder or the database can't be used.
    """
    if not settings.database_url:
        make_home(settings)
    engine = engine_of(settings.database_address)
    clock, ids = shared_clock(engine), UuidSource()
    administration = make_administration(engine, clock=clock, ids=ids, peppers=peppers_of(settings))
    return Foundation(
        settings=settings,
        engine=engine,
        store=SqlStore(engine),
        clock=clock,
        ids=ids,
        bell=RelayBell(),
        administration=administration,
        secrets=make_secrets(settings, engine=engine, clock=clock, audit=administration.audit),
        models=PricedModels(make_language_models(settings), prices_of(settings)),
        doors=make_doors(settings),
        spans=spans or make_spans(settings),
    )


def prices_of(settings: Settings) -> PriceTable:
    """
    Return the prices to count with: those of the file that the settings name, else the shipped ones.

    Raises:
        InvalidInput: the file can't be read, or holds something else.
    """
    return read_prices(Path(settings.prices).expanduser()) if settings.prices else shipped_prices()
