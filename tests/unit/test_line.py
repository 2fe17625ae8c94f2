"""The line of a job's threads: one asks for places, and those who wait leave when they are needed elsewhere."""

from __future__ import annotations

from contextlib import suppress
from threading import Event

from domain.jobs.line import Crew, Line
from tests.kernel.patience import PATIENCE_S, in_thread

SOON_S = 0.02


def test_one_thread_at_a_time_has_its_turn() -> None:
    """Two that asked at once would share out between them what one claim could take."""
    line = Line(crew=Crew(size=8))
    entered = Event()

    def second() -> bool:
        with line.turn() as has_turn:
            entered.set()
            return has_turn

    with line.turn() as has_turn:
        waiting = in_thread(second)
        assert has_turn
        assert not entered.wait(SOON_S)

    assert waiting.result(PATIENCE_S)


def test_who_waits_leaves_when_every_thread_is_busy() -> None:
    """The message of another job would lie there while all threads wait for places that this job has not."""
    crew = Crew(size=1)
    line = Line(crew=crew, turn_s=SOON_S)

    with line.turn(), crew.busy():
        assert not in_thread(_tried, line).result(PATIENCE_S)


def test_who_waits_stays_while_another_thread_is_free() -> None:
    """Sending its items back and forth once a second was a fifth of a large run's CPU."""
    crew = Crew(size=2)
    line = Line(crew=crew, turn_s=SOON_S)

    with line.turn(), crew.busy():
        waiting = in_thread(_tried, line)
        with suppress(TimeoutError):
            waiting.result(5 * SOON_S)
            raise AssertionError("it left, though nobody needs it")

    assert waiting.result(PATIENCE_S)


def test_nobody_waits_for_ever() -> None:
    """RabbitMQ closes the channel of a message that is not answered for half an hour."""
    line = Line(crew=Crew(size=8), turn_s=SOON_S, longest_s=2 * SOON_S)

    with line.turn():
        assert not in_thread(_tried, line).result(PATIENCE_S)


def _tried(line: Line) -> bool:
    with line.turn() as has_turn:
        return has_turn
