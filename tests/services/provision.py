"""Which real services this run has, where each came from, and starting and stopping the ones it starts itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from attrs import define, field, frozen

from tests.services import postgres, rabbitmq, redis
from tests.services.guard import GuardedServer


@frozen(kw_only=True)
class Service:
    """A service: *variable* of the environment holds its URL, and *name* is also the marker of tests that need it."""

    name: str
    variable: str
    source: Callable[[], str | None]
    start: Callable[[], tuple[str, GuardedServer]]
    is_optional: bool = False
    """Whether `--services=require` may do without it: no wheel holds a RabbitMQ, so not every machine can have one."""


SERVICES = (
    Service(name="postgres", variable="ANTIPHON_TEST_DATABASE_URL", source=postgres.source, start=postgres.start),
    Service(name="redis", variable="ANTIPHON_TEST_REDIS_URL", source=redis.source, start=redis.start),
    Service(
        name="rabbitmq",
        variable="ANTIPHON_TEST_RABBITMQ_URL",
        source=rabbitmq.source,
        start=rabbitmq.start,
        is_optional=True,
    ),
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
        wanted = [
            service
            for service in SERVICES
            if service.name in names and service.name not in self.missing and not os.environ.get(service.variable)
        ]
        if wanted:
            with ThreadPoolExecutor(len(wanted)) as side_by_side:  # RabbitMQ needs seconds
                list(side_by_side.map(self._start, wanted))

    @property
    def insisted(self) -> dict[str, str]:
        """The missing services that every machine can have."""
        optional = {service.name for service in SERVICES if service.is_optional}
        return {name: why for name, why in self.missing.items() if name not in optional}

    def stop(self) -> None:
        """Stop what this run started."""
        while self._started:
            service, server = self._started.pop()
            os.environ.pop(service.variable, None)
            server.stop()

    def _start(self, service: Service) -> None:
        try:
            url, server = service.start()
        except (OSError, RuntimeError) as error:
            self.missing[service.name] = f"it did not start: {error}"
            return
        self._started.append((service, server))
        os.environ[service.variable] = url
