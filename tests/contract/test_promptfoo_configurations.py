"""Promptfoo configurations of different shapes run to the counts they document, and so do their conversions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from adapters.http.guard import LOCAL
from adapters.javascript.transforms import JavaScriptTransforms
from adapters.judging.prompt_files import judge_prompts
from adapters.language_models.opener import StandardLanguageModels
from adapters.language_models.scripted import ScriptedModels
from adapters.memory.secrets import SameForAll
from adapters.memory.test_sets import MemoryTestSets
from adapters.metrics.scorers import StandardScorers
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from adapters.test_files.reader import read_test_file
from adapters.test_files.writing import antiphon_yaml
from domain.jobs.item import Item
from domain.language_models.model import ModelSpec
from domain.language_models.ports import LanguageModel, LanguageModels
from domain.test_execution.judging.scorers import Judging
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Target, Targets
from domain.test_execution.run import TestExecution
from domain.test_execution.service import TestRuns
from domain.test_execution.target import TargetSpec
from domain.test_execution.test_set import TestFile
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.services.http_server import Received, ScriptedServer, Wire, reply

FIXTURES = Path(__file__).parents[1] / "fixtures" / "promptfoo"
CONFIGURATIONS = sorted(FIXTURES.glob("*/promptfooconfig.yaml"))
EXPECTED = re.compile(r"# expect: pass (\d+) fail (\d+)")
TEMPLATES = JinjaTemplates()
SCORERS = StandardScorers(TEMPLATES)
CHECKING = Judging(models=ScriptedModels(), prompts=judge_prompts(), templates=TEMPLATES).beside(
    SCORERS, Panel(), connections=1
)
ANSWER = re.compile(r"<answer \w+>\n(.*)\n</answer", re.DOTALL)


def _repeat(request: Received, wire: Wire) -> None:
    """Say again what was asked, in the words of whichever API was called; a judge passes whoever says please."""
    body = json.loads(request.body)
    text = body["prompt"] if "prompt" in body else body["messages"][-1]["content"]
    if "anthropic" in request.path:
        answer: object = {"content": [{"type": "text", "text": text}], "model": "b", "stop_reason": "end_turn"}
    elif request.path.startswith("/api/"):
        answer = {"message": {"role": "assistant", "content": text}, "model": "c", "done_reason": "stop"}
    elif request.path.startswith("/chat"):
        answer = {"answer": text}
    else:
        text = _verdict(text) if request.path.startswith("/judge/") else text
        text = _user(body["messages"]) if request.path.startswith("/user/") else text
        answer = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}], "model": "a"}
    wire.send(reply(json.dumps(answer)))


def _user(messages: list[object]) -> str:
    said = len(messages) // 2  # its part, then who begins, then its own words and an answer for each turn
    return f"I say {said}" if said < 3 else "###STOP###"


def _verdict(asked: str) -> str:
    found = ANSWER.search(asked)
    passes = found is not None and "please" in found[1]
    return json.dumps({"reason": "I looked for the word", "score": float(passes), "pass": passes})


@pytest.fixture(scope="module")
def mock() -> Iterator[ScriptedServer]:
    """Serve for all configurations."""
    with ScriptedServer(_repeat) as server:
        yield server


@attrs.define
class Remembering:
    """`Targets` that know what they opened, so that it can be closed."""

    targets: Targets
    opened: list[Target] = attrs.field(factory=list)

    def with_environment(self, environment: Mapping[str, str]) -> Remembering:
        """Open with this environment from here on."""
        self.targets = self.targets.with_environment(environment)
        return self

    def open(self, spec: TargetSpec, *, connections: int) -> Target:
        """Open the target."""
        self.opened.append(self.targets.open(spec, connections=connections))
        return self.opened[-1]


@attrs.define
class RememberingModels:
    """`LanguageModels` that know what they opened: a judge is open for as long as its worker lives."""

    models: LanguageModels
    opened: list[LanguageModel] = attrs.field(factory=list)

    def with_environment(self, environment: Mapping[str, str]) -> RememberingModels:
        """Open with this environment from here on."""
        self.models = self.models.with_environment(environment)
        return self

    def open(self, spec: ModelSpec, *, connections: int) -> LanguageModel:
        """Open the model."""
        self.opened.append(self.models.open(spec, connections=connections))
        return self.opened[-1]


def run(file: TestFile, *, url: str) -> list[Item]:
    """Run the tests of a file, in this thread, and return the rows."""
    environment = {"MOCK_URL": url, "MOCK_KEY": "secret"}
    kernel = Kernel()
    models = RememberingModels(StandardLanguageModels({}, guard=LOCAL))
    targets = Remembering(StandardTargets({}, TEMPLATES, models, guard=LOCAL))
    family = TestExecution(
        test_sets=MemoryTestSets(),
        targets=targets,
        scorers=SCORERS,
        templates=TEMPLATES,
        environments=SameForAll(environment),
        judging=Judging(models=models, prompts=judge_prompts(), templates=TEMPLATES),
        transforms=JavaScriptTransforms(),
        store=kernel.store,
    )
    kernel = attrs.evolve(kernel, family=family)
    runs = TestRuns(jobs=kernel.jobs, test_sets=family.test_sets)
    job = runs.start(US, file)
    kernel.run()
    for target in targets.opened:
        target.close()
    for model in models.opened:
        model.close()
    return kernel.items(job.id)


def counts(rows: list[Item]) -> tuple[int, int]:
    """Return how many tests passed and failed, having checked that all were executed."""
    assert [(row.key, row.last_failure) for row in rows if row.state != "succeeded"] == []
    verdicts = [row.outcome.verdict for row in rows if row.outcome]
    return verdicts.count("pass"), verdicts.count("fail")


def documented(path: Path) -> tuple[int, int]:
    """Return the counts that a configuration's first line documents."""
    found = EXPECTED.match(path.read_text())
    assert found
    return int(found[1]), int(found[2])


def read(path: Path) -> TestFile:
    """Read a configuration."""
    return read_test_file(path, scorers=CHECKING)


def test_there_are_enough_of_different_shapes() -> None:
    """The test below must not run over nothing."""
    assert len(CONFIGURATIONS) == 12


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.parent.name)
def test_a_configuration_runs_to_its_documented_counts(mock: ScriptedServer, path: Path) -> None:
    """What people come with must run, and mean what it meant."""
    rows = run(read(path), url=mock.url)

    assert counts(rows) == documented(path)
    assert len({row.key for row in rows}) == len(rows)


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.parent.name)
def test_its_conversion_runs_to_the_same_counts(mock: ScriptedServer, tmp_path: Path, path: Path) -> None:
    """A team that moves over converts its files once, and must find the same numbers."""
    converted = tmp_path / "tests.yaml"
    file = read(path)
    converted.write_text("".join(antiphon_yaml(file.name, file.defaults, file.cases)), encoding="utf-8")

    again = read(converted)

    assert again.cases == read(path).cases
    assert counts(run(again, url=mock.url)) == documented(path)
