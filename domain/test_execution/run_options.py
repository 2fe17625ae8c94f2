"""How a run's items are run: what was asked for, else what the file of tests would like, else the usual."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from domain.jobs.job import JobOptions
from domain.test_execution.test_set import RunHints

LONGEST_S = 60.0
"""How long an attempt may take when nobody says: the run's own latencies shorten it."""

_NO_HINTS = RunHints()


def run_options(said: Mapping[str, Any], *, hints: RunHints = _NO_HINTS) -> JobOptions:
    """Return the options of which *said* holds those that were asked for, by their names in `JobOptions`."""
    deadline = {} if said.get("deadline_s") is not None else {"deadline_s": LONGEST_S, "follows_latency": True}
    return with_hints(JobOptions(**{**said, **deadline}), hints, said=said.keys())


def with_hints(options: JobOptions, hints: RunHints, *, said: Collection[str]) -> JobOptions:
    """Return the options with what a file of tests would like, but for those that somebody *said*."""
    if hints.concurrency is not None and "concurrency" not in said:
        options = attrs.evolve(options, concurrency=hints.concurrency)
    if hints.deadline_s is not None and "deadline_s" not in said:
        options = attrs.evolve(options, deadline_s=hints.deadline_s, follows_latency=False)
    return options
