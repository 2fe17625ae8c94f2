"""
The real services tests run against, and hypothesis' profile.

`--services=auto` (default) uses a URL from the environment, else a binary it finds, else skips and says so loudly;
`require` makes a missing service an error; `none` runs without. `--chaos=long` runs the whole kill matrix,
`--fuzz=long` asks the API for minutes.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.services.provision import SERVICES, Provision

PROVISION = pytest.StashKey[Provision]()
SKIPPED = "service missing: "

settings.register_profile(
    "deterministic",
    derandomize=True,
    deadline=None,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("deterministic")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--services`, `--chaos` and `--fuzz`."""
    parser.addoption(
        "--services",
        choices=["require", "auto", "none"],
        default="auto",
        help="real Postgres, Redis, RabbitMQ: use what there is (auto), insist on the first two (require), or none",
    )

    parser.addoption(
        "--chaos",
        choices=["quick", "long"],
        default="quick",
        help="how much is broken: each kind of fault once (quick), or more items, many seeds and the slow rings (long)",
    )
    parser.addoption(
        "--fuzz",
        choices=["quick", "long"],
        default="quick",
        help="how much the API is asked from its document: a few requests of each (quick), or sequences too (long)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the services; the controller of pytest-xdist, which collects nothing, also starts them."""
    provision = Provision(mode=config.getoption("--services"), may_start=not hasattr(config, "workerinput"))
    config.stash[PROVISION] = provision
    provision.survey()
    if _is_controller(config):
        provision.start([service.name for service in SERVICES])
    _insist(provision)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this run started."""
    config.stash[PROVISION].stop()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say where each service comes from; not in pytest's own header, which `-q` leaves out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    provision = session.config.stash[PROVISION]
    for service in SERVICES:
        why = provision.missing.get(service.name)
        reporter.write_line(f"{service.name}: {provision.said[service.name] if why is None else f'MISSING ({why})'}")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the services that a selected test needs."""
    if not session.config.option.collectonly:
        names = {marker.name for item in session.items for marker in item.iter_markers()}
        session.config.stash[PROVISION].start(names)
        _insist(session.config.stash[PROVISION])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose service is missing."""
    missing = item.config.stash[PROVISION].missing
    for marker in item.iter_markers():
        if marker.name in missing:
            pytest.skip(f"{SKIPPED}{marker.name} ({missing[marker.name]})")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly when tests did not run because a service was missing."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if SKIPPED in str(report.longrepr)]
    if skipped:
        terminalreporter.section("REAL SERVICES WERE MISSING", sep="!", red=True, bold=True)
        for name, why in config.stash[PROVISION].missing.items():
            terminalreporter.line(f"{name}: {why}")
        terminalreporter.line(f"{len(skipped)} tests did NOT run; --services=require insists on Postgres and Redis")


def _is_controller(config: pytest.Config) -> bool:
    return getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")


def _insist(provision: Provision) -> None:
    if provision.mode == "require" and provision.insisted:
        reasons = "; ".join(f"{name}: {why}" for name, why in provision.insisted.items())
        pytest.exit(f"services are required and missing: {reasons}", returncode=pytest.ExitCode.USAGE_ERROR)
