"""What a web page itself says, without what surrounds it on every page: menus, footers, dates of the request."""

from __future__ import annotations

from html import escape

from domain.jobs.errors import FailureKind, PermanentFailure

MOST_HTML_BYTES = 5 * 1024 * 1024


def plain_page(html: bytes, *, url: str) -> bytes:
    """
    Return a page with nothing but its title, headings, paragraphs, lists and tables, as HTML in UTF-8.

    Raises:
        PermanentFailure: it has no text of its own, or more HTML than a page has.
    """
    from trafilatura import extract, extract_metadata

    shown = url.partition("?")[0]
    if len(html) > MOST_HTML_BYTES:
        raise PermanentFailure(
            f"{shown}: it has {len(html):,} bytes of HTML; expected at most {MOST_HTML_BYTES:,}",
            kind=FailureKind.TOO_LARGE,
        )
    text = extract(html, output_format="html", include_comments=False, include_tables=True, favor_recall=True)
    if not text:
        raise PermanentFailure(f"{shown}: the page has no text of its own", kind=FailureKind.BAD_INPUT)
    found = extract_metadata(html)
    title = " ".join((found.title or "").split()) if found else ""
    head = f"<head><title>{escape(title)}</title></head>" if title else ""
    return text.replace("<html>", f"<html>{head}", 1).encode("utf-8", "replace")
