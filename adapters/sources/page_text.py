"""The text of a web page, as Markdown with its headings, without what surrounds it on every page."""

from __future__ import annotations

from domain.jobs.errors import FailureKind, PermanentFailure

MOST_HTML_BYTES = 5 * 1024 * 1024


def text_of(html: bytes, *, url: str) -> bytes:
    """
    Return the page's own text as UTF-8; its title is the first heading.

    Raises:
        PermanentFailure: there is no text, or more HTML than a page has.
    """
    from trafilatura import extract, extract_metadata

    shown = url.partition("?")[0]
    if len(html) > MOST_HTML_BYTES:
        raise PermanentFailure(
            f"{shown}: it has {len(html):,} bytes of HTML; expected at most {MOST_HTML_BYTES:,}",
            kind=FailureKind.TOO_LARGE,
        )
    text = extract(html, output_format="markdown", include_comments=False, include_tables=True, favor_recall=True)
    if not text or not text.strip():
        raise PermanentFailure(f"{shown}: the page has no text of its own", kind=FailureKind.BAD_INPUT)
    found = extract_metadata(html)
    title = " ".join((found.title or "").split()) if found else ""
    if title and not text.lstrip("# ").startswith(title):
        text = f"# {title}\n\n{text}"
    return f"{text}\n".encode("utf-8", "replace")
