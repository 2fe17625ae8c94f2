"""`antiphon secrets`: keys and passwords that targets and models name."""

from __future__ import annotations

import sys

import click

from domain.jobs.errors import BrokenSettings, InvalidInput
from domain.secrets.rotation import Rotation
from domain.secrets.secret import checked_name
from entrypoints.api.documents.secrets import SecretDocument
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, shown_time
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.opening import open_antiphon
from entrypoints.places.place import Place


@click.group()
def secrets() -> None:
    """
    Keep what targets and models must know and nobody may read: API keys, tokens, passwords.

    A file of tests names a secret as ${NAME}. Values are stored encrypted, and are never shown again.

    \b
    antiphon secrets set OPENAI_API_KEY < key.txt
    antiphon secrets set OPENAI_API_KEY --from-env OPENAI_API_KEY
    """


@secrets.command("set")
@click.argument("name")
@click.option("--from-env", "variable", metavar="VARIABLE", help="Take the value from this environment variable.")
@at_place
@JSON
def set_secret(*, place: Place, name: str, variable: str | None, as_json: bool) -> None:
    """
    Store a secret under NAME, in place of an earlier one.

    The value is read from standard input (at a terminal it is asked for, unseen); one line break at its end is left
    out. It can't be given as a word of the command: others on the machine can read those.
    """
    name = checked_name(name)
    stored = place.secrets.put(name, _from_environment(variable) if variable else _from_input())
    if as_json:
        print_document(stored)
    else:
        say(f"stored    {stored.name}{_ending(stored)}")


@secrets.command("list")
@at_place
@JSON
def list_secrets(*, place: Place, as_json: bool) -> None:
    """List the organization's secrets: their names, when they were set, and their last four characters."""
    found = list(place.secrets.all())
    if as_json:
        print_documents("secrets", found)
    elif found:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("name", "ends in", "set at (UTC)", "by"), map(_row, found))
    else:
        say("there are no secrets; `antiphon secrets set NAME` stores one")


@secrets.command("delete")
@click.argument("name")
@at_place
@JSON
def delete_secret(*, place: Place, name: str, as_json: bool) -> None:
    """Forget a secret; runs that name it from now on fail before they begin."""
    place.secrets.delete(name)
    if as_json:
        print_json({"name": name, "deleted": True})
    else:
        say(f"deleted   {name}")


@secrets.command("make-key")
def make_key() -> None:
    """Print a new master key, for ANTIPHON_SECRET_KEY or the file that ANTIPHON_SECRET_KEY_FILE names."""
    from adapters.secrets.master_keys import new_key

    show(new_key())


@secrets.command("rotate")
@JSON
def rotate(*, as_json: bool) -> None:
    """
    Encrypt every secret of all organizations anew, under the newest master key.

    On a server: put a new key before the old one (ANTIPHON_SECRET_KEY=NEW,OLD, or as the first line of the file) for
    every process, run this, then take the old one out. On your own machine the key file is changed by this command.
    It may be stopped and begun again. Backups made before need the old key.
    """
    from adapters.secrets.own_key_file import OwnKeyFile
    from entrypoints.secrets import sealed_columns

    antiphon = open_antiphon()
    keys = antiphon.secrets.keys
    if isinstance(keys, OwnKeyFile) and len(keys.all()) < 2:  # with two, an earlier change broke off
        keys.add_newest()
    rotated = Rotation(columns=sealed_columns(antiphon.engine), vault=antiphon.secrets.vault).run()
    if isinstance(keys, OwnKeyFile):
        keys.forget_older()
    newest = keys.for_encryption().id
    if as_json:
        print_json({"secrets": rotated.looked_at, "encrypted_anew": rotated.changed, "key": newest})
    else:
        say(f"{rotated.looked_at:,} secrets are under the key {newest}; {rotated.changed:,} were encrypted anew")


def _from_environment(variable: str) -> str:
    from entrypoints.settings import process_environment

    value = process_environment().get(variable, "")
    if not value:
        raise InvalidInput(f"--from-env: the environment variable {variable} is not set, or empty")
    return value


def _from_input() -> str:
    if sys.stdin is None:
        raise BrokenSettings("standard input is closed; the value is read from it, or named by --from-env")
    if sys.stdin.isatty():
        return str(click.prompt("value", hide_input=True, err=True))
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError as exc:
        raise InvalidInput("value: standard input is not text in UTF-8") from exc
    return text[:-1].removesuffix("\r") if text.endswith("\n") else text


def _ending(secret: SecretDocument) -> str:
    return f" (ends in {secret.last_four})" if secret.last_four else ""


def _row(secret: SecretDocument) -> tuple[str, ...]:
    return (secret.name, secret.last_four or "-", shown_time(secret.updated_at, otherwise=""), secret.updated_by)
