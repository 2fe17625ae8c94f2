"""`antiphon run` lets go of the tests it read: a large file must not stay in memory for the hours its run takes."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest

from domain.test_execution.test_set import TestCase
from entrypoints.cli import run
from entrypoints.cli.main import call
from entrypoints.exit_codes import ExitCode

TESTS = 300


def test_no_test_of_the_file_is_in_memory_while_its_run_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are in the store then, and each item brings its own."""
    left: list[int] = []

    def look(*_: object) -> int:
        gc.collect()
        left.append(sum(isinstance(found, TestCase) for found in gc.get_objects()))
        return ExitCode.DONE

    file = tmp_path / "tests.jsonl"
    file.write_text("".join(json.dumps({"id": f"t{no}", "prompt": "?", "contains": "x"}) + "\n" for no in range(TESTS)))
    monkeypatch.setenv("ANTIPHON_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(run, "follow", look)
    gc.collect()  # what other tests have left is not ours to count
    before = sum(isinstance(found, TestCase) for found in gc.get_objects())

    assert call(["run", str(file), "--target", "http://127.0.0.1:9/"]) == ExitCode.DONE
    assert left[0] <= before
