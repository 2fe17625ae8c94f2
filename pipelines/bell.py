"""The bell between those who commit and the relay of their process."""

from __future__ import annotations

import threading


class RelayBell:
    """A `Doorbell` that wakes the relay loop of this process."""

    def __init__(self) -> None:
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake the relay."""
        self._rung.set()

    def wait(self, timeout_s: float) -> None:
        """Return when somebody rang, or the time has passed."""
        self._rung.wait(timeout_s)
        self._rung.clear()
