"""An interrupt while a command is only beginning to work on its job."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from attrs import define, field

from domain.test_execution.named_target import only
from domain.test_execution.target import HttpTarget
from domain.test_execution.test_set import TestCase, TestFile
from entrypoints.container import build, ready_database
from entrypoints.driving import run_to_end
from entrypoints.settings import Settings
from pipelines.loops import Loops
from tests.services.http_server import Received, ScriptedServer, Wire, reply

WAIT_S = 120.0


@define(eq=False)
class Bot:
    """A target that keeps who asks it waiting until it is released."""

    is_asked: threading.Event = field(factory=threading.Event)
    is_released: threading.Event = field(factory=threading.Event)

    def answer(self, _request: Received, wire: Wire) -> None:
        """Answer, once released."""
        self.is_asked.set()
        self.is_released.wait(WAIT_S)
        wire.send(reply("yes", headers="Connection: close\r\n"))
        wire.hang_up()


def test_an_interrupt_before_all_loops_run_gives_back_what_has_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first item may be under way by then; a command that waits for its answer can't be stopped."""
    bot, start = Bot(), Loops.start

    def interrupted(loops: Loops) -> None:
        start(loops)
        assert bot.is_asked.wait(WAIT_S)
        raise KeyboardInterrupt

    antiphon = build(Settings(home=tmp_path))
    ready_database(antiphon)
    with ScriptedServer(bot.answer) as server:
        file = TestFile(name="held", cases=(TestCase(id="one", prompt="?"),), targets=only(HttpTarget(url=server.url)))
        job = antiphon.runs.start(antiphon.tenant, file)
        monkeypatch.setattr(Loops, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_to_end(antiphon, job.id, lambda _: None)
        left = antiphon.jobs.get(antiphon.tenant, job.id)
        bot.is_released.set()
    antiphon.engine.dispose()

    assert (left.job.status, left.tally.running, left.tally.pending) == ("processing", 0, 1)
