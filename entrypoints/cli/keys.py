"""`antiphon keys`: the keys that programs and people use at the HTTP API."""

from __future__ import annotations

import click

from domain.tenancy import ADMIN, READ, WRITE
from entrypoints.api.documents.organizations import IssuedKeyDocument, KeyDocument, NewKey, Rotation
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time, worded
from entrypoints.cli.console import say, show
from entrypoints.cli.durations import Duration
from entrypoints.places.place import Place

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
@at_place
@JSON
def create(*, place: Place, email: str, scopes: tuple[str, ...], expires: float | None, as_json: bool) -> None:
    """
    Make a key, and print it: this once.

    \b
    export ANTIPHON_API_KEY=$(antiphon keys create --user ada@example.com --scope read --expires 90d)
    """
    _tell(place.keys.create(worded(NewKey, email=email, scopes=scopes, expires_in_s=expires)), as_json=as_json)


@keys.command("list")
@at_place
@JSON
def list_keys(*, place: Place, as_json: bool) -> None:
    """List the keys, the newest first, with when each was last used (to the minute)."""
    found = list(place.keys.all())
    if as_json:
        print_documents("keys", found)
    elif not found:
        say("no keys yet; `antiphon keys create --user EMAIL --scope read` makes one")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(_COLUMNS, map(_row, found))


@keys.command()
@_KEY
@at_place
@JSON
def revoke(*, place: Place, key: str, as_json: bool) -> None:
    """Let KEY open nothing from now on. This can't be undone; make another one instead."""
    revoked = place.keys.revoke(key)
    if as_json:
        print_document(revoked)
    else:
        say(f"revoked   {revoked.prefix}")


@keys.command()
@_KEY
@click.option("--grace", type=Duration("time"), help="How long the old key still works: 24h. Default: not at all.")
@at_place
@JSON
def rotate(*, place: Place, key: str, grace: float | None, as_json: bool) -> None:
    """
    Make a key in place of KEY, with the same user, scopes and lifetime, and print it: this once.
    """
    _tell(place.keys.rotate(key, worded(Rotation, grace_s=None if grace is None else int(grace))), as_json=as_json)


def _tell(issued: IssuedKeyDocument, *, as_json: bool) -> None:
    if as_json:
        print_document(issued)
        return
    say("the key is shown this once; store it now:")
    show(issued.key)


_COLUMNS = ("key", "user", "scopes", "state", "created (UTC)", "expires (UTC)", "last used (UTC)")


def _row(key: KeyDocument) -> tuple[str, ...]:
    return (
        key.prefix,
        key.email,
        " ".join(key.scopes),
        key.state,
        shown_time(key.created_at, otherwise=""),
        shown_time(key.expires_at, otherwise="never"),
        shown_time(key.last_used_at, otherwise="never"),
    )
