"""The exit codes of the command line; documented, and stable."""

from __future__ import annotations

from enum import IntEnum

from domain.jobs.job import JobStatus


class ExitCode(IntEnum):
    """What a script can rely on; 70 is sysexits.h's EX_SOFTWARE, 130 and 141 are what shells say of SIGINT, SIGPIPE."""

    DONE = 0
    BELOW_GATE = 1
    BAD_INPUT = 2
    PARTIAL = 3
    FAILED = 4
    UNAVAILABLE = 5
    BUG = 70
    INTERRUPTED = 130
    UNREAD = 141


def exit_code_of(status: JobStatus, *, gates_met: bool) -> ExitCode:
    """Return the code for a job that ended: partial before gates, as a verdict over half the tests proves nothing."""
    if status is JobStatus.COMPLETED:
        return ExitCode.DONE if gates_met else ExitCode.BELOW_GATE
    return ExitCode.PARTIAL if status is JobStatus.PARTIAL else ExitCode.FAILED
