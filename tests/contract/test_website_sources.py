"""What a website may expect of us: unchanged pages cost a line, robots.txt is kept to, no redirect leaves the site."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.http.guard import LOCAL
from adapters.memory.limits import MemoryCells, MemoryLimiter
from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.opener import StandardSources
from domain.embedding.documentation_source import SourceKind, SourceSettings
from domain.embedding.pacing import HostPace, patient
from domain.embedding.source_ports import Entry, Fetched, Pace, SourceReader, Unchanged
from domain.jobs.errors import Deferred, FailureKind, PermanentFailure, TransientFailure
from domain.limits.breaker import BreakerRules
from domain.limits.doors import Doors
from domain.limits.permits import PermitsInHand
from tests.contract.building import a_job
from tests.contract.documentation_sources import a_source
from tests.contract.opening_sources import Opening, no_pace
from tests.contract.source_places import SitePlace
from tests.contract.syncing import Syncing
from tests.services.website import Website, website

REFUNDS, SHIPPING = "/refunds", "/private/shipping"
ENVIRONMENT = {"DOCS_TOKEN": "a-token-of-the-site"}


@pytest.fixture
def site() -> Iterator[Website]:
    """A website with two pages."""
    with website() as found:
        found.pages[REFUNDS] = "Refunds are made within fourteen days of the return of what was bought."
        found.pages[SHIPPING] = "Shipping takes three working days, and five to islands without an airport."
        yield found


def reader(site: Website, *, pace: Pace = no_pace) -> SourceReader:
    """Open the site, at the usual pace of an installation that may call this machine."""
    settings = SourceSettings(kind=SourceKind.SITEMAP, location=site.url("/sitemap.xml"), secret="${DOCS_TOKEN}")
    sources = StandardSources(roots=AllowedRoots(), copies=Path("nowhere"), guard=LOCAL)
    return sources.open(a_source(settings=settings), environment=ENVIRONMENT, pace=pace)


def fetched(site: Website, path: str = REFUNDS, *, known: str = "") -> Fetched | Unchanged:
    """Ask for a page."""
    return reader(site).fetch(Entry(location=site.url(path), version=""), known=known, deadline_s=10)


def version(found: Fetched | Unchanged) -> str:
    """Return what is kept of a version."""
    return found.version


def asked(site: Website, path: str = REFUNDS) -> dict[str, str]:
    """Return the headers of the last request for a path."""
    return [headers for one, headers in site.seen if one == path][-1]


def test_an_unchanged_page_is_not_sent_again(site: Website) -> None:
    """We say what we have; the site says that it still is so, in a line."""
    first = fetched(site)
    again = fetched(site, known=version(first))

    assert asked(site)["if-none-match"].startswith('"')
    assert again == Unchanged(version=version(first))


def test_a_page_that_only_says_when_it_changed_is_asked_for_by_that(site: Website) -> None:
    """Many sites know no ETag."""
    when = "Sat, 21 Nov 2026 10:00:00 GMT"
    site.answers[REFUNDS] = (200, {"Content-Type": "text/plain", "Last-Modified": when}, b"Within fourteen days.")
    first = fetched(site)
    site.answers[REFUNDS] = (304, {}, b"")

    again = fetched(site, known=version(first))

    assert asked(site)["if-modified-since"] == when
    assert "if-none-match" not in asked(site)
    assert again == Unchanged(version=version(first))


def test_a_sync_counts_what_the_site_calls_unchanged_as_skipped(tmp_path: Path) -> None:
    """Without dates in the sitemap every page is asked about, and none is fetched."""
    with website() as site:
        syncing = Syncing(Opening(copies=tmp_path / "copies"), SitePlace(site))
        site.pages[REFUNDS] = "Refunds are made within fourteen days of the return of what was bought."
        first, second = syncing.sync(), syncing.sync()

    assert (first.created, second.skipped, second.total, second.updated) == (1, 1, 1, 0)
    assert site.asked(REFUNDS) == 2
    assert "if-none-match" in asked(site)
    assert syncing.embedders.calls == 1


def test_what_robots_txt_forbids_is_neither_listed_nor_asked_for(site: Website) -> None:
    """Nor when somebody listed it before the site forbade it."""
    site.robots = "User-agent: *\nDisallow: /private/\n"

    listed = [entry.location for entry in reader(site).entries()]
    with pytest.raises(PermanentFailure, match=r"robots\.txt") as refused:
        fetched(site, SHIPPING)

    assert listed == [site.url(REFUNDS)]
    assert refused.value.kind is FailureKind.REFUSED
    assert site.asked(SHIPPING) == 0


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(site: Website) -> None:
    """A page must not lead around the rules of its own site."""
    site.robots = "User-agent: antiphon\nDisallow: /private/\n"
    site.answers[REFUNDS] = (302, {"Location": SHIPPING}, b"")

    with pytest.raises(PermanentFailure, match=r"robots\.txt"):
        fetched(site)

    assert site.asked(SHIPPING) == 0


def test_without_an_answer_for_robots_txt_nothing_is_asked_for(site: Website) -> None:
    """RFC 9309: a site that is in trouble has not said that we may."""
    site.answers["/robots.txt"] = (503, {}, b"")

    with pytest.raises(TransientFailure, match=r"robots\.txt: HTTP 503"):
        list(reader(site).entries())

    assert {path for path, _ in site.seen} == {"/robots.txt"}


def test_a_redirect_within_the_site_is_followed(site: Website) -> None:
    """Sites move pages, and their sitemaps lag behind."""
    site.answers["/old"] = (301, {"Location": REFUNDS}, b"")

    found = fetched(site, "/old")

    assert isinstance(found, Fetched)
    assert b"fourteen days" in found.content


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_out_of_the_site_is_refused(site: Website, status: int) -> None:
    """Another site is another source, with another owner; our token for this one is none of its business."""
    with website() as other:
        site.answers[REFUNDS] = (status, {"Location": other.url("/refunds")}, b"")
        with pytest.raises(PermanentFailure, match="another site is another source") as refused:
            fetched(site)

    assert refused.value.kind is FailureKind.REFUSED
    assert asked(site)["authorization"] == f"Bearer {ENVIRONMENT['DOCS_TOKEN']}"
    assert other.seen == []


def test_a_circle_of_redirects_ends(site: Website) -> None:
    """Or a worker would walk in it until its deadline."""
    site.answers[REFUNDS] = (302, {"Location": REFUNDS}, b"")

    with pytest.raises(PermanentFailure, match="redirects"):
        fetched(site)

    assert site.asked(REFUNDS) < 10


class Guests:
    """Workers that share limits, and a clock that only the test moves; each asks through doors of its own."""

    def __init__(self) -> None:
        self.now_us = 0
        self.limiter, self.cells = MemoryLimiter(lambda: self.now_us), MemoryCells(lambda: self.now_us)
        self.moments: list[tuple[str, float]] = []

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self.now_us += round(seconds * 1_000_000)

    def ask(self, host: str, *, interval_s: float) -> None:
        """Have another worker ask for its turn (`Pace`)."""
        permits = PermitsInHand(limiter=self.limiter, lease_s=30)
        doors = Doors(permits=permits, cells=self.cells, process="p", rules=BreakerRules(strikes=0))
        HostPace.of_job(doors, a_job())(host, interval_s=interval_s)
        self.moments.append((host, self.now_us / 1_000_000))


def test_a_host_is_asked_once_a_second_whoever_asks() -> None:
    """A hundred workers must not be a hundred guests; another host has a second of its own."""
    guests = Guests()
    guests.ask("docs.example.org", interval_s=1.0)
    with pytest.raises(Deferred) as refused:
        guests.ask("docs.example.org", interval_s=1.0)
    guests.ask("help.example.org", interval_s=1.0)
    guests.pass_time(refused.value.retry_after_s)
    guests.ask("docs.example.org", interval_s=1.0)

    assert refused.value.retry_after_s == pytest.approx(1.0, abs=0.001)
    assert [host for host, _ in guests.moments] == ["docs.example.org", "help.example.org", "docs.example.org"]


@pytest.mark.parametrize(("robots", "apart_s"), [("", 1.0), ("User-agent: *\nCrawl-delay: 7\n", 7.0)])
def test_every_request_of_a_listing_waits_for_its_turn(site: Website, robots: str, apart_s: float) -> None:
    """robots.txt, sitemaps, redirects and pages alike; a site that asks for more time gets it."""
    site.robots = robots
    site.answers[REFUNDS] = (302, {"Location": SHIPPING}, b"")
    guests = Guests()
    found = reader(site, pace=patient(guests.ask, sleep=guests.pass_time))

    for entry in found.entries():
        found.fetch(entry, known="", deadline_s=10)

    apart = [later - earlier for (_, earlier), (_, later) in pairwise(guests.moments)]
    assert len(guests.moments) == len(site.seen) == 5
    assert apart[0] == pytest.approx(1.0, abs=0.001)  # robots.txt says it, so the first request can't know
    assert apart[1:] == [pytest.approx(apart_s, abs=0.001)] * 3
