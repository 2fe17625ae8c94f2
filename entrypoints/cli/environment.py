"""What `${NAME}` and `llm:API/MODEL` stand for while a command checks targets, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from attrs import frozen
from sqlalchemy import make_url

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec
from domain.language_models.use import Use
from domain.tenancy import TenantContext
from entrypoints.settings import Settings, process_environment


def command_environment(settings: Settings) -> Mapping[str, str]:
    """
    Return what the command's organization may name; the database is opened when the first name is asked for.

    Where there is no database yet, there are no secrets in it: checking a target must not make one.
    """
    return _Late(settings)


@frozen(eq=False, slots=False)
class _Late(Mapping[str, str]):
    _settings: Settings

    @cached_property
    def _values(self) -> Mapping[str, str]:
        if self._settings.is_embedded and not _is_there(self._settings.database_address):
            return {name: value for name, value in process_environment().items() if not name.startswith("ANTIPHON_")}
        from entrypoints.cli.opening import open_antiphon

        antiphon = open_antiphon(self._settings)
        return antiphon.secrets.environments.of(antiphon.tenant)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@frozen
class CommandReferences:
    """`ModelReferences` of a command on this machine; the database is opened when the first reference is looked up."""

    _settings: Settings

    def resolved(self, tenant: TenantContext, spec: ModelSpec, *, use: Use) -> ModelSpec:
        """Return a specification that can be called, as the registry stands now."""
        if not spec.is_reference:
            return spec
        if self._settings.server:
            raise InvalidInput(f"{spec.name}: the server looks it up when a run is asked for; here nobody can")
        from entrypoints.cli.opening import open_antiphon

        return open_antiphon(self._settings).llm.references.resolved(tenant, spec, use=use)


def _is_there(address: str) -> bool:
    url = make_url(address)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()
