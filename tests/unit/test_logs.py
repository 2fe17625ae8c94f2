"""Log lines: one form for all of them, with what is bound, and without passwords."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SAYS = """
import logging, structlog
from entrypoints.logs import set_up_logs
set_up_logs({level!r}, form={form!r})
structlog.contextvars.bind_contextvars(organization="acme", job="j1")
structlog.get_logger("ours").info("a job ended", status="partial")
logging.getLogger("theirs").warning("lost %s", "redis://:hunter2@broker:6379/0")
try:
    raise ValueError("postgresql://bob:hunter2@db/antiphon")
except ValueError:
    structlog.get_logger("ours").exception("it failed")
"""


def lines(*, form: str, level: str = "info") -> list[str]:
    """Return what a process of its own writes: logging is set up once a process."""
    code = SAYS.format(form=form, level=level)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_lines_hold_what_is_bound_and_what_is_said() -> None:
    """A collector searches by job and organization, over our lines and the libraries'."""
    ours, theirs, failure = map(json.loads, lines(form="json"))

    assert (ours["event"], ours["level"], ours["status"]) == ("a job ended", "info", "partial")
    assert {line["organization"] for line in (ours, theirs, failure)} == {"acme"}
    assert (theirs["logger"], theirs["event"]) == ("theirs", "lost redis://:***@broker:6379/0")
    assert "Traceback" in failure["exception"]


def test_logfmt_lines_begin_with_time_level_and_sentence() -> None:
    """People read this form: the same columns first, whoever wrote the line."""
    ours, theirs, *_ = lines(form="logfmt")

    for line in (ours, theirs):
        assert [part.split("=")[0] for part in line.split(" ")][:3] == ["timestamp", "level", "event"]
    assert 'event="a job ended" ' in ours
    assert set(ours.split()[-3:]) == {"organization=acme", "job=j1", "status=partial"}


@pytest.mark.parametrize("form", ["json", "logfmt"])
def test_no_line_shows_the_password_of_an_address(form: str) -> None:
    """Libraries put addresses into their errors, and logs are pasted into tickets."""
    written = "\n".join(lines(form=form))

    assert "hunter2" not in written
    assert written.count("***@") == 2


def test_a_level_hides_what_is_below_it() -> None:
    """The default is warning: a command's user reads results, not lines."""
    assert "a job ended" not in "\n".join(lines(form="json", level="warning"))
