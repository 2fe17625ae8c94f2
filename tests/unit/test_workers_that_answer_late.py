"""Workers that the doctor asks: one on a busy machine answers late, and is not said to be gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from entrypoints.examination import ASK_AGAIN_S, ASK_S, QueuesServed, answers_of_workers

WANTED = {"batch", "default"}
FIRST: QueuesServed = {"worker-1": [{"name": "default"}]}
SECOND: QueuesServed = {"worker-2": [{"name": "batch"}]}


def workers(*answers: QueuesServed | None) -> tuple[Callable[[float], QueuesServed | None], Sequence[float]]:
    """Return who answers so in turn, and for how long each time was asked."""
    asked: list[float] = []

    def ask(time_s: float) -> QueuesServed | None:
        asked.append(time_s)
        return answers[len(asked) - 1]

    return ask, asked


def test_workers_that_serve_everything_are_asked_once() -> None:
    """Asking takes all the time it is given, as nobody knows how many workers there are."""
    ask, asked = workers({**FIRST, **SECOND})

    assert answers_of_workers(ask, WANTED) == {**FIRST, **SECOND}
    assert asked == [ASK_S]


def test_a_worker_that_answers_late_is_heard() -> None:
    """Its machine is busy with the very work that somebody worries about."""
    ask, asked = workers(FIRST, SECOND)

    assert answers_of_workers(ask, WANTED) == {**FIRST, **SECOND}
    assert asked == [ASK_S, ASK_AGAIN_S]


def test_who_answers_nothing_twice_is_not_there() -> None:
    """No worker at all is what most of those who ask have."""
    ask, asked = workers(None, None)

    assert answers_of_workers(ask, WANTED) == {}
    assert asked == [ASK_S, ASK_AGAIN_S]
