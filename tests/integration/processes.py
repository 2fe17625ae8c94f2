"""Antiphon's command line as processes of their own: the installation they share, and what each said."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from tests.pipelines.looking import WITHIN_S, look_until
from tests.services.started import ANTIPHON, Process, started

HELD_FOR_S = "600"
"""A target that is held is waited for as long as it takes to come to the test's point."""


@frozen(kw_only=True, eq=False)
class Command:
    """A process that runs `antiphon`; what it prints goes to files, so that it never waits for a reader."""

    process: Process
    out: Path
    err: Path

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    @property
    def said(self) -> str:
        """What it wrote to standard error so far."""
        return self.err.read_text()

    def end(self, *, within_s: float = WITHIN_S) -> int:
        """Wait for its end; return its exit code."""
        try:
            look_until(lambda: not self.is_running, within_s=within_s, what="the end of the command")
        except AssertionError as late:
            raise AssertionError(f"{late}; it said, with where each thread stood: {self._stacks()}") from late
        return self.process.wait()

    def document(self, *, within_s: float = WITHIN_S) -> dict[str, Any]:
        """Wait for its end; return the JSON document it printed, with its exit code as `exit_code`."""
        code = self.end(within_s=within_s)
        text = self.out.read_text()
        assert text, f"no document on standard output, exit code {code}; it said: {self.said}"
        return {**json.loads(text), "exit_code": code}

    def _stacks(self) -> str:
        self.process.send_signal(signal.SIGABRT)  # faulthandler writes them
        self.process.wait()
        return self.said

    def terminate(self) -> None:
        """Ask it to stop, as a service manager does."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a machine that loses power does."""
        self.process.kill()
        self.process.wait()


@define(eq=False)
class Installation:
    """A database, a broker, a home folder, and the processes that share them; all are stopped at the end."""

    folder: Path
    environment: dict[str, str]
    _commands: list[Command] = field(factory=list, init=False)

    def start(self, *words: str, **settings: object) -> Command:
        """Start `antiphon` with these words; *settings* are of this process alone."""
        return self.start_program(ANTIPHON, *words, **settings)

    def start_program(self, program: Sequence[str], *words: str, **settings: object) -> Command:
        """Start another Python *program* that takes the same words and settings."""
        number = len(self._commands)
        out, err = self.folder / f"{number}.out", self.folder / f"{number}.err"
        with out.open("wb") as standard_output, err.open("wb") as standard_error:
            process = started(
                [*program, *words],
                folder=self.folder,
                environment={**self.all_variables(), "PYTHONFAULTHANDLER": "1", **_as_variables(settings)},
                stdout=standard_output.fileno(),
                stderr=standard_error.fileno(),
            )
        command = Command(process=process, out=out, err=err)
        self._commands.append(command)
        return command

    def all_variables(self) -> dict[str, str]:
        """Return the environment of its processes."""
        return {**_own_environment(), **self.environment}

    def worker(self, *, slots: int = 16, **settings: object) -> Command:
        """Start a worker."""
        return self.start("worker", "--slots", str(slots), **settings)

    def run(self, file: Path, *, concurrency: int = 24, **settings: object) -> Command:
        """Start a test run that prints its JSON document."""
        words = ("--concurrency", str(concurrency), "--deadline", HELD_FOR_S, "--json")
        return self.start("run", str(file), *words, **settings)

    def stop(self) -> None:
        """Kill what still runs."""
        for command in self._commands:
            if command.is_running:
                command.kill()


def assert_complete(document: dict[str, Any], *, tests: int) -> None:
    """Hold a run's document to a run in which every test was asked and passed."""
    job = {name: document["job"][name] for name in ("status", "planned", "succeeded", "failed", "skipped", "cancelled")}
    assert job == {
        "status": "completed", "planned": tests, "succeeded": tests, "failed": 0, "skipped": 0, "cancelled": 0,
    }  # fmt: skip
    assert document["verdicts"] == {"pass": tests, "fail": 0, "inconclusive": 0}
    assert document["exit_code"] == 0


def _own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")}


def _as_variables(settings: dict[str, object]) -> dict[str, str]:
    return {f"ANTIPHON_{name.upper()}": str(value) for name, value in settings.items()}
