"""
Climbing: one rung after the other, each timed, until the first one breaks.

What a rung does is the caller's; that they come in order, that nothing is tried above a broken one, and that all of
them together keep to one deadline is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

from attrs import frozen

from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure
from domain.llm_validation.advice import advice_for
from domain.llm_validation.rung import NotTestable, Passed, Rung, RungResult, RungState

Told = Callable[[RungResult], None]


@frozen(kw_only=True)
class Step:
    """
    One rung and how it is tried: *climb* gets the seconds that are left.

    It raises ItemFailure or InvalidInput when the rung breaks.
    """

    rung: Rung
    climb: Callable[[float], Passed | NotTestable]
    model: str = ""


def climbed(
    steps: Iterable[Step], *, deadline_s: float, told: Told, seconds: Callable[[], float] = perf_counter
) -> tuple[RungResult, ...]:
    """
    Return what became of each rung, up to the first that broke; *told* hears of each as it comes.

    *steps* is asked for the next one only when the one before holds. *seconds* is a clock that never goes back.
    """
    ends = seconds() + deadline_s
    results: list[RungResult] = []
    for step in steps:
        result = _tried(step, left_s=ends - seconds(), deadline_s=deadline_s, seconds=seconds)
        results.append(result)
        told(result)
        if result.state is RungState.FAILED:
            break
    return tuple(results)


def _tried(step: Step, *, left_s: float, deadline_s: float, seconds: Callable[[], float]) -> RungResult:
    if left_s <= 0:
        return broken(step, FailureKind.TIMED_OUT, f"the check's {deadline_s:g} s were used up before this began")
    began = seconds()
    try:
        found = step.climb(left_s)
    except InvalidInput as error:
        return broken(step, FailureKind.BAD_INPUT, str(error), duration_s=seconds() - began)
    except ItemFailure as failure:
        return broken(step, failure.kind, str(failure), duration_s=seconds() - began)
    took_s = seconds() - began
    if isinstance(found, NotTestable):
        return RungResult(rung=step.rung, state=RungState.NOT_TESTABLE, duration_s=took_s, note=found.reason)
    return RungResult(
        rung=step.rung,
        state=RungState.PASSED,
        duration_s=took_s,
        note=found.note,
        model=found.model or step.model,
        usage=found.usage,
    )


def broken(step: Step, kind: FailureKind, note: str, *, duration_s: float = 0.0) -> RungResult:
    """Return the result of a rung that broke, with what to do about it."""
    return RungResult(
        rung=step.rung,
        state=RungState.FAILED,
        duration_s=duration_s,
        note=note,
        model=step.model,
        kind=kind,
        advice=advice_for(kind, rung=step.rung),
    )
