"""References to registered models: what they stand for, what is refused, and that a job never changes afterwards."""

from __future__ import annotations

from typing import cast

import attrs
import pytest
from attrs import define, field

from adapters.memory.llm_registry import MemoryRegistry
from adapters.memory.store import MemoryStore
from domain.jobs.errors import InvalidInput, KeyReused
from domain.jobs.item import Document
from domain.jobs.job import Job
from domain.jobs.request_key import IdempotencyKey
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.model import Account, ModelSpec, Provider, model_named
from domain.language_models.price import Price
from domain.language_models.use import Capability, Use
from domain.limits.limit import CallLimits
from domain.llm_validation.llm_api import LlmApi
from domain.llm_validation.resolving import RegisteredModels
from domain.test_execution.dialogue import Dialogue, SimulatedUser
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget, only
from domain.test_execution.panel import Panel, panel_for
from domain.test_execution.run import RunSpec, TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.target import ModelTarget
from domain.test_execution.test_set import TestCase, TestFile
from tests.contract.building import THEM, US
from tests.contract.registering import a_model, an_api, place_of, registered
from tests.kernel.world import Kernel
from tests.unit.test_swapping_adapters import family

MAIN = attrs.evolve(an_api(1, name="main"), limits=CallLimits(concurrency=2, requests_per_minute=60))
OFF = attrs.evolve(an_api(2, name="off"), is_active=False)
SMALL, LARGE = a_model(MAIN, "small"), attrs.evolve(a_model(MAIN, "org/large:free"), price=Price(input=1, output=2))
EMBED = attrs.evolve(a_model(MAIN, "embed"), capabilities=frozenset({Capability.EMBEDDING}))
UNKNOWN = attrs.evolve(a_model(MAIN, "unknown"), capabilities=frozenset())
ACCOUNT = Account(key=f"llm-api:{MAIN.id}", limits=MAIN.limits)
SNAPSHOT = ModelSpec(
    provider=Provider.OPENAI_COMPATIBLE, model="small", base_url=MAIN.base_url, api_key="${LLM_KEY}", account=ACCOUNT
)


@define
class World:
    """A registry, and test runs that look into it."""

    registry: MemoryRegistry = field(factory=lambda: MemoryRegistry(MemoryStore()))
    family: TestExecution = field(factory=family)
    kernel: Kernel = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.kernel = Kernel(family=self.family)
        registered(self.registry, MAIN, OFF, models=(SMALL, LARGE, EMBED, UNKNOWN, a_model(OFF, "small")))
        with self.registry.begin(US) as work:
            work.defaults.put(Use.JUDGE, place_of(LARGE))
            work.defaults.put(Use.EMBEDDING, place_of(EMBED))
            work.commit()

    @property
    def models(self) -> RegisteredModels:
        """What looks references up."""
        return RegisteredModels(registry=self.registry)

    @property
    def runs(self) -> TestRuns:
        """Test runs of the kernel."""
        return TestRuns(jobs=self.kernel.jobs, test_sets=self.family.test_sets, references=self.models)

    def put(self, api: LlmApi) -> None:
        """Store a changed API."""
        with self.registry.begin(US) as work:
            work.apis.put(api)
            work.commit()


def test_a_reference_stands_for_a_model_with_its_account_and_no_secret() -> None:
    """What a job carries can be called by any worker, and read by anybody."""
    found = World().models.resolve(US, "llm:main/small", Use.CHAT)

    assert found == SNAPSHOT
    assert model_from_json(model_to_json(found)) == found


def test_a_models_name_may_have_slashes_and_colons() -> None:
    """The API's name ends at the first slash."""
    found = World().models.resolve(US, "llm:main/org/large:free", Use.JUDGE)

    assert (found.model, found.price) == ("org/large:free", Price(input=1, output=2))


def test_the_default_is_another_one_for_each_use() -> None:
    """A judge is no embedder."""
    models = World().models

    assert models.resolve(US, "llm:default", Use.JUDGE).model == "org/large:free"
    assert models.resolve(US, "llm:default", Use.EMBEDDING).model == "embed"


def test_what_is_no_reference_is_left_alone() -> None:
    """Files that name a provider work as ever, registry or none."""
    assert World().models.resolve(US, "openai:gpt-5-mini", Use.CHAT) == model_named("openai:gpt-5-mini")


