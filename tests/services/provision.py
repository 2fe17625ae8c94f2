"""Which real services this run has, where each came from, and starting and stopping the ones it starts itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from attrs import define, field, frozen

from tests.services import postgres, redis
from tests.services.guard import GuardedServer


@frozen(kw_only=True)
class Service:
    """A service: *variable* of the environment holds its URL, and *name* is also the marker of tests that need it."""

    name: str
    variable: str
    source: Callable[[], str | None]
    start: Callable[[], tuple[str, GuardedServer]]


SERVICES = (
    Service(name="postgres", variable="ANTIPHON_TEST_DATABASE_URL", source=postgres.source, start=postgres.start),
    Service(name="redis", variable="ANTIPHON_TEST_REDIS_URL", source=redis.source, start=redis.start),
)


@define
class Provision:
    """
    The services of one test run.

    Processes inherit the URLs through the environment, so pytest-xdist's workers share what their controller started.
    """

    mode: str
    may_start: bool = True
    said: dict[str, str] = field(factory=dict)
    missing: dict[str, str] = field(factory=dict)
    _started: list[tuple[Service, GuardedServer]] = field(factory=list)

    def survey(self) -> None:
        """Find out what there is, without starting anything."""
        for service in SERVICES:
            if self.mode == "none":
                self.missing[service.name] = "--services=none"
            elif os.environ.get(service.variable):
                self.said[service.name] = f"given by {service.variable}"
            elif not self.may_start:
                self.missing[service.name] = "the process that started this one could not start it"
            elif source := service.source():
                self.said[service.name] = f"from {source}, started with the first test that needs it"
            else:
                self.missing[service.name] = f"no binaries found, and {service.variable} is not set"

    def start(self, names: Iterable[str]) -> None:
        """Start those of the named services that are not running; what does not start is missing."""
        for service in SERVICES:
            if service.name not in names or service.name in self.missing or os.environ.get(service.variable):
                continue
            try:
                url, server = service.start()
            except (OSError, RuntimeError) as error:
                self.missing[service.name] = f"it did not start: {error}"
                continue
            self._started.append((service, server))
            os.environ[service.variable] = url

    def stop(self) -> None:
        """Stop what this run started."""
        while self._started:
            service, server = self._started.pop()
            os.environ.pop(service.variable, None)
            server.stop()
