"""Runs under limits, and how densely calls came in at their target."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from tests.integration.processes import Command, Installation


def limited(installation: Installation, file: Path, *, at_once: int, a_minute: int) -> Command:
    """Start a run whose target takes so many calls at once, and a minute."""
    limits = ("--target-concurrency", str(at_once), "--requests-per-minute", str(a_minute))
    return installation.start("run", str(file), "--concurrency", "40", *limits, "--json")


def most_in(moments: Sequence[float], window_s: float) -> int:
    """Return how many of the *moments* (s) lie in the fullest window of that length."""
    moments = sorted(moments)
    return max(bisect_left(moments, start + window_s) - place for place, start in enumerate(moments))
