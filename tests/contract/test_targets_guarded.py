"""Targets, models and webhooks call no address that may not be called, however they are led there."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence

import pytest
from attrs import define, field

from adapters.http.addresses import PUBLIC_ONLY, AddressRules
from adapters.http.guard import AddressGuard, AddressInfo
from adapters.language_models.opener import StandardLanguageModels
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure
from domain.test_execution.metric import Metric
from domain.test_execution.ports import Target
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer, HttpTarget, Question, TargetSpec
from domain.test_execution.test_set import TestCase
from tests.contract.asking import PATIENCE_S, chat_target
from tests.services.http_server import Received, ScriptedServer, Wire, reply

PUBLIC = "93.184.216.34"


@define
class Resolver:
    """A name server of a test: each look-up gets the next answer, the last one for ever."""

    answers: list[list[str]]
    asked: list[str] = field(factory=list)

    def __call__(self, host: str, port: int) -> Sequence[AddressInfo]:
        """Return what stands for the name now."""
        self.asked.append(host)
        now = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in now]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """A server inside, which must not be called."""
    with ScriptedServer(lambda _request, wire: wire.send(reply('{"output": "inside"}'))) as running:
        yield running


def ask(spec: TargetSpec, guard: AddressGuard) -> Answer:
    """Open a target behind the guard, and ask it once."""
    target = opened(spec, guard)
    try:
        return target.ask(Question(prompt="Hi", variables={}), deadline_s=PATIENCE_S)
    finally:
        target.close()


def opened(spec: TargetSpec, guard: AddressGuard) -> Target:
    """Open a target behind the guard."""
    models = StandardLanguageModels({}, guard=guard)
    return StandardTargets({}, JinjaTemplates(), models, guard=guard).open(spec, connections=2)


def named(server: ScriptedServer, name: str) -> str:
    """Return the server's address under a name."""
    return server.url.replace("127.0.0.1", name)


SPECS: list[Callable[[str], TargetSpec]] = [lambda url: HttpTarget(url=url), lambda url: chat_target(base_url=url)]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("answer", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC]])
def test_a_name_that_leads_inside_is_not_called(
    server: ScriptedServer, spec: Callable[[str], TargetSpec], answer: list[str]
) -> None:
    """Anybody can register a name for 127.0.0.1; the item fails once, with words, and is not retried."""
    guard = AddressGuard(rules=PUBLIC_ONLY, resolve=Resolver([answer]))

    with pytest.raises(PermanentFailure, match="loopback address") as caught:
        ask(spec(named(server, "inner.example")), guard)

    assert caught.value.kind is FailureKind.BAD_INPUT
    assert "ANTIPHON_PRIVATE_TARGETS" in str(caught.value)
    assert server.received == []


@pytest.mark.parametrize("spec", SPECS)
def test_an_inner_address_is_refused_before_the_run(server: ScriptedServer, spec: Callable[[str], TargetSpec]) -> None:
    """One message at the start, instead of a failure for each test."""
    with pytest.raises(InvalidInput, match="loopback address"):
        opened(spec(server.url), AddressGuard(rules=PUBLIC_ONLY))


def test_a_name_that_changes_its_answer_gains_nothing(server: ScriptedServer) -> None:
    """Rebinding: public for the judge, 127.0.0.1 for the connection. There is one look-up for both."""
    allowed = AddressRules.parse("127.0.0.1", name="X")
    resolver = Resolver([["127.0.0.1"], ["10.0.0.1"]])
    target = opened(HttpTarget(url=named(server, "moving.example")), AddressGuard(rules=allowed, resolve=resolver))
    question = Question(prompt="Hi", variables={})

    first = target.ask(question, deadline_s=PATIENCE_S)
    kept = target.ask(question, deadline_s=PATIENCE_S)
    target.close()
    with pytest.raises(PermanentFailure, match="private address"):
        target.ask(question, deadline_s=PATIENCE_S)

    assert first.text == kept.text
    assert resolver.asked == ["moving.example"] * 2  # the kept connection needs none: it goes where it went
    assert len(server.received) == 2


def test_the_host_stays_what_was_written(server: ScriptedServer) -> None:
    """The connection goes to the judged address; Host, and over TLS the certificate's name, are still the name's."""
    allowed = AddressRules.parse("127.0.0.1", name="X")

    ask(HttpTarget(url=named(server, "bot.example")), AddressGuard(rules=allowed, resolve=Resolver([["127.0.0.1"]])))

    (request,) = server.received
    assert dict(request.headers)["host"].startswith("bot.example:")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("spec", SPECS)
def test_redirects_are_not_followed(spec: Callable[[str], TargetSpec], status: str) -> None:
    """A public server that redirects to a metadata service gets an error, and the service no call."""
    asked: list[str] = []

    def redirect(request: Received, wire: Wire) -> None:
        asked.append(request.path)
        wire.send(reply("", status=status, headers="Location: http://169.254.169.254/latest/meta-data/\r\n"))

    with ScriptedServer(redirect) as server:
        allowed = AddressRules.parse("127.0.0.1", name="X")
        with pytest.raises(ItemFailure, match="HTTP 30"):
            ask(spec(server.url), AddressGuard(rules=allowed))

    assert len(asked) == 1


def test_a_proxy_of_the_environment_is_not_used(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy looks names up by itself: what the guard judged would not be what is called."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    answer = ask(HttpTarget(url=server.url), AddressGuard(rules=AddressRules.parse("127.0.0.1", name="X")))

    assert "inside" in answer.text


def test_a_webhook_is_behind_the_guard_too(server: ScriptedServer) -> None:
    """A metric is written by the same people as a target."""
    guard = AddressGuard(rules=PUBLIC_ONLY, resolve=Resolver([["127.0.0.1"]]))
    scorers = StandardScorers(JinjaTemplates(), guard=guard)
    scorer = scorers.make(Metric(name="hook", kind="webhook", value=named(server, "hook.example")))

    sample = Sample(case=TestCase(id="t", prompt="?"), prompt="?", answer=Answer(text="x", latency_s=1))
    with pytest.raises(PermanentFailure, match="loopback address"):
        scorer(sample, deadline_s=5)
    with pytest.raises(InvalidInput, match="loopback address"):
        scorers.make(Metric(name="hook", kind="webhook", value=server.url))
    assert server.received == []


def test_who_forgets_the_guard_gets_the_strict_one(server: ScriptedServer) -> None:
    """A new place that opens targets must be closed by default."""
    with pytest.raises(InvalidInput, match="loopback address"):
        StandardTargets({}, JinjaTemplates(), StandardLanguageModels({})).open(
            HttpTarget(url=server.url), connections=1
        )
    with pytest.raises(InvalidInput, match="loopback address"):
        StandardScorers(JinjaTemplates()).make(Metric(name="hook", kind="webhook", value=server.url))
