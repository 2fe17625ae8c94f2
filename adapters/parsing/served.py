"""What a child process does for `ChildParsers`, and how what it read crosses to its parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.child_processes.serving import Said, Serve
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.reading import read
from domain.embedding.parsed import Heading, ParsedDocument


def open_server(limits: Mapping[str, Any]) -> Serve:
    """Return what reads documents within these limits."""
    bounds = ParsingLimits(**limits)

    def serve(request: Mapping[str, Any], content: bytes) -> Said:
        document = read(content, name=request["name"], media_type=request["media_type"], limits=bounds)
        return to_json(document), b""

    return serve


def to_json(document: ParsedDocument) -> dict[str, object]:
    """Return a parsed document as JSON."""
    headings = [[one.level, one.text, one.start, one.end] for one in document.headings]
    return {"title": document.title, "text": document.text, "headings": headings}


def from_json(said: Mapping[str, Any], _made: bytes) -> ParsedDocument:
    """
    Return the parsed document that a child sent.

    Raises:
        ValueError: it is none: the child was taken over by what it read.
    """
    try:
        headings = tuple(
            Heading(level=int(level), text=str(text), start=int(start), end=int(end))
            for level, text, start, end in said["headings"]
        )
        return ParsedDocument(title=str(said["title"]), text=str(said["text"]), headings=headings)
    except (KeyError, TypeError) as exc:
        raise ValueError(f"no parsed document: {exc}") from exc
