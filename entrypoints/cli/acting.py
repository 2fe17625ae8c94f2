"""Which organization a command acts in, where it may be another than the settings' own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs
import click

from entrypoints.cli.opening import open_antiphon

F = TypeVar("F", bound=Callable[..., Any])

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def in_organization(command: F) -> F:
    """Add --org, and hand over `antiphon` with the `tenant` to act as: the operator, in that organization."""

    @functools.wraps(command)
    def with_tenant(*args: Any, org: str | None, **rest: Any) -> Any:
        antiphon = open_antiphon()
        tenant = antiphon.tenant
        if org is not None:
            found = antiphon.administration.organizations.find(org)
            tenant = attrs.evolve(tenant, organization_id=found.id)
        return command(*args, antiphon=antiphon, tenant=tenant, **rest)

    wrapped: Any = click.option(
        "--org", metavar="NAME", help="Name or id of the organization. Default: the one of ANTIPHON_ORGANIZATION."
    )(with_tenant)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def written_time(moment: datetime | None) -> str | None:
    """Return the moment as JSON documents have it: UTC, in milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def shown_time(moment: datetime | None, *, otherwise: str) -> str:
    """Return the moment as tables have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment else otherwise
