"""What the suites about the ladder build on: one API at a played provider, checked over real sockets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import frozen

from adapters.clock import SystemClock
from adapters.http.guard import LOCAL, AddressGuard
from adapters.http.way import HttpWays
from adapters.language_models.opener import StandardLanguageModels
from adapters.memory.llm_registry import MemoryRegistry
from adapters.memory.store import MemoryStore
from domain.jobs.errors import PermanentFailure
from domain.jobs.item import Document, Item, ItemNo, Outcome
from domain.jobs.job import Job, JobId
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.model import Provider
from domain.language_models.pricing import PricedModels, PricedStreams, PriceTable
from domain.language_models.use import Capability
from domain.llm_validation.check_document import rungs_from_json
from domain.llm_validation.llm_api import LlmApi, LlmApiId
from domain.llm_validation.llm_model import LlmModel
from domain.llm_validation.refreshing import Refreshing
from domain.llm_validation.rung import Rung, RungResult
from domain.llm_validation.validation import KIND, LlmValidation, ValidationSpec
from domain.tenancy import TenantContext
from tests.contract.building import NOW, US
from tests.services.http_server import Received, Script, ScriptedServer, Wire, reply
from tests.services.model_lists import LISTS
from tests.services.providers import PLAYS, Play

KEY = "sk-Pl4nted-s3cret-4711"
FRAGMENT = "Pl4nted"
CHAT_MODEL, EMBEDDING_MODEL = "m", "embed-m"
PAGES = {played.play.name: played.pages for played in LISTS}


@frozen
class OneEnvironment:
    """`Environments` where every organization has the one key."""

    values: Mapping[str, str]

    def of(self, tenant: TenantContext) -> Mapping[str, str]:  # noqa: ARG002  # all have the same
        """Return it."""
        return self.values


@frozen(kw_only=True)
class Climbed:
    """What a check came to: its rungs, the failure if there was one, and everything that was told of it."""

    rungs: tuple[RungResult, ...]
    failure: PermanentFailure | None
    told: str
    usage: Usage

    def rung(self, rung: Rung) -> RungResult:
        """Return what became of a rung."""
        return next(each for each in self.rungs if each.rung is rung)


def api_at(play: Play, url: str) -> LlmApi:
    """Return the account at a played provider."""
    return LlmApi(
        id=LlmApiId("00000000-0000-4000-8000-000000000001"),
        organization_id=US.organization_id,
        name="ours",
        provider=play.provider,
        base_url=f"{url}{play.path}{play.query}",
        api_key="${KEY}",
        created_at=NOW,
        updated_at=NOW,
    )


def climb(
    api: LlmApi,
    *,
    models: bool = True,
    timeout_s: float = 20.0,
    guard: AddressGuard = LOCAL,
    environment: Mapping[str, str] | None = None,
    probes: tuple[Rung, ...] = (),
    may_spend: bool = True,
    registry: MemoryRegistry | None = None,
) -> Climbed:
    """Check the API, as a worker does; with *models*, a chat and an embedding model are registered by hand."""
    registry = registry or registry_with(api, models=models)
    family = family_over(registry, guard=guard, environment={"KEY": KEY} if environment is None else environment)
    job = _job(ValidationSpec(timeout_s=timeout_s, probes=probes))
    runner = family.prepare(US, job)
    item = Item(no=ItemNo(0), key=api.name, input={"api_id": api.id, "name": api.name, "may_spend": may_spend})
    kept: list[tuple[Document, Usage]] = []

    def keep(progress: Document, usage: Usage = NOTHING) -> None:
        kept.append((progress, usage))

    outcome: Outcome | None = None
    failure = None
    result: Document
    try:
        outcome = runner.run(item, deadline_s=timeout_s, keep=keep)
        result = outcome.result
    except PermanentFailure as error:
        failure, result = error, error.partial_result
    with registry.view(US) as work:
        rows = (work.models.all(), work.listings.get(api.id))
    return Climbed(
        rungs=rungs_from_json(result),
        failure=failure,
        told=json.dumps([result, [progress for progress, _ in kept]]) + str(failure) + repr((failure, outcome, rows)),
        usage=sum((usage for _, usage in kept), start=NOTHING),
    )


def family_over(
    registry: MemoryRegistry, *, guard: AddressGuard = LOCAL, environment: Mapping[str, str], tokens_a_day: int = 10_000
) -> LlmValidation:
    """Return the family over real clients."""
    models = StandardLanguageModels({}, guard=guard)
    return LlmValidation(
        registry=registry,
        refreshing=Refreshing(registry=registry, catalogues=models, clock=SystemClock()),
        models=PricedModels(models, PriceTable(prices={})),
        streams=PricedStreams(models, PriceTable(prices={})),
        ways=HttpWays({}, guard),
        environments=OneEnvironment(environment),
        clock=SystemClock(),
        tokens_a_day=tokens_a_day,
    )


def registry_with(api: LlmApi, *, models: bool) -> MemoryRegistry:
    """Return a registry with the API, and models of it that were registered by hand."""
    registry = MemoryRegistry(MemoryStore())
    with registry.begin(US) as work:
        work.apis.add(api)
        for name, can in ((CHAT_MODEL, Capability.CHAT), (EMBEDDING_MODEL, Capability.EMBEDDING)):
            if models:
                work.models.put(_model(api, name, can, now=NOW))
        work.commit()
    return registry


def provider_that(
    play: Play,
    *,
    lists: bytes | None = None,
    chats: bytes | None = None,
    embeds: bytes | None = None,
    says_key: bool = False,
) -> Script:
    """Return a script that plays the provider; *lists*, *chats* and *embeds* replace what it says there."""

    def answered(request: Received) -> bytes:
        pages = PAGES[play.name]
        if request.method == "GET":
            return lists or (reply(json.dumps(pages[request.path])) if request.path in pages else reply("?"))
        if "mbed" in request.path:
            return embeds or play.reply(play.vectors or {})
        return chats or play.reply(play.answer(f"OK {KEY}" if says_key else "OK"))

    return lambda request, wire: wire.send(answered(request))


def with_key(answer: bytes) -> bytes:
    """Return the answer with the key said in each of its texts, as servers that echo what they got do."""
    head, _, body = answer.partition(b"\r\n\r\n")
    said = body.decode().replace('"message": "', f'"message": "{KEY} ').replace('"error": "', f'"error": "{KEY} ')
    status, _, headers = head.decode().partition("\r\n")
    kept = [line for line in headers.split("\r\n") if line and not line.lower().startswith("content-length")]
    return reply(said, status=status.removeprefix("HTTP/1.1 "), headers="".join(f"{line}\r\n" for line in kept[1:]))


def serving(play: Play, script: Script, check: Callable[[LlmApi], Climbed]) -> tuple[Climbed, list[Received]]:
    """Run the script at the provider's address, and return what the check of it came to."""
    with ScriptedServer(script) as server:
        return check(api_at(play, server.url)), server.received


def hanging(_request: Received, wire: Wire) -> None:
    """Never answer."""
    wire.wait_for_hangup()


def named(provider: Provider) -> Play:
    """Return the first play of the provider."""
    return next(play for play in PLAYS if play.provider is provider)


def _model(api: LlmApi, name: str, can: Capability, *, now: datetime) -> LlmModel:
    return LlmModel(api_id=api.id, name=name, capabilities=frozenset({can}), created_at=now, updated_at=now)


def _job(spec: ValidationSpec) -> Job:
    return Job(
        id=JobId("00000000-0000-4000-8000-00000000000a"),
        organization_id=US.organization_id,
        kind=KIND,
        spec=spec.to_document(),
        started_by=US.user_id,
        created_at=NOW,
        updated_at=NOW,
    )
