"""
Websites as sources: the pages that a sitemap, an index of sitemaps, or a list of pages names.

A page that the sitemap says is unchanged is not asked for. Any other is asked for with what its last answer said of
itself (ETag, Last-Modified), so that an unchanged one costs a line. Of HTML the text is taken, without menus and
footers; its hash is what counts, since pages hold dates and tokens that change with every request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urldefrag, urlsplit

from attrs import frozen

from adapters.sources.page_text import plain_page
from adapters.sources.site_client import REQUEST_S, Page, SiteClient
from adapters.sources.sitemap_files import MOST_BYTES as MOST_SITEMAP_BYTES
from adapters.sources.sitemap_files import Link, links_of
from domain.embedding.selection import Selection
from domain.embedding.source_ports import MOST_BYTES, Entry, Fetched, Unchanged
from domain.jobs.errors import FailureKind, PermanentFailure

MOST_SITEMAPS = 500
HTML = ("text/html", "application/xhtml+xml")


@frozen(kw_only=True, eq=False)
class SiteReader:
    """`SourceReader` of the pages that the sitemap at *url* names."""

    url: str
    client: SiteClient
    selection: Selection
    now: Callable[[], datetime]

    def entries(self) -> Iterator[Entry]:
        """List the pages; a sitemap of an index that does not answer fails the listing."""
        todo, read = [self.url], 0
        while todo:
            url = todo.pop(0)
            read += 1
            if read > MOST_SITEMAPS:
                raise PermanentFailure(f"{self.url}: more than {MOST_SITEMAPS} sitemaps", kind=FailureKind.TOO_LARGE)
            for link in self._links(url):
                if link.is_sitemap:
                    todo.append(link.url)
                else:
                    yield from self._entry(link)

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched | Unchanged:
        """Ask for a page, if it has changed."""
        page = self.client.get(entry.location, headers=_conditions(known), max_bytes=MOST_BYTES, deadline_s=deadline_s)
        if page.status == 304:
            return Unchanged(version=self._version(entry, known.partition(" ")[2]))
        version = self._version(entry, _validators(page))
        media_type = page.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type in HTML or (not media_type and page.body.lstrip()[:1] == b"<"):
            content = plain_page(page.body, url=entry.location)
            return Fetched(content=content, name=_name(page), media_type="text/html", version=version)
        return Fetched(content=page.body, name=_name(page), media_type=media_type, version=version)

    def close(self) -> None:
        """No connection outlives its request."""

    def _links(self, url: str) -> Iterator[Link]:
        page = self.client.get(url, headers={}, max_bytes=MOST_SITEMAP_BYTES, deadline_s=REQUEST_S)
        return links_of(page.body, shown=url.partition("?")[0])

    def _entry(self, link: Link) -> Iterator[Entry]:
        """Yield a page of the site that is wanted, and that robots.txt lets us read."""
        url = urldefrag(link.url).url
        is_ours = self.client.is_within(url) and self.selection.takes_page(unquote(urlsplit(url).path))
        if is_ours and self.client.allows(url):
            yield Entry(location=url, version=link.modified)

    def _version(self, entry: Entry, validators: str) -> str:
        """Return what is kept of a version: the sitemap's date, where it can be relied on, and the page's own words."""
        listed = entry.version if self._is_over(entry.version) else ""
        return f"{listed} {validators}" if validators else listed

    def _is_over(self, modified: str) -> bool:
        """Whether a date without a time is past: a page that was changed today may be changed again today."""
        if "T" in modified:
            return True
        try:
            day = datetime.fromisoformat(modified).replace(tzinfo=UTC)
        except ValueError:
            return False
        return day + timedelta(days=2) < self.now()


def _conditions(known: str) -> dict[str, str]:
    """Return the headers that ask for a page only if it has changed."""
    said = known.partition(" ")[2]
    if not said:
        return {}
    found = json.loads(said)
    headers = {"If-None-Match": found.get("etag"), "If-Modified-Since": found.get("modified")}
    return {name: value for name, value in headers.items() if value}


def _validators(page: Page) -> str:
    found = {"etag": page.headers.get("etag", ""), "modified": page.headers.get("last-modified", "")}
    told = {name: value for name, value in found.items() if value and value.isascii() and len(value) <= 200}
    return json.dumps(told) if told else ""


def _name(page: Page) -> str:
    return unquote(urlsplit(page.url).path.rpartition("/")[2]) or "page"
