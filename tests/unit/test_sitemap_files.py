"""Sitemaps as sites write them, and as nobody should."""

from __future__ import annotations

import gzip

import pytest

from adapters.sources.sitemap_files import Link, links_of
from domain.jobs.errors import PermanentFailure

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAGES = f"<urlset {NS}><url><loc> https://x.org/a </loc><lastmod>2026-01-02</lastmod></url><url/></urlset>".encode()


def read(content: bytes) -> list[Link]:
    """Return the links of a sitemap."""
    return list(links_of(content, shown="the sitemap"))


def test_pages_are_read_with_their_dates() -> None:
    """A date that is passed over costs a request a page at every sync."""
    assert read(PAGES) == [Link(url="https://x.org/a", modified="2026-01-02")]


def test_a_gzipped_sitemap_is_read() -> None:
    """Large sites pack theirs."""
    assert read(gzip.compress(PAGES)) == read(PAGES)


def test_an_index_names_sitemaps() -> None:
    """They are read in their turn, not fetched as pages."""
    index = f"<sitemapindex {NS}><sitemap><loc>https://x.org/1.xml</loc></sitemap></sitemapindex>".encode()

    assert read(index) == [Link(url="https://x.org/1.xml", is_sitemap=True)]


def test_a_list_has_a_url_a_line() -> None:
    """The protocol's plain form, and how anybody writes down which pages matter."""
    assert read(b"\xef\xbb\xbfhttps://x.org/a\r\n\nhttps://x.org/b\n") == [
        Link(url="https://x.org/a"),
        Link(url="https://x.org/b"),
    ]


def test_an_empty_file_names_nothing() -> None:
    """What a listing without documents means is decided elsewhere."""
    assert read(b" \n") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><body>Not found</body></html>", "a web page"),
        (b"<rss/>", "XML with the root <rss>"),
        (b"<urlset><url>", "no sitemap that can be read"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><urlset>&a;</urlset>', "no sitemap that can be read"),
        (b"just words", "line 1 is no URL"),
        (gzip.compress(PAGES)[:-9], "breaks off"),
        (b"\x1f\x8bnot gzip", "damaged"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_000), "more than"),
    ],
    ids=["page", "feed", "cut", "entities", "words", "cut-gzip", "bad-gzip", "bomb"],
)
def test_what_is_no_sitemap_is_refused(content: bytes, said: str) -> None:
    """A page that says 'not found' with a 200 would else be an empty source."""
    with pytest.raises(PermanentFailure, match=said):
        read(content)
