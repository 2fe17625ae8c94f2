"""The guard before every source behind a URL: who adds one must not have our workers look around in our network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.http.addresses import THIS_NETWORK
from adapters.http.guard import HINT, AddressGuard, AddressInfo
from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.opener import StandardSources
from domain.embedding.documentation_source import SourceKind, SourceSettings
from domain.embedding.source_ports import Entry
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure
from tests.contract.documentation_sources import a_source
from tests.contract.opening_sources import no_pace
from tests.services.guard import free_port
from tests.services.http_server import ScriptedServer, always, reply

REFUSED = f"its host leads to a loopback address, where nothing is sent; {HINT}"


def git(host: str) -> SourceSettings:
    """Return a repository there."""
    return SourceSettings(kind=SourceKind.GIT, location=f"http://{host}/docs.git")


def bucket(host: str) -> SourceSettings:
    """Return a bucket there."""
    return SourceSettings(kind=SourceKind.S3, location="s3://handbook/docs", endpoint=f"http://{host}")


def pages(host: str) -> SourceSettings:
    """Return a website there."""
    return SourceSettings(kind=SourceKind.SITEMAP, location=f"http://{host}/sitemap.xml")


KINDS = pytest.mark.parametrize("settings_at", [git, bucket, pages])
SettingsAt = Callable[[str], SourceSettings]


@pytest.fixture
def inside() -> Iterator[ScriptedServer]:
    """A server of our own network."""
    with ScriptedServer(always(reply("what is inside"))) as server:
        yield server


def leads_here(_: str, port: int) -> list[AddressInfo]:
    """Say that a name is this machine, as its owner may have the world believe."""
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))]


def sources(copies: Path) -> StandardSources:
    """Return what opens sources where ANTIPHON_PRIVATE_TARGETS is off."""
    return StandardSources(roots=AllowedRoots(), copies=copies, guard=AddressGuard(resolve=leads_here))


@KINDS
def test_a_name_that_leads_inside_is_refused_in_the_words_of_the_guard(
    tmp_path: Path, inside: ScriptedServer, settings_at: SettingsAt
) -> None:
    """For good, since asking again leads there again; whoever reads it learns who can allow it."""
    source = a_source(settings=settings_at(f"docs.example.org:{inside.port}"))
    reader = sources(tmp_path).open(source, environment={}, pace=no_pace)

    with pytest.raises(PermanentFailure) as listing:
        list(reader.entries())
    with pytest.raises(PermanentFailure) as fetching:
        reader.fetch(
            Entry(location=f"http://docs.example.org:{inside.port}/a", version="0" * 40), known="", deadline_s=9
        )
    reader.close()

    for refused in (listing.value, fetching.value):
        assert REFUSED in str(refused)
        assert refused.kind is FailureKind.BAD_INPUT
    assert inside.connections == 0


@KINDS
@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]"])
def test_an_address_that_is_written_out_is_refused_before_it_is_stored(
    tmp_path: Path, settings_at: SettingsAt, host: str
) -> None:
    """Whoever adds it hears of it at once, and not from a sync in the night."""
    with pytest.raises(InvalidInput, match="ANTIPHON_PRIVATE_TARGETS"):
        sources(tmp_path).check(settings_at(host))


@KINDS
def test_a_server_that_is_away_may_be_back(tmp_path: Path, settings_at: SettingsAt) -> None:
    """What nobody refuses is asked again: no connection now is no reason to give a source up."""
    open_guard = AddressGuard(rules=THIS_NETWORK, resolve=leads_here)
    away = StandardSources(roots=AllowedRoots(), copies=tmp_path, guard=open_guard)
    settings = settings_at(f"docs.example.org:{free_port()}")
    reader = away.open(a_source(settings=settings), environment={}, pace=no_pace)

    with pytest.raises(TransientFailure) as failed:
        list(reader.entries())
    reader.close()

    assert failed.value.kind is FailureKind.CONNECTION