def test_what_a_reference_says_beside_its_name_counts() -> None:
    """Temperature, time limits and a price are the run's matter."""
    price = Price(input=9, output=9)
    said = attrs.evolve(model_named("llm:main/org/large:free"), parameters={"seed": 1}, timeout_s=3, price=price)

    found = World().models.resolved(US, said, use=Use.CHAT)

    assert (found.parameters, found.timeout_s, found.price) == ({"seed": 1}, 3, price)


@pytest.mark.parametrize(
    ("words", "use", "said"),
    [
        ("llm:nope/small", Use.CHAT, "there is no LLM API 'nope'.*there are: main, off"),
        ("llm:main/gone", Use.CHAT, "has no model 'gone'; there are: embed, org/large:free, small"),
        ("llm:MAIN/small", Use.CHAT, "there is no LLM API 'MAIN'"),
        ("llm:off/small", Use.CHAT, "is not active.*--active"),
        ("llm:main/embed", Use.JUDGE, "can't be used for judge: that needs chat"),
        ("llm:main/small", Use.EMBEDDING, "can't be used for embedding"),
        ("llm:default", Use.CHAT, "no default model for chat.*antiphon llm default chat"),
        ("llm:main", Use.CHAT, "expected llm:API/MODEL or llm:default"),
        ("llm:/small", Use.CHAT, "expected llm:API/MODEL"),
        ("llm:main/", Use.CHAT, "expected llm:API/MODEL"),
    ],
)
def test_what_can_not_be_meant_is_refused_by_naming_what_there_is(words: str, use: Use, said: str) -> None:
    """At submit, where somebody sees it, and not by the first item of the night."""
    with pytest.raises(InvalidInput, match=said):
        World().models.resolve(US, words, use)


def test_another_organizations_registry_is_not_looked_into() -> None:
    """The name of its account, least of all its key, is none of anybody's business."""
    with pytest.raises(InvalidInput, match="none is registered"):
        World().models.resolve(THEM, "llm:main/small", Use.CHAT)


@pytest.mark.parametrize(
    "spec",
    [
        ModelSpec(provider=Provider.REGISTERED, model="main/small", base_url="https://mine.example"),
        ModelSpec(provider=Provider.REGISTERED, model="main/small", api_key="${OTHER}"),
    ],
)
def test_a_reference_can_not_say_where_the_account_s_key_is_sent(spec: ModelSpec) -> None:
    """An address of one's own beside a key of the organization's would carry the key away."""
    with pytest.raises(InvalidInput, match="the registry's to say"):
        World().models.resolved(US, spec, use=Use.CHAT)


def test_a_model_of_unknown_abilities_may_be_tried() -> None:
    """Lists of providers often don't say; the first call will."""
    assert World().models.resolve(US, "llm:main/unknown", Use.EMBEDDING).model == "unknown"


REFERENCE = model_named("llm:main/small")
JUDGED = Metric(name="rubric", kind="llm-rubric", value="polite", options={"judge": "llm:default"})
SIMILAR = Metric(name="near", kind="similar", value="x", options={"embedding": "llm:main/embed"})
PLAYED = Dialogue(user=SimulatedUser(model=REFERENCE, goal="a refund"))
CASES = (TestCase(id="a", prompt="Hi", metrics=(JUDGED, SIMILAR)), TestCase(id="b", prompt="", dialogue=PLAYED))
FILE = TestFile(name="f", cases=CASES, targets=only(ModelTarget(model=model_named("llm:main/org/large:free"))))


def spec_of(job: Job) -> RunSpec:
    """Return what a job carries."""
    return RunSpec.from_document(job.spec)


def test_a_job_carries_what_every_reference_stood_for() -> None:
    """In targets, the panel, metrics and simulated users: no worker looks into the registry."""
    world = World()

    spec = spec_of(world.runs.start(US, FILE, panel=Panel(embedding=model_named("llm:default"), may_be_target=True)))

    (target,) = spec.targets
    assert cast(ModelTarget, target.spec).model.account == ACCOUNT
    assert spec.panel.embedding is not None
    assert spec.panel.embedding.model == "embed"
    assert spec.panel.registered == {
        "chat main/small": SNAPSHOT,
        "embedding main/embed": attrs.evolve(SNAPSHOT, model="embed"),
        "judge default": attrs.evolve(SNAPSHOT, model="org/large:free", price=LARGE.price),
    }
    assert spec.panel.known(REFERENCE, Use.CHAT) == SNAPSHOT


