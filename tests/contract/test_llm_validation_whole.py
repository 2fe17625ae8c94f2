"""Whole validations, embedded and over real sockets: their time, states, events and budget; and the key is nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

import attrs
import pytest
from attrs import define, field

from domain.jobs.events import LlmApiStateChanged
from domain.jobs.job import JobId, JobStatus
from domain.language_models.model import Provider
from domain.llm_validation.checks import of_the_api
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.rung import Rung, RungState
from domain.llm_validation.validation import LlmValidation
from entrypoints.api.documents.llm_checks import StartValidation
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.local.place import LocalPlace
from entrypoints.settings import read_settings
from tests.contract.building import NOW
from tests.contract.climbing import FRAGMENT, KEY, hanging, named, provider_that, with_key
from tests.services.http_server import Received, Script, ScriptedServer, Wire

PLAY = named(Provider.OPENAI_COMPATIBLE)
APIS, HANG, TIMEOUT_S = 50, 5, 20.0
"""The timeout is what a busy machine may need for those that answer."""


@define(eq=False)
class Hung:
    """A script that never answers, and counts how many wait at the same time."""

    most_at_once: int = 0
    _waiting: int = 0
    _lock: Lock = field(factory=Lock)

    def __call__(self, request: Received, wire: Wire) -> None:
        """Keep one more waiting."""
        self._count(1)
        hanging(request, wire)
        self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._waiting += change
            self.most_at_once = max(self.most_at_once, self._waiting)


@pytest.fixture
def antiphon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Antiphon]:
    """An embedded installation of the test's own, whose shell holds the key."""
    monkeypatch.setenv("PLANTED_KEY", KEY)
    made = build(read_settings({"ANTIPHON_HOME": str(tmp_path / "home")}))
    ready_database(made)
    yield made
    made.engine.dispose()


def register(antiphon: Antiphon, *urls: str) -> list[LlmApi]:
    """Register an API at each address."""
    apis = [
        LlmApi(
            id=LlmApiId(f"00000000-0000-4000-8000-0000000000{no:02d}"),
            organization_id=antiphon.tenant.organization_id,
            name=f"api-{no:02d}",
            provider=PLAY.provider,
            base_url=f"{url}{PLAY.path}",
            api_key="${PLANTED_KEY}",
            created_at=NOW,
            updated_at=NOW,
        )
        for no, url in enumerate(urls)
    ]
    with antiphon.llm.registry.begin(antiphon.tenant) as work:
        for api in apis:
            work.apis.add(api)
        work.commit()
    return apis


def validated(antiphon: Antiphon, *, timeout_s: float = 10.0) -> str:
    """Have all of them checked; return the job's id."""
    place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
    job = place.llm_checks.start(StartValidation(timeout_s=timeout_s))
    place.llm_checks.bring_to_end(job.id, lambda: None)
    return job.id


def changes(antiphon: Antiphon) -> list[LlmApiStateChanged]:
    """Return the transitions that were told of APIs, oldest first."""
    with antiphon.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT body FROM outbox WHERE kind = 'llm_api_state_changed' ORDER BY id")
        facts = [LlmApiStateChanged(**json.loads(body)) for (body,) in rows]
    return [fact for fact in facts if not fact.model]


def test_apis_that_hang_delay_the_report_by_one_timeout_at_most(antiphon: Antiphon) -> None:
    """50 APIs of which 5 hang: all of these hang at the same time, so that all is over before a second timeout."""
    hung = Hung()
    with ExitStack() as stack:
        servers: list[Script] = [hung] * HANG + [provider_that(PLAY)] * (APIS - HANG)
        urls = [stack.enter_context(ScriptedServer(script)).url for script in servers]
        register(antiphon, *urls)
        view, items = antiphon.checks.result(antiphon.tenant, JobId(validated(antiphon, timeout_s=TIMEOUT_S)))

    assert (view.job.status, view.tally.failed, view.tally.succeeded) == (JobStatus.PARTIAL, HANG, APIS - HANG)
    assert {item.outcome.failure.kind for item in items if item.outcome and item.outcome.failure} == {"timed_out"}
    assert view.job.started_at is not None
    assert view.job.ended_at is not None
    took_s = (view.job.ended_at - view.job.started_at).total_seconds()
    print(f"{APIS} APIs, {HANG} of which hang: {took_s:.2f} s with a timeout of {TIMEOUT_S:g} s")
    assert hung.most_at_once >= HANG


