"""`antiphon orgs`, `users`, `keys` and `audit`, as an operator types them."""

from __future__ import annotations

import base64
import re

from tests.e2e.command_line import CommandLine

ADA = "ada@example.com"


def set_up(cli: CommandLine) -> None:
    """Make an organization with one owner."""
    for words in (("orgs", "create", "acme"), ("users", "add", ADA, "--org", "acme", "--role", "owner")):
        ended = cli.run(*words)
        assert ended.code == 0, ended.stderr


def test_an_organization_is_there_from_the_start_with_its_user(cli: CommandLine) -> None:
    """Whoever starts on a laptop never hears of organizations, and the API knows whose everything is."""
    [organization] = cli.run("orgs", "list", "--json").document["organizations"]
    [user] = cli.run("users", "list", "--json").document["users"]

    assert (organization["name"], organization["id"]) == ("default", "00000000-0000-4000-8000-000000000001")
    assert (user["user_id"], user["email"], user["role"]) == ("local", "local@localhost", "owner")


def test_a_user_of_any_name_gets_an_address(cli: CommandLine) -> None:
    """ANTIPHON_USER was free text before there were addresses."""
    listed = cli.run("users", "list", "--json", ANTIPHON_USER="Ada Lovelace / é", ANTIPHON_ORGANIZATION="acme")

    assert listed.code == 0, listed.stderr
    assert [user["user_id"] for user in listed.document["users"]] == ["Ada Lovelace / é"]


def test_a_key_is_printed_once_and_never_shown_again(cli: CommandLine) -> None:
    """Standard output is the key alone, so that a script can take it."""
    set_up(cli)
    made = cli.run("keys", "create", "--org", "acme", "--user", ADA, "--scope", "read", "--expires", "90d")
    key = made.stdout.strip()

    assert made.code == 0, made.stderr
    assert re.fullmatch(r"antiphon_[a-z2-7]{12}_[A-Za-z0-9_-]{43}", key)
    assert "this once" in made.stderr
    listed = cli.run("keys", "list", "--org", "acme", "--json")
    [shown] = listed.document["keys"]
    assert (shown["prefix"], shown["email"], shown["scopes"], shown["state"]) == (key[:21], ADA, ["read"], "active")
    audited = cli.run("audit", "list", "--org", "acme")
    everything = b"".join(file.read_bytes() for file in cli.home.rglob("*") if file.is_file())
    for place in (listed.stdout, audited.stdout, everything.decode("latin-1")):
        assert key[22:] not in place


def test_keys_are_rotated_and_revoked_and_the_audit_log_says_so(cli: CommandLine) -> None:
    """By the operator who did it."""
    set_up(cli)
    words = ("keys", "create", "--org", "acme", "--user", ADA, "--scope", "read", "--scope", "write", "--json")
    first = cli.run(*words).document
    second = cli.run("keys", "rotate", first["prefix"], "--org", "acme", "--json").document
    revoked = cli.run("keys", "revoke", second["key"], "--org", "acme", "--json").document

    assert second["scopes"] == ["read", "write"]
    assert revoked["state"] == "revoked"
    listed = cli.run("keys", "list", "--org", "acme", "--json").document["keys"]
    assert {key["prefix"]: key["state"] for key in listed} == {first["prefix"]: "revoked", second["prefix"]: "revoked"}
    entries = cli.run("audit", "list", "--org", "acme", "--json").document["entries"]
    assert [(entry["action"], entry["user_id"]) for entry in entries] == [
        (action, "local")
        for action in ("key.revoked", "key.rotated", "key.created", "user.added", "organization.created")
    ]


def test_what_is_not_allowed_is_refused_with_the_remedy(cli: CommandLine) -> None:
    """Exit code 2, nothing changed, nothing on standard output."""
    set_up(cli)
    refused = {
        ("orgs", "create", "acme"): "choose another name",
        ("users", "add", "nobody", "--org", "acme", "--role", "owner"): "expected an address",
        ("users", "add", ADA, "--org", "nowhere", "--role", "owner"): "antiphon orgs list",
        ("users", "remove", ADA, "--org", "acme"): "last owner",
        ("users", "add", ADA, "--org", "acme", "--role", "viewer"): "last owner",
        ("keys", "create", "--org", "acme", "--user", "eve@example.com", "--scope", "read"): "antiphon users add",
        ("keys", "create", "--user", ADA, "--scope", "read"): "no member of this organization",
        ("keys", "revoke", "antiphon_aaaaaaaaaaaa", "--org", "acme"): "antiphon keys list",
        ("keys", "create", "--org", "acme", "--user", ADA, "--scope", "read", "--expires", "soon"): "90s, 30m",
    }
    for words, remedy in refused.items():
        ended = cli.run(*words)
        assert (ended.code, ended.stdout) == (2, ""), words
        assert remedy in ended.stderr, words


def test_keys_depend_on_the_master_key_where_one_is_set(cli: CommandLine) -> None:
    """A copy of the database alone can't check a guess; and the list says which keys lost theirs."""
    one, other = (base64.b64encode(bytes(range(first, first + 32))).decode() for first in (0, 32))
    words = ("keys", "create", "--user", "local@localhost", "--scope", "read")
    made = cli.run(*words, ANTIPHON_SECRET_KEY=one)
    assert made.code == 0, made.stderr

    states = [
        cli.run("keys", "list", "--json", ANTIPHON_SECRET_KEY=key).document["keys"][0]["state"]
        for key in (one, other, "")
    ]
    assert states == ["active", "locked", "locked"]
