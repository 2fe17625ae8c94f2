"""`antiphon llm check`, `history` and `models --refresh`, wherever they act: here and at a server it is the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from domain.jobs.item import ItemState
from domain.jobs.job import JobStatus
from domain.language_models.model import Provider
from domain.llm_validation.rung import Rung
from entrypoints.api.documents.llm import LlmApiChange, NewLlmApi
from entrypoints.api.documents.llm_checks import StartValidation
from entrypoints.cli.llm_check_tables import explain
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.climbing import named, provider_that
from tests.contract.places import place_over, told_twice
from tests.services.guard import free_port
from tests.services.http_server import ScriptedServer, always
from tests.services.streams import STREAMS, beside, chunked

PLAY = named(Provider.OPENAI)
ALL = StartValidation()


@pytest.fixture
def provider() -> Iterator[ScriptedServer]:
    """A provider that works."""
    with ScriptedServer(provider_that(PLAY)) as server:
        yield server


def registered(place: Place, url: str, *, name: str = "main") -> None:
    """Register the account there."""
    words = {"provider": "openai-compatible", "base_url": f"{url}/v1", "api_key": ""}
    place.llm.add(NewLlmApi.model_validate({"name": name, **words}))


def checked(antiphon: Antiphon, words: StartValidation = ALL) -> str:
    """Have the APIs checked, beside the database, and return the job's id."""
    with place_over(antiphon, at="here") as here:
        job = here.llm_checks.start(words)
        here.llm_checks.bring_to_end(job.id, lambda: None)
        return job.id


def test_a_validation_is_started_once_at_a_time(place: Place, provider: ScriptedServer) -> None:
    """Who asks twice is told that it is under way; one API beside all of them is another wish."""
    registered(place, provider.url)

    job = place.llm_checks.start(ALL)

    assert (job.kind, job.subject, job.status) == ("llm_validation", "all", JobStatus.PENDING)
    with pytest.raises(AlreadyRunning):
        place.llm_checks.start(ALL)
    one = place.llm_checks.start(StartValidation(llm_api="main"))
    assert one.subject == place.llm.get("main").id
    with pytest.raises(AlreadyRunning):
        place.llm_checks.start(StartValidation(llm_api=one.subject))


def test_what_can_not_be_checked_is_refused_in_the_same_words(place: Place, provider: ScriptedServer) -> None:
    """Nothing registered, nothing active, a name that is none: each says what to do."""
    with pytest.raises(InvalidInput, match="antiphon llm add"):
        place.llm_checks.start(ALL)
    registered(place, provider.url)
    place.llm.change("main", LlmApiChange(is_active=False))
    with pytest.raises(InvalidInput, match="no active LLM API"):
        place.llm_checks.start(ALL)
    with pytest.raises(Conflict, match="switched off"):
        place.llm_checks.start(StartValidation(llm_api="main"))
    with pytest.raises(NotFound, match="there are: main"):
        place.llm_checks.start(StartValidation(llm_api="nope"))
    with pytest.raises(InvalidInput, match="always tried"):
        place.llm_checks.start(StartValidation(probes=[Rung.DNS]))
    with pytest.raises(NotFound):
        list(place.llm_checks.history("nope"))
    with pytest.raises(NotFound):
        place.llm_checks.refresh("nope")
    with pytest.raises(NotFound):
        place.llm_checks.result("00000000-0000-4000-8000-00000000000a")


def test_results_history_states_and_lists_are_told_alike(antiphon: Antiphon, provider: ScriptedServer) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    with place_over(antiphon, at="here") as here:
        registered(here, provider.url)
        registered(here, f"http://127.0.0.1:{free_port()}", name="dead")
    job_id = checked(antiphon)
    checked(antiphon, StartValidation(llm_api="dead"))

    ours, theirs = told_twice(
        antiphon,
        lambda place: [
            place.llm_checks.result(job_id),
            *place.llm_checks.history("main"),
            *place.llm_checks.history("dead"),
            *place.llm.all(),
            *place.llm.models("main"),
        ],
    )

    assert ours == theirs
    assert len(ours) == 1 + 1 + 2 + 2 + 2


def test_a_validation_counts_and_explains(antiphon: Antiphon, provider: ScriptedServer) -> None:
    """One that works and one that is dead: partial, each with its rungs, and what to do."""
    with place_over(antiphon, at="here") as here:
        registered(here, provider.url)
        registered(here, f"http://127.0.0.1:{free_port()}", name="dead")
        found = here.llm_checks.result(checked(antiphon))
        states = {api.name: (api.state, api.last_good_at is not None) for api in here.llm.all()}

    assert (found.status, found.tested, found.successful, found.failed) == (JobStatus.PARTIAL, 2, 1, 1)
    dead, main = found.details
    assert (dead.name, dead.state, dead.kind) == ("dead", ItemState.FAILED, "connection")
    assert "What to do: look whether the server runs" in dead.message
    assert (main.state, [rung.rung for rung in main.rungs][-2:]) == (ItemState.SUCCEEDED, ["chat", "embeddings"])
    assert states == {"dead": ("unknown", False), "main": ("up", True)}


def test_opt_in_probes_are_climbed_and_told_wherever_they_are_asked_for(
    antiphon: Antiphon, provider: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer in pieces is the one probe that needs another way of calling."""
    stream = next(one for one in STREAMS if one.play is PLAY)
    provider.script = beside(provider_that(PLAY), always(chunked(*stream.whole("1", "2"))))
    with place_over(antiphon, at="server") as there:
        registered(there, provider.url)
        job = there.llm_checks.start(StartValidation(probes=[Rung.STREAMING]))
    with place_over(antiphon, at="here") as here:
        here.llm_checks.bring_to_end(job.id, lambda: None)
        found = here.llm_checks.result(job.id)

    ours, theirs = told_twice(antiphon, lambda place: [place.llm_checks.result(job.id)])

    assert ours == theirs
    (rung,) = [rung for rung in found.details[0].rungs if rung.rung is Rung.STREAMING]
    assert (rung.state, rung.model, rung.note.split()[:3]) == ("passed", "gpt-5", ["first", "piece", "after"])
    explain(found)
    assert f"main: streaming: {rung.note}" in capsys.readouterr().err


def test_two_checks_that_failed_make_an_api_down_and_one_good_one_up(
    antiphon: Antiphon, provider: ScriptedServer
) -> None:
    """The same over rows, jobs and facts as in the rule."""
    with place_over(antiphon, at="here") as here:
        registered(here, provider.url)
        states = []
        for script in (
            provider_that(PLAY),
            *[provider_that(PLAY, lists=PLAY.errors["quota"])] * 2,
            provider_that(PLAY),
        ):
            provider.script = script
            checked(antiphon)
            states.append(here.llm.get("main").state)

    assert states == ["up", "up", "down", "up"]


def test_a_refresh_says_what_has_changed_and_a_failed_one_how_old_the_list_is(
    place: Place, provider: ScriptedServer
) -> None:
    """Models that are gone are marked, and stay; a list that can't be had changes nothing."""
    registered(place, provider.url)

    first = place.llm_checks.refresh("main")
    provider.script = provider_that(PLAY, lists=PLAY.errors["server_error"])
    failed = place.llm_checks.refresh("main")

    assert (first.listed, first.new, first.failure) == (2, ["gpt-5", "text-embedding-3-small"], None)
    assert (failed.listed, failed.listed_at, failed.new) == (2, first.listed_at, [])
    assert "HTTP 503" in str(failed.failure)
    assert [model.missing_since for model in place.llm.models("main")] == [None, None]
