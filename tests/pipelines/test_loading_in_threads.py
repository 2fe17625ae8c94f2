"""Celery loads parts of itself when they are first used: by the worker that is built, and by the relay beside it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_USE = """
import sys
from pipelines.app import make_app
from pipelines.brokers import BrokerSettings

app, there = make_app(BrokerSettings()), set(sys.modules)
app.events.Receiver    # as a worker that is built
app.events.Dispatcher  # as whoever sends for the first time
print([name for name in sorted(set(sys.modules) - there) if name.startswith("celery.events")])
"""


def test_what_a_worker_and_its_relay_both_load_is_there_before_either_begins() -> None:
    """Python breaks off one of two threads that load a package and a part of it: it was the worker, at its start."""
    done = subprocess.run([sys.executable, "-c", FIRST_USE], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("[]\n", "")
