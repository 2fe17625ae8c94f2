"""Long answers, sent piece by piece: memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_BLOCK_CHARACTERS = 64 * 1024


def in_blocks(pieces: Iterable[str]) -> Iterator[bytes]:
    """
    Yield the text in blocks; what UTF-8 can't hold is replaced.

    Each block that is sent costs a change of threads, which a row of a table is not worth.
    """
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK_CHARACTERS:
            yield "".join(waiting).encode(errors="replace")
            waiting.clear()
            size = 0
    yield "".join(waiting).encode(errors="replace")


def page_headers(policy: str, *, name: str) -> dict[str, str]:
    """Return the headers of a page of ours, which is called *name* and runs under the content security *policy*."""
    return {
        # sandbox: the page's script has no origin, and so no way to whatever else this server serves
        "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; sandbox allow-scripts",
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
