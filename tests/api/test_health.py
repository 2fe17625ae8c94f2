"""What operators ask: is it alive, is it ready, how does it stand; and that nobody's work shows in the answers."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import attrs
import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.jobs.errors import ServiceUnavailable
from domain.jobs.service import Submission
from domain.test_execution.run import KIND
from entrypoints.container import Antiphon
from entrypoints.monitoring.readiness import Checks
from tests.api.calling import THEM, US, Api, calling

ALLOWED_LABELS = {"status", "state", "queue", "service", "kind", "method", "route", "le", "cause", "task"}


def samples(api: Api, **rest: object) -> dict[tuple[str, str], float]:
    """Return the figures of /metrics, by name and labels."""
    answer = api.nobody().get("/metrics", **rest)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def submit(antiphon: Antiphon, *, tenant: object = US, subject: str = "") -> str:
    """Have a job accepted."""
    submission = Submission(kind=KIND, spec={"name": "payroll of acme"}, subject=subject or None)
    return antiphon.jobs.submit(tenant, submission).id  # type: ignore[arg-type]  # a tenant


def test_an_api_that_lives_says_so_without_looking_anywhere(api: Api) -> None:
    """A restart does not mend a database that is away; it only adds a cold start to the trouble."""
    api.app.state.checks = api.app.state.figures = None

    assert api.nobody().get("/healthz").json() == {"status": "alive"}


def test_an_api_with_all_it_needs_is_ready(api: Api) -> None:
    """Embedded, it needs the database and its tables, and no broker."""
    answer = api.nobody().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert set(api.app.state.checks.asks) == {"database", "database user", "migrations"}


def test_an_api_that_lacks_something_names_it_and_no_address(api: Api) -> None:
    """A load balancer needs the 503, a person the name; whoever else asks gets no host out of it."""

    def refuse() -> None:
        raise ServiceUnavailable("the database at db.internal:5432 can't be reached")

    api.app.state.checks = Checks(asks={"database": refuse, "broker": lambda: None, "migrations": refuse})

    answer = api.nobody().get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:antiphon:problem:not-ready"
    assert "missing: database, migrations;" in answer.json()["detail"]
    assert "db.internal" not in answer.text


def test_what_does_not_answer_is_missing_and_is_not_asked_twice() -> None:
    """A service behind a firewall that drops packets must cost one thread, not one a probe."""
    asked, let_go = [], threading.Event()

    def hang() -> None:
        asked.append(1)
        let_go.wait(60)

    checks = Checks(asks={"broker": hang}, within_s=0.05, kept_s=0.0)

    answers = [checks.look().missing for _ in range(3)]
    let_go.set()

    assert answers == [{"broker": "no answer within 0.05 s"}] * 3
    assert asked == [1]


def test_probes_share_an_answer_for_a_moment() -> None:
    """Anybody may ask /readyz, as often as they like."""
    asked: list[int] = []
    checks = Checks(asks={"database": lambda: asked.append(1)}, now=lambda: 100.0)

    assert not any(checks.look().missing for _ in range(5))
    assert asked == [1]


def test_the_figures_tell_how_the_installation_stands(antiphon: Antiphon, api: Api) -> None:
    """Every status and state is there from the start: an alert on a series that does not exist never fires."""
    submit(antiphon)
    submit(antiphon, tenant=THEM)

    seen = samples(api)

    assert seen["antiphon_jobs", "status=pending"] == 2
    assert seen["antiphon_jobs", "status=failed"] == 0
    assert seen["antiphon_items", "state=running"] == 0
    assert seen["antiphon_unsent_messages", "kind=command"] == 2
    assert seen["antiphon_oldest_waiting_job_seconds", ""] >= 0
    assert seen["antiphon_up", "service=database"] == 1
    assert {name for name, _ in seen} >= {
        "antiphon_lease_expiries_total", "antiphon_late_records_total", "antiphon_calls_total",
        "antiphon_tokens_total", "antiphon_cost_usd_total", "antiphon_oldest_unsent_seconds",
    }  # fmt: skip


def test_requests_are_counted_by_the_pattern_of_their_route(antiphon: Antiphon, api: Api) -> None:
    """A label of paths would grow without end, and hold ids."""
    job_id = submit(antiphon)
    api.get(f"/v1/jobs/{job_id}")
    api.get("/v1/jobs/00000000-0000-4000-8000-00000000ffff")
    api.nobody().get("/v1/jobs")
    api.get("/no/such/secret-path")

    seen = samples(api)

    assert seen["antiphon_http_requests_total", "method=GET,route=/v1/jobs/{job_id},status=200"] == 1
    assert seen["antiphon_http_requests_total", "method=GET,route=/v1/jobs/{job_id},status=404"] == 1
    assert seen["antiphon_http_requests_total", "method=GET,route=/v1/jobs,status=401"] == 1
    assert seen["antiphon_http_requests_total", "method=GET,route=(none),status=404"] == 1


def test_no_figure_names_whose_work_it_is(antiphon: Antiphon, api: Api) -> None:
    """Whoever may watch the machines may not see the customers."""
    ids = [submit(antiphon, subject="customers"), submit(antiphon, tenant=THEM)]
    api.get(f"/v1/jobs/{ids[0]}")

    text = api.nobody().get("/metrics").text

    secrets = [*ids, *(word for tenant in (US, THEM) for word in (tenant.organization_id, tenant.user_id))]
    assert not [word for word in [*secrets, "payroll", "customers"] if re.search(rf"\b{re.escape(word)}\b", text)]
    labels = {
        name for family in text_string_to_metric_families(text) for sample in family.samples for name in sample.labels
    }
    assert labels <= ALLOWED_LABELS


@pytest.fixture
def guarded(antiphon: Antiphon) -> Iterator[Api]:
    """An API whose figures need a token."""
    settings = attrs.evolve(antiphon.settings, metrics_token="scrape-me")
    with calling(attrs.evolve(antiphon, settings=settings)) as api:
        yield api


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "scrape-me", "Basic scrape-me", "Bearer scrape-me2"])
def test_a_token_keeps_the_figures_from_others(guarded: Api, authorization: str) -> None:
    """Where the API is open to the internet, its load is nobody's business."""
    answer = guarded.nobody().get("/metrics", headers={"Authorization": authorization})

    assert (answer.status_code, answer.json()["status"]) == (401, 401)


def test_the_right_token_opens_the_figures_and_the_probes_need_none(guarded: Api) -> None:
    """Prometheus sends a bearer token; a kubelet sends nothing."""
    assert samples(guarded, headers={"Authorization": "Bearer scrape-me"})
    assert guarded.nobody().get("/readyz").status_code == 200


def test_the_figures_come_without_the_database(antiphon: Antiphon, api: Api) -> None:
    """The moment they are needed most is the moment something is away."""
    antiphon.engine.dispose()
    (antiphon.settings.home / "antiphon.db").rename(antiphon.settings.home / "away.db")
    (antiphon.settings.home / "antiphon.db").mkdir()

    seen = samples(api)

    assert seen["antiphon_up", "service=database"] == 0
    assert not [name for name, _ in seen if name == "antiphon_jobs"]
