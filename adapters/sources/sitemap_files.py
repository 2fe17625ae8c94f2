"""
Sitemaps and lists of pages: what https://www.sitemaps.org/protocol.html describes, as XML, as plain text, or gzipped.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from attrs import frozen

from domain.jobs.errors import FailureKind, PermanentFailure

MOST_BYTES = 50 * 1024 * 1024
"""Of one sitemap, unpacked: the protocol's own limit."""

_GZIP = b"\x1f\x8b"


@frozen(kw_only=True)
class Link:
    """A page or, in an index, another sitemap; *modified* is what the site says of it."""

    url: str
    modified: str = ""
    is_sitemap: bool = False


def links_of(content: bytes, *, shown: str) -> Iterator[Link]:
    """
    Yield what a sitemap, an index of sitemaps, or a list with a URL a line names.

    Raises:
        PermanentFailure: it is none of these; what was yielded before is not all.
    """
    text = unpacked(content, shown=shown) if content.startswith(_GZIP) else content
    if not text.strip():
        return
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        yield from _of_xml(text, shown=shown)
    else:
        yield from _of_lines(text, shown=shown)


def unpacked(content: bytes, *, shown: str, at_most: int = MOST_BYTES) -> bytes:
    """
    Return what is gzipped.

    Raises:
        PermanentFailure: it is damaged, or has more than *at_most* bytes, however small it is packed.
    """
    machine = zlib.decompressobj(wbits=31)
    try:
        text = machine.decompress(content, at_most + 1)
    except zlib.error as exc:
        raise PermanentFailure(f"{shown}: what is gzipped there is damaged", kind=FailureKind.BAD_INPUT) from exc
    if len(text) > at_most:
        raise PermanentFailure(f"{shown}: it has more than {at_most:,} bytes", kind=FailureKind.TOO_LARGE)
    if not machine.eof:
        raise PermanentFailure(f"{shown}: what is gzipped there breaks off", kind=FailureKind.BAD_INPUT)
    return text


def _of_lines(text: bytes, *, shown: str) -> Iterator[Link]:
    for no, line in enumerate(text.decode("utf-8-sig", "replace").splitlines(), start=1):
        url = line.strip()
        if not url:
            continue
        if not url.startswith(("http://", "https://")):
            raise PermanentFailure(
                f"{shown}: line {no} is no URL; expected a sitemap (XML), or a list with one URL a line",
                kind=FailureKind.BAD_INPUT,
            )
        yield Link(url=url)


def _of_xml(text: bytes, *, shown: str) -> Iterator[Link]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    root = ""
    try:
        for event, element in iterparse(BytesIO(text), events=("start", "end"), forbid_dtd=True):
            name = _name(element)
            if not root:
                root = name
                _check_root(root, shown)
            if event == "end" and name in ("url", "sitemap"):
                yield from _link(element, is_sitemap=name == "sitemap")
                element.clear()
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise PermanentFailure(
            f"{shown}: it is no sitemap that can be read ({type(exc).__name__}: {exc})", kind=FailureKind.BAD_INPUT
        ) from exc


def _check_root(root: str, shown: str) -> None:
    if root in ("urlset", "sitemapindex"):
        return
    what = "a web page" if root.lower() == "html" else f"XML with the root <{root[:60]}>"
    raise PermanentFailure(
        f"{shown}: it is {what}; expected a sitemap (often /sitemap.xml), or a text file with one URL a line",
        kind=FailureKind.BAD_INPUT,
    )


def _link(element: Element, *, is_sitemap: bool) -> Iterator[Link]:
    found = {_name(child): (child.text or "").strip() for child in element}
    if found.get("loc"):
        modified = "".join(found.get("lastmod", "").split())[:40]
        yield Link(url=found["loc"], modified=modified, is_sitemap=is_sitemap)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
