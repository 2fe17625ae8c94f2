"""
The stable JSON document of a comparison; every field is described in docs/json-output.md.

Fields may be added, never renamed, removed or given another meaning. Differences are new minus base.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from domain.jobs.job import Job
from domain.test_execution.comparison import Change, Comparison, Difference
from domain.test_execution.pairing import TestSide
from domain.test_execution.pass_rate import PassRate
from domain.test_execution.summary import GateResult

DIGITS = 6
MOST_CHANGES = 200


def comparison_document(
    comparison: Comparison, *, base: Job, new: Job, gates: Sequence[GateResult], names: tuple[str, str]
) -> dict[str, object]:
    """Return the comparison of the runs *base* and *new* (*names*: what was tested) as one JSON object."""
    return {
        "base": _run(base, names[0], comparison.base_rate),
        "new": _run(new, names[1], comparison.new_rate),
        "alpha": comparison.alpha,
        "tests": attrs.asdict(comparison.matching),
        "pass_rate": _difference(comparison.pass_rate),
        "metrics": [_difference(metric) for metric in comparison.metrics],
        "other_metrics": comparison.other_metrics,
        "estimates": [_difference(estimate) for estimate in comparison.estimates],
        "regressed": comparison.regressed,
        "regressions": [_change(change) for change in comparison.regressions[:MOST_CHANGES]],
        "improved": comparison.improved,
        "improvements": [_change(change) for change in comparison.improvements[:MOST_CHANGES]],
        "gates": [
            {"gate": gate.gate, "wanted": gate.wanted, "found": _rounded(gate.found), "met": gate.met} for gate in gates
        ],
    }


def _run(job: Job, name: str, rate: PassRate) -> dict[str, object]:
    low, high = (_rounded(end) for end in (rate.interval.low, rate.interval.high))
    return {
        "id": job.id,
        "name": name,
        "status": job.status.value,
        "revision": job.revision,
        "pass_rate": {"value": _rounded(rate.value), "low": low, "high": high, "tests": rate.tests},
    }


def _difference(found: Difference | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "name": found.name,
        "kind": found.kind or None,
        "tests": found.tests,
        "base": _rounded(found.base),
        "new": _rounded(found.new),
        "difference": _rounded(found.value),
        "low": _rounded(found.interval.low),
        "high": _rounded(found.interval.high),
        "p": _significant(found.p),
        "p_adjusted": _significant(found.p_adjusted),
        "finding": found.finding.value,
        "smallest_difference": _rounded(found.smallest),
    }


def _change(change: Change) -> dict[str, object]:
    return {"test": change.base.key, "base": _side(change.base), "new": _side(change.new)}


def _side(side: TestSide) -> dict[str, object]:
    return {"passed": side.passed, "judged": side.judged, "answer": side.answer, "reason": side.reason}


def _significant(p: float | None) -> float | None:
    return None if p is None else float(f"{p:.{DIGITS}g}")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
