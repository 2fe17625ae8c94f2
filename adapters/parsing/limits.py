"""How much of anything a file may have, or take to be read. What is beyond is refused, and nothing else suffers."""

from __future__ import annotations

from attrs import frozen

from adapters.child_processes.limits import MEGABYTE, ProcessLimits


@frozen(kw_only=True)
class ParsingLimits(ProcessLimits):
    """The limits of one file, and of the process that reads it; those of unzipping are for archives."""

    size_bytes: int = 25 * MEGABYTE
    pages: int = 2000
    rows: int = 200_000
    characters: int = 10_000_000
    unzipped_bytes: int = 250 * MEGABYTE
    unzip_ratio: int = 100
    archive_members: int = 10_000


USUAL = ParsingLimits()
