"""
Python that a test file brings, in a process of its own for each call: bounded in time and memory, without the
environment, in an empty folder. It still is a program on this machine: only where the operator allows it.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from typing import cast

from attrs import field, frozen

from adapters.javascript.outcome import Result, storable
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.script import Script

DEFAULT_FUNCTION = "get_assert"
CALL_LIMIT_S = 30.0
MEMORY_LIMIT_BYTES = 512 * 1024 * 1024
MAX_RESULT_BYTES = 1_000_000


def _runner() -> str:
    return files("adapters.metrics").joinpath("python_runner.txt").read_text("utf-8")


@frozen(kw_only=True)
class PythonScripts:
    """Calls scripts: an expression, the body of a function, or a file's function (`get_assert` where none is named)."""

    limit_s: float = CALL_LIMIT_S
    memory_bytes: int = MEMORY_LIMIT_BYTES
    _runner: str = field(factory=_runner, init=False, repr=False)

    def check(self, script: Script) -> None:
        """
        Parse the script.

        Raises:
            InvalidInput: it is no Python.
        """
        try:
            ast.parse(script.source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise InvalidInput(f"value: not Python: {str(error)[:200]}") from error

    def call(self, script: Script, *, output: object, context: Mapping[str, object], deadline_s: float) -> Result:
        """
        Call the script and return how it ended; what it prints is dropped.

        Raises:
            PermanentFailure: evaluation_error: too much time or memory, or the process ended without a result.
        """
        limit_s = min(self.limit_s, deadline_s)
        request = {
            "source": script.source,
            "function": (script.function or DEFAULT_FUNCTION) if script.file else "",
            "output": output,
            "context": context,
            "cpu_s": int(self.limit_s) + 1,
            "memory_bytes": self.memory_bytes,
        }
        return _result(self._run(json.dumps(request), limit_s=limit_s))

    def _run(self, request: str, *, limit_s: float) -> bytes:
        with tempfile.TemporaryDirectory(prefix="antiphon-script-") as folder:
            try:
                done = subprocess.run(
                    [sys.executable, "-I", "-c", self._runner],
                    input=request.encode(),
                    capture_output=True,
                    timeout=limit_s,
                    check=False,
                    cwd=folder,
                    env={"PYTHONIOENCODING": "utf-8"},
                )
            except subprocess.TimeoutExpired:
                problem = f"it took longer than {limit_s:g} s"
            else:
                if done.returncode == 0:
                    return done.stdout
                last = done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1][:200]
                problem = f"its process ended with {done.returncode}" + (f": {last}" if last else "")
        raise PermanentFailure(f"the script could not be run: {problem}", kind=FailureKind.EVALUATION_ERROR)


def _result(written: bytes) -> Result:
    if len(written) > MAX_RESULT_BYTES:
        return Result(found="too large")
    try:
        outcome = cast(dict[str, object], storable(json.loads(written)))
    except ValueError:
        return Result(found="nothing")
    if "threw" in outcome:
        return Result(threw=str(outcome["threw"]), message=str(outcome["message"]))
    if "found" in outcome:
        return Result(found=str(outcome["found"]))
    return Result(value=outcome["value"], is_json=True, found=type(outcome["value"]).__name__)
