"""How much a process that works on somebody's file may take."""

from __future__ import annotations

from attrs import frozen

MEGABYTE = 1_000_000


@frozen(kw_only=True)
class ProcessLimits:
    """
    The limits of one file's process.

    *wait_s*: how long a file waits for a process to be free, before it is put off. *memory_bytes* bounds the address
    space of the process, where the operating system has such a limit (Linux).
    """

    timeout_s: float = 60.0
    wait_s: float = 30.0
    memory_bytes: int = 1500 * MEGABYTE