def test_a_stored_job_never_changes_and_the_next_run_of_the_configuration_does() -> None:
    """A run is what it was submitted as; what is saved means the registry of the day."""
    world = World()
    configuration = world.runs.configure(US, FILE, panel=Panel(may_be_target=True))
    before = world.runs.submit(US, configuration)
    stored = dict(world.kernel.job(before.id).spec)

    world.put(attrs.evolve(MAIN, base_url="https://moved.example/v1", limits=CallLimits()))
    after = spec_of(world.runs.submit_stored(US, configuration.id))

    assert world.kernel.job(before.id).spec == stored
    assert {model.base_url for model in after.panel.registered.values()} == {"https://moved.example/v1"}
    assert cast(ModelTarget, after.targets[0].spec).model.account is None


def test_what_was_switched_off_is_refused_at_submit() -> None:
    """Also of a configuration that was fine when it was saved."""
    world = World()
    configuration = world.runs.configure(US, FILE, panel=Panel(may_be_target=True))
    world.put(attrs.evolve(MAIN, is_active=False))

    with pytest.raises(InvalidInput, match="is not active"):
        world.runs.submit(US, configuration)


def test_the_same_request_finds_its_job_whatever_the_registry_says_meanwhile() -> None:
    """A lost answer is asked for again; that must not start a second run, nor be refused."""
    world = World()
    configuration = world.runs.configure(US, FILE, panel=Panel(may_be_target=True))
    first = world.runs.submit(US, configuration, idempotency_key=IdempotencyKey("k"))
    world.put(attrs.evolve(MAIN, base_url="https://moved.example/v1"))

    assert world.runs.submit(US, configuration, idempotency_key=IdempotencyKey("k")).id == first.id
    other = world.runs.configure(US, attrs.evolve(FILE, cases=CASES[1:]))
    with pytest.raises(KeyReused):
        world.runs.submit(US, other, idempotency_key=IdempotencyKey("k"))


def test_a_configuration_keeps_its_words_and_its_id() -> None:
    """One that names no registered model is stored as it was before there was a registry."""
    world = World()
    plain = attrs.evolve(FILE, cases=(TestCase(id="a", prompt="Hi"),), targets=only(ModelTarget(model=SNAPSHOT)))

    kept = world.runs.configure(US, FILE, panel=Panel(may_be_target=True))

    assert kept.references == ("chat main/small", "embedding main/embed", "judge default")
    assert cast(ModelTarget, kept.targets[0].spec).model.is_reference
    assert world.runs.test_sets.configuration(US, kept.id) == kept
    assert "references" not in world.runs.configure(US, plain).body()


def test_a_judge_is_known_as_the_model_under_test_behind_a_reference() -> None:
    """Two names of one model are one model: it would judge its own answers."""
    world = World()
    target = NamedTarget(name="", spec=ModelTarget(model=attrs.evolve(SNAPSHOT, model="org/large:free", account=None)))

    with pytest.raises(InvalidInput, match="would judge its own answers"):
        world.runs.configure(US, attrs.evolve(FILE, targets=(target,)))


def test_whom_the_run_insists_on_stands_before_a_metric_s_reference() -> None:
    """What is not asked is not looked up: a model that is gone does not stop a run that does without it."""
    world = World()
    gone = Metric(name="rubric", kind="llm-rubric", value="polite", options={"judge": "llm:main/gone"})
    file = attrs.evolve(FILE, cases=(TestCase(id="a", prompt="Hi", metrics=(gone,)),))
    insisting = Panel(judges=(SNAPSHOT,), insisted=frozenset({"judges"}))

    assert world.runs.configure(US, file, panel=insisting).references == ()
    with pytest.raises(InvalidInput, match="no model 'gone'"):
        world.runs.configure(US, file)


def test_only_the_registry_says_an_account() -> None:
    """One that a metric writes itself would spend, or slow down, somebody else's calls."""
    written: Document = {"provider": "openai", "model": "m", "account": {"key": "llm-api:x", "limits": {}}}
    metric = Metric(name="rubric", kind="llm-rubric", value="polite", options={"judge": written})

    (judge,) = panel_for(metric, Panel()).judges

    assert judge.account is None
    assert model_from_json(written).account == Account(key="llm-api:x", limits=CallLimits())  # in a job's own words