def test_only_transitions_are_told_with_the_last_good_time(antiphon: Antiphon) -> None:
    """A provider that is away for a night makes one message, and one when it is back."""
    works, away = provider_that(PLAY), provider_that(PLAY, lists=with_key(PLAY.errors["server_error"]))
    with ScriptedServer(works) as server:
        (api,) = register(antiphon, server.url)
        for script in (works, works, away, away, away, works):
            server.script = script
            validated(antiphon)
    with antiphon.llm.registry.view(antiphon.tenant) as work:
        checks = work.checks.page(api.id, limit=10)
        standing = work.checks.standing(of_the_api(api.id))

    told = changes(antiphon)
    assert [(fact.previous, fact.state) for fact in told] == [("unknown", "up"), ("up", "down"), ("down", "up")]
    assert told[1].last_good_at == checks[4].checked_at.isoformat()
    assert (told[1].failure, told[2].failure) == ("server_error", None)
    assert "What to do: " in told[1].message
    assert (len(checks), standing.due_at) == (6, None)


def test_the_key_is_nowhere(antiphon: Antiphon, capfd: pytest.CaptureFixture[str]) -> None:
    """Servers that say it back in errors, answers and lists: no row, event, log line or document holds it."""
    chats, lists = with_key(PLAY.errors["quota"]), with_key(PLAY.errors["authentication"])
    scripts = [provider_that(PLAY, says_key=True), provider_that(PLAY, chats=chats), provider_that(PLAY, lists=lists)]
    with ExitStack() as stack:
        register(antiphon, *[stack.enter_context(ScriptedServer(script)).url for script in scripts])
        place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
        jobs = [validated(antiphon) for _ in range(2)]
        documents = [place.llm_checks.result(job).model_dump_json() for job in jobs]
        documents += [one.model_dump_json() for one in place.llm_checks.history("api-02")]

    assert [fact.state for fact in changes(antiphon) if fact.api == "api-02"] == ["down"]
    said = capfd.readouterr()
    home = antiphon.settings.home
    antiphon.engine.dispose()
    stored = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
    assert b"***" in stored  # the servers did say it
    assert FRAGMENT not in said.out + said.err + "".join(documents)
    assert FRAGMENT.encode() not in stored


def test_the_budget_of_a_day_is_kept_in_whole_checks(antiphon: Antiphon) -> None:
    """What is not granted is not testable, and nothing is down for it."""
    family = antiphon.families["llm_validation"]
    assert isinstance(family, LlmValidation)
    family = attrs.evolve(family, tokens_a_day=2 * 64)
    small = attrs.evolve(antiphon, families={**antiphon.families, "llm_validation": family})
    with ExitStack() as stack:
        servers = [stack.enter_context(ScriptedServer(provider_that(PLAY))) for _ in range(4)]
        register(small, *[server.url for server in servers])
        view, items = small.checks.result(small.tenant, JobId(validated(small)))

    documents = LocalPlace(antiphon=small, tenant=small.tenant).llm_checks.result(view.job.id).details
    chats = [rung.state for api in documents for rung in api.rungs if rung.rung is Rung.CHAT]
    assert sorted(chats) == [RungState.NOT_TESTABLE] * 2 + [RungState.PASSED] * 2
    assert view.job.status is JobStatus.COMPLETED
    assert len(items) == 4
