"""What others said, inside of Markdown: it can't become markup, HTML, links or mentions."""

from __future__ import annotations

import re

from adapters.reports.wording import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~])")
_ENTITIES: dict[str, str | int | None] = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@\u200b"}
"""What a backslash does not always make harmless; the space behind an at sign, unseen, keeps people from being told."""
_ADDRESS = re.compile(r"(?i)(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\bmailto)(?=:)|(?<=\bxmpp)(?=:)")
_BLOCK = re.compile(r"^(?:[-=]|\d{1,9}(?=[.)]))")


def escaped(text: str) -> str:
    """Return *text* as one line that shows as it is; what would become a link by itself is broken, unseen."""
    line = _SPECIAL.sub(r"\\\1", " ".join(visible(text).split())).translate(str.maketrans(_ENTITIES))
    return _ADDRESS.sub("\u200b", line)


def quoted(text: str) -> str:
    """Return *text* as a block quote, line by line; none of its lines begins a list, a rule or a heading."""
    lines = visible(text).strip().splitlines() or [""]
    return "\n".join(f"> {_block(line)}".rstrip() for line in lines)


def _block(line: str) -> str:
    shown = escaped(line)
    marker = _BLOCK.match(shown)
    if marker is None:
        return shown
    end = marker.end()
    return f"{shown[:end]}\\{shown[end:]}" if shown[0].isdigit() else f"\\{shown}"
