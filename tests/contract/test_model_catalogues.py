"""The `ModelCatalogue` port: one suite over every provider's list of models, played over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.http.guard import LOCAL, STRICT
from adapters.language_models.opener import StandardLanguageModels
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure, TransientFailure
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import ModelCatalogue
from tests.services.certificates import self_signed
from tests.services.http_server import Received, Script, ScriptedServer, Wire, always, reply
from tests.services.model_lists import LISTS, PlayedList
from tests.services.providers import Play

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DEADLINE_S = 60.0
TRANSIENT = {FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR}
FAILURES = [(played, kind) for played in LISTS for kind in played.play.errors if kind != "model_not_found"]
every = pytest.mark.parametrize("played", LISTS, ids=lambda played: played.name)


@contextmanager
def serving(play: Play, script: Script) -> Iterator[tuple[ModelCatalogue, list[Received]]]:
    """Run *script* at the provider's address, and open its list."""
    with ScriptedServer(script) as server:
        catalogue = models().catalogue(play.spec(server.url))
        try:
            yield catalogue, server.received
        finally:
            catalogue.close()


def models() -> StandardLanguageModels:
    """Return what opens lists, with a clock that stands still."""
    return StandardLanguageModels({"KEY": "sk-1-and-more"}, guard=LOCAL, now=lambda: NOW)


def paged(played: PlayedList) -> Script:
    """Return the script that serves each page at its path."""

    def answer(request: Received, wire: Wire) -> None:
        page = played.pages.get(request.path)
        wire.send(reply("no such page", status="418 Teapot") if page is None else reply(json.dumps(page)))

    return answer


def refused(play: Play, script: Script, *, deadline_s: float = DEADLINE_S) -> ItemFailure:
    """Return the failure that listing ends in."""
    with serving(play, script) as (catalogue, _), pytest.raises(ItemFailure) as caught:
        catalogue.list(deadline_s=deadline_s)
    return caught.value


@every
def test_a_list_is_read_to_its_last_page(played: PlayedList) -> None:
    """A model on the second page would be marked as missing, every hour."""
    with serving(played.play, paged(played)) as (catalogue, received):
        found = catalogue.list(deadline_s=DEADLINE_S)

    assert found == played.models
    assert [(request.method, request.path) for request in received] == [("GET", path) for path in played.pages]
    for request in received:
        assert request.headers[played.play.key_header].endswith("sk-1-and-more")
        assert request.body == b""
        assert "content-type" not in request.headers


@pytest.mark.parametrize(
    ("played", "kind"), FAILURES, ids=lambda value: value.name if isinstance(value, PlayedList) else value
)
def test_every_error_has_its_place_in_the_tree(played: PlayedList, kind: str) -> None:
    """The ladder's second rung tells a bad key from an outage by the kind alone."""
    failure = refused(played.play, always(played.play.errors[kind]))

    assert failure.kind is FailureKind(kind)
    assert isinstance(failure, TransientFailure) == (failure.kind in TRANSIENT)
    assert "sk-1" not in str(failure)


@every
@pytest.mark.parametrize("status", ["404 Not Found", "405 Method Not Allowed"])
def test_a_server_without_a_list_is_told_apart_from_a_missing_model(played: PlayedList, status: str) -> None:
    """Many servers list nothing and chat well; "there is no such model" would send people the wrong way."""
    failure = refused(played.play, always(reply('{"error": {"code": "model_not_found"}}', status=status)))

    is_azure = played.play.provider is Provider.AZURE
    assert failure.kind is (FailureKind.BAD_INPUT if is_azure else FailureKind.REFUSED)
    assert isinstance(failure, PermanentFailure)
    assert "by hand" in str(failure)


@every
@pytest.mark.parametrize("body", ["<html>hi</html>", "", '"text"', "{}", '{"data": 3, "models": 3}', "[" * 5000])
def test_what_is_no_list_is_a_bad_answer(played: PlayedList, body: str) -> None:
    """A login page with status 200 must not read as an empty list: every model would be missing."""
    assert refused(played.play, always(reply(body))).kind is FailureKind.BAD_ANSWER


