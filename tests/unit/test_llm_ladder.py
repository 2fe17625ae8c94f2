"""Climbing: rungs in order, each timed, nothing above a broken one, and all of them within one deadline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import define

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure
from domain.llm_validation.ladder import Step, climbed
from domain.llm_validation.rung import NotTestable, Passed, Rung, RungResult, RungState


@define
class Watch:
    """A clock that goes on when it is told to."""

    time_s: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.time_s

    def passing(self, rung: Rung, *, takes_s: float = 1.0) -> Step:
        """Return a rung that holds after so long."""

        def climb(_left_s: float) -> Passed:
            self.time_s += takes_s
            return Passed(note="fine")

        return Step(rung=rung, climb=climb)

    def climb(self, steps: Iterator[Step] | list[Step], *, deadline_s: float = 30.0) -> tuple[RungResult, ...]:
        """Climb them."""
        return climbed(steps, deadline_s=deadline_s, told=lambda _: None, seconds=self)


def failing(rung: Rung, error: Exception) -> Step:
    """Return a rung that breaks."""

    def climb(_left_s: float) -> Passed:
        raise error

    return Step(rung=rung, climb=climb, model="m")


def test_every_rung_is_timed() -> None:
    """A slow name server and a slow model are different troubles."""
    watch = Watch()

    results = watch.climb([watch.passing(Rung.DNS, takes_s=0.25), watch.passing(Rung.TCP, takes_s=2.0)])

    assert [(result.rung, result.state, result.duration_s) for result in results] == [
        (Rung.DNS, RungState.PASSED, 0.25),
        (Rung.TCP, RungState.PASSED, 2.0),
    ]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermanentFailure("HTTP 401", kind=FailureKind.AUTHENTICATION), FailureKind.AUTHENTICATION),
        (TransientFailure("HTTP 503", kind=FailureKind.SERVER_ERROR), FailureKind.SERVER_ERROR),
        (InvalidInput("api_key: the secret K is not set"), FailureKind.BAD_INPUT),
    ],
)
def test_the_first_failure_is_the_last_rung(error: Exception, kind: FailureKind) -> None:
    """Nothing is sent above a broken rung: a chat with a key that was refused costs a block of the account, perhaps."""
    watch = Watch()

    def steps() -> Iterator[Step]:
        yield watch.passing(Rung.DNS)
        yield failing(Rung.MODELS, error)
        raise AssertionError("nobody asks for what is above")

    passed, broken = watch.climb(steps())

    assert (broken.state, broken.kind, broken.note) == (RungState.FAILED, kind, str(error))
    assert broken.advice
    assert passed.state is RungState.PASSED


def test_what_can_not_be_tested_is_passed_over() -> None:
    """A provider without embeddings is not broken."""
    watch = Watch()
    untestable = Step(rung=Rung.EMBEDDINGS, climb=lambda _: NotTestable(reason="there are none"))

    results = watch.climb([untestable, watch.passing(Rung.JSON_SCHEMA)])

    assert [result.state for result in results] == [RungState.NOT_TESTABLE, RungState.PASSED]
    assert (results[0].note, results[0].kind) == ("there are none", None)


def test_all_rungs_share_one_deadline() -> None:
    """An API that is slow on each rung must not take as many times its timeout as there are rungs."""
    watch = Watch()
    left: list[float] = []

    def climb(left_s: float) -> Passed:
        left.append(left_s)
        watch.time_s += 4.0
        return Passed()

    results = watch.climb([Step(rung=rung, climb=climb) for rung in list(Rung)[:5]], deadline_s=10.0)

    assert left == [10.0, 6.0, 2.0]
    assert (results[-1].state, results[-1].kind) == (RungState.FAILED, FailureKind.TIMED_OUT)


def test_each_rung_is_told_as_it_comes() -> None:
    """A table that is being looked at shows where an API hangs."""
    watch = Watch()
    told: list[Rung] = []
    steps = [watch.passing(Rung.DNS), failing(Rung.TCP, PermanentFailure("x", kind=FailureKind.CONNECTION))]

    climbed(steps, deadline_s=9.0, told=lambda result: told.append(result.rung), seconds=watch)

    assert told == [Rung.DNS, Rung.TCP]


def test_a_mistake_of_ours_is_not_taken_for_the_apis() -> None:
    """It goes up to the kernel, which calls it internal; no provider is called down for it."""
    with pytest.raises(ZeroDivisionError):
        Watch().climb([failing(Rung.DNS, ZeroDivisionError())])


def test_every_class_of_failure_has_something_to_do_about_it() -> None:
    """A report that says only what went wrong is read at night by somebody who does not know what to do."""
    for kind in FailureKind:
        for rung in Rung:
            step = failing(rung, PermanentFailure("x", kind=kind))

            assert len(Watch().climb([step])[0].advice) > 20
