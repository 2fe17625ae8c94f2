"""`antiphon keys`: the keys that programs and people use at the HTTP API."""

from __future__ import annotations

from datetime import timedelta

import click

from domain.organizations.api_key import ApiKey, IssuedKey, KeyState, OwnedKey
from domain.tenancy import ADMIN, READ, WRITE, TenantContext
from entrypoints.cli.acting import JSON, in_organization, shown_time, written_time
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.durations import Duration
from entrypoints.container import Antiphon

_KEY = click.argument("key")


@click.group()
def keys() -> None:
    """
    Make API keys; list, revoke and rotate them.

    A key is shown once, when it is made: what is stored can't be turned back into it. It acts as its user, with the
    scopes it was made with, and never with more than the user's role allows today. Commands name a key by its prefix
    (`antiphon_` and 12 letters) or its id.

    \b
    read     look at jobs, tests, reports
    write    start and change them
    admin    people, keys, secrets, webhooks, audit log
    """


@keys.command()
@click.option("--user", "email", metavar="EMAIL", required=True, help="The member it acts as.")
@click.option("--scope", "scopes", type=click.Choice([READ, WRITE, ADMIN]), multiple=True, required=True,
              help="What it may do; repeat it for several.")  # fmt: skip
@click.option("--expires", type=Duration("time"), help="How long it is good for: 90d, 12h. Default: until revoked.")
@in_organization
@JSON
def create(
    *,
    antiphon: Antiphon,
    tenant: TenantContext,
    email: str,
    scopes: tuple[str, ...],
    expires: float | None,
    as_json: bool,
) -> None:
    """
    Make a key, and print it: this once.

    \b
    export ANTIPHON_API_KEY=$(antiphon keys create --user ada@example.com --scope read --expires 90d)
    """
    lifetime = timedelta(seconds=expires) if expires else None
    issued = antiphon.administration.keys.create(tenant, email=email, scopes=scopes, lifetime=lifetime)
    _tell(issued, antiphon, as_json=as_json)


@keys.command("list")
@in_organization
@JSON
def list_keys(*, antiphon: Antiphon, tenant: TenantContext, as_json: bool) -> None:
    """List the keys, the newest first, with when each was last used (to the minute)."""
    keys = antiphon.administration.keys
    found = [(owned, keys.state(owned.key)) for owned in keys.all(tenant)]
    if as_json:
        documents = [{**_document(owned.key, state=state), "user": owned.user.email} for owned, state in found]
        print_json({"keys": documents})
    elif not found:
        say("no keys yet; `antiphon keys create --user EMAIL --scope read` makes one")
    else:
        from entrypoints.cli.plain_tables import print_rows

        columns = ("key", "user", "scopes", "state", "created (UTC)", "expires (UTC)", "last used (UTC)")
        print_rows(columns, [_row(owned, state) for owned, state in found])


@keys.command()
@_KEY
@in_organization
@JSON
def revoke(*, antiphon: Antiphon, tenant: TenantContext, key: str, as_json: bool) -> None:
    """Let KEY open nothing from now on. This can't be undone; make another one instead."""
    revoked = antiphon.administration.keys.revoke(tenant, key)
    if as_json:
        print_json(_document(revoked, state=KeyState.REVOKED))
    else:
        say(f"revoked   {revoked.prefix}")


@keys.command()
@_KEY
@click.option("--grace", type=Duration("time"), help="How long the old key still works: 24h. Default: not at all.")
@in_organization
@JSON
def rotate(*, antiphon: Antiphon, tenant: TenantContext, key: str, grace: float | None, as_json: bool) -> None:
    """
    Make a key in place of KEY, with the same user, scopes and lifetime, and print it: this once.
    """
    issued = antiphon.administration.keys.rotate(tenant, key, grace=timedelta(seconds=grace or 0))
    _tell(issued, antiphon, as_json=as_json)


def _tell(issued: IssuedKey, antiphon: Antiphon, *, as_json: bool) -> None:
    if as_json:
        print_json({**_document(issued.key, state=antiphon.administration.keys.state(issued.key)), "key": issued.text})
        return
    say("the key is shown this once; store it now:")
    show(issued.text)


def _row(owned: OwnedKey, state: KeyState) -> tuple[str, ...]:
    key = owned.key
    return (
        key.prefix,
        owned.user.email,
        " ".join(sorted(key.scopes)),
        state,
        shown_time(key.created_at, otherwise=""),
        shown_time(key.expires_at, otherwise="never"),
        shown_time(key.last_used_at, otherwise="never"),
    )


def _document(key: ApiKey, *, state: KeyState) -> dict[str, object]:
    return {
        "id": key.id,
        "prefix": key.prefix,
        "user_id": key.user_id,
        "scopes": sorted(key.scopes),
        "state": state.value,
        "created_at": written_time(key.created_at),
        "created_by": key.created_by,
        "expires_at": written_time(key.expires_at),
        "last_used_at": written_time(key.last_used_at),
        "revoked_at": written_time(key.revoked_at),
    }