@every
def test_an_empty_list_is_a_list(played: PlayedList) -> None:
    """A server where nothing is pulled yet works."""
    with serving(played.play, always(reply('{"data": [], "models": []}'))) as (catalogue, _):
        assert catalogue.list(deadline_s=DEADLINE_S) == ()


@every
def test_an_error_with_status_200_is_one(played: PlayedList) -> None:
    """Gateways answer so whatever happened."""
    body = '{"error": {"message": "no", "code": "invalid_api_key"}}'

    assert refused(played.play, always(reply(body))).kind is FailureKind.AUTHENTICATION


@pytest.mark.parametrize("token", [lambda _: "same", lambda no: f"page-{no}"], ids=["circle", "endless"])
def test_a_list_without_an_end_is_given_up(token: Callable[[int], str]) -> None:
    """A server that repeats itself must not hold a worker for its whole deadline."""
    played = next(played for played in LISTS if played.play.provider is Provider.GOOGLE)
    asked: list[str] = []

    def answer(request: Received, wire: Wire) -> None:
        asked.append(request.path)
        wire.send(reply(json.dumps({"models": [], "nextPageToken": token(len(asked))})))

    failure = refused(played.play, answer)

    assert failure.kind is FailureKind.BAD_ANSWER
    assert "has no end" in str(failure)
    assert len(asked) <= 50


def test_one_deadline_is_for_all_pages() -> None:
    """Fifty pages of ten seconds each are not what was asked for."""
    played = next(played for played in LISTS if played.play.provider is Provider.GOOGLE)

    def answer(request: Received, wire: Wire) -> None:
        if "pageToken" in request.path:
            wire.wait_for_hangup()
        wire.send(reply(json.dumps({"models": [], "nextPageToken": "next"})))

    assert refused(played.play, answer, deadline_s=0.5).kind is FailureKind.TIMED_OUT


def test_names_of_a_key_are_masked() -> None:
    """A server that says the key back in its list would have it stored in a table."""
    played = LISTS[0]
    body = json.dumps({"data": [{"id": "sk-1-and-more"}]})

    with serving(played.play, always(reply(body))) as (catalogue, _):
        (model,) = catalogue.list(deadline_s=DEADLINE_S)

    assert "sk-1" not in model.name


def test_a_bad_certificate_is_named(tmp_path: Path) -> None:
    """A proxy in between, or a server of one's own: said as what it is, and nothing is sent."""
    certificate = self_signed(tmp_path)
    if certificate is None:
        pytest.skip("there is no openssl to make a certificate with")
    with ScriptedServer(always(reply("{}")), tls=certificate.server_context()) as server:
        catalogue = models().catalogue(LISTS[0].play.spec(server.url))
        with pytest.raises(PermanentFailure) as caught:
            catalogue.list(deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind.TLS
    assert server.received == []


def test_the_guard_judges_the_address() -> None:
    """At a server, a list of models is no way to look into its network."""
    guarded = StandardLanguageModels({"KEY": "k"}, guard=STRICT)

    with pytest.raises(InvalidInput, match="loopback address"):
        guarded.catalogue(LISTS[0].play.spec("http://127.0.0.1:9"))


def test_an_unset_key_is_named_before_anything_is_sent() -> None:
    """As for chats."""
    with pytest.raises(InvalidInput, match="KEY is not set"):
        StandardLanguageModels({}, guard=LOCAL).catalogue(LISTS[0].play.spec("http://127.0.0.1:9"))


def test_the_scripted_model_lists_itself() -> None:
    """The demo's registry has something to list, without a network."""
    catalogue = models().catalogue(ModelSpec(provider=Provider.SCRIPTED, model="echo"))

    assert [model.name for model in catalogue.list(deadline_s=DEADLINE_S)] == ["echo"]
    catalogue.close()
