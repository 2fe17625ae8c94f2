"""How much of anything a file may have, or take to be read. What is beyond is refused, and nothing else suffers."""

from __future__ import annotations

from attrs import frozen

MEGABYTE = 1_000_000


@frozen(kw_only=True)
class ParsingLimits:
    """
    The limits of one file.

    *wait_s*: how long it waits for a process to be free, before it is put off. *memory_bytes* bounds the address space
    of the process that reads it, where the operating system has such a limit (Linux). *unzipped_bytes* and
    *unzip_ratio* are for formats that are archives.
    """

    size_bytes: int = 25 * MEGABYTE
    pages: int = 2000
    rows: int = 200_000
    characters: int = 10_000_000
    timeout_s: float = 60.0
    wait_s: float = 30.0
    memory_bytes: int = 1500 * MEGABYTE
    unzipped_bytes: int = 250 * MEGABYTE
    unzip_ratio: int = 100
    archive_members: int = 10_000


USUAL = ParsingLimits()
