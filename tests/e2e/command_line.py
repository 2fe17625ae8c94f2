"""The command line as its users have it: a process of its own, with a home folder of its own."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tests.services.started import ANTIPHON, Process, started

PATIENCE_S = 120.0
"""Longer than anything here takes on a busy machine; a test that reaches it has found a hang."""

_NOT_PASSED_ON = ("PYTHONDONTWRITEBYTECODE", "FORCE_COLOR", "COLUMNS")


@frozen(kw_only=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str
    took_s: float

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output; anything beside it fails the test."""
        document = json.loads(self.stdout)
        assert isinstance(document, dict)
        return document


@frozen(kw_only=True, eq=False)
class Running:
    """A command that has not ended yet."""

    process: Process
    files: Path
    _started: float = field(factory=time.monotonic)

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.poll() is not None

    @property
    def stderr(self) -> str:
        """What it has said on standard error so far."""
        return self.files.with_suffix(".stderr").read_text()

    def send(self, signal_number: signal.Signals) -> None:
        """Send a signal to the process."""
        self.process.send_signal(signal_number)

    def wait(self) -> Ended:
        """Wait for its end."""
        code = self.process.wait(timeout=PATIENCE_S)
        stdout = self.files.with_suffix(".stdout").read_text()
        return Ended(code=code, stdout=stdout, stderr=self.stderr, took_s=time.monotonic() - self._started)


@frozen(kw_only=True)
class CommandLine:
    """Runs `antiphon` in *folder*, with its state in `folder/home`; *prefix* are words in front of the command."""

    folder: Path
    bytecode: Path
    prefix: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(factory=dict)

    @property
    def home(self) -> Path:
        """Where its state lives."""
        return self.folder / "home"

    def run(self, *words: object, reader_left: bool = False, **settings: str) -> Ended:
        """Run a command to its end; *reader_left*: its output goes into a pipe nobody reads any more."""
        with self.started(*words, reader_left=reader_left, **settings) as running:
            return running.wait()

    @contextmanager
    def started(self, *words: object, reader_left: bool = False, **settings: str) -> Iterator[Running]:
        """Start a command; it is killed at the end of the block, if it still runs then."""
        files = self.folder / f"output-{len(list(self.folder.glob('output-*.stdout')))}"
        with files.with_suffix(".stdout").open("wb") as stdout, files.with_suffix(".stderr").open("wb") as stderr:
            output = _pipe_without_reader() if reader_left else stdout.fileno()
            process = started(
                [*self.prefix, *ANTIPHON, *map(str, words)],
                folder=self.folder,
                environment=self._environment(settings),
                stdout=output,
                stderr=stderr.fileno(),
            )
        if reader_left:
            os.close(output)
        try:
            yield Running(process=process, files=files)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def jobs(self) -> list[dict[str, Any]]:
        """Return the documents of `jobs list`, newest first."""
        jobs = self.run("jobs", "list", "--json").document["jobs"]
        assert isinstance(jobs, list)
        return jobs

    def write(self, name: str, text: str) -> Path:
        """Write a file into the folder."""
        path = self.folder / name
        path.write_text(text)
        return path

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ANTIPHON_") and name not in _NOT_PASSED_ON
        }
        # compiled once for all commands of a test run: compiling takes longer than most of them
        ours = {"ANTIPHON_HOME": str(self.home), "PYTHONPYCACHEPREFIX": str(self.bytecode), "PYTHONUTF8": "1"}
        return {**kept, **ours, **self.settings, **settings}


def _pipe_without_reader() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def wait_until(condition: Callable[[], object], *, what: str) -> None:
    """Return once *condition* holds; fail, naming *what*, when it does not in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"not in {PATIENCE_S:g} s: {what}"
        time.sleep(0.01)


def lines_asking(count: int, *, first: int = 0) -> str:
    """Return JSON lines of *count* tests, each of which the echo of its own question passes."""
    numbers = range(first, first + count)
    lines = ({"id": f"t{no}", "question": f"question {no}", "contains": f"question {no}"} for no in numbers)
    return "".join(json.dumps(line) + "\n" for line in lines)
