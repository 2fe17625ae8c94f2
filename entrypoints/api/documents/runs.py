"""What a caller says to start a run, and what a run looks like."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue

from domain.jobs.job import JobOptions, Priority
from domain.jobs.usage import NANOUSD
from domain.limits.limit import CallLimits
from domain.test_execution.response_cache import DEFAULT_MAX_AGE_S
from domain.test_execution.run_options import run_options
from domain.test_execution.test_set import Gates, RunHints
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.words import JsonObject, Words

_MOST = 10**9
_TEN_YEARS_S = 3650 * 24 * 3600.0
_TARGET: JsonObject = {"kind": "http", "url": "https://bot.example/chat", "response_path": "answer"}
Count = Annotated[int, Field(ge=1, le=_MOST)]
Seconds = Annotated[float, Field(gt=0, le=_TEN_YEARS_S)]
Share = Annotated[float, Field(ge=0, le=1)]


class RunOptions(Words):
    """How the items are run. What is left out is as the tests' document says, or as usual."""

    concurrency: int | None = Field(default=None, ge=1, le=1024, description="Calls at once. Usually 16.")
    deadline_s: float | None = Field(
        default=None,
        ge=0.001,
        le=86_400,
        description="Seconds one attempt may take. Usually 15 to 60, following the run's own latencies.",
    )
    max_attempts: int | None = Field(default=None, ge=1, le=100, description="Tries an item gets in all. Usually 4.")
    priority: Priority | None = Field(default=None, description="Beside the organization's other jobs. Usually normal.")
    max_cost_usd: float | None = Field(default=None, ge=1e-9, le=_MOST, description="US dollars to spend.")
    max_tokens: int | None = Field(default=None, ge=1, le=10**15, description="Tokens to spend, in and out.")
    max_requests: Count | None = Field(default=None, description="Calls to make, to targets and judges together.")
    max_duration_s: Seconds | None = Field(default=None, description="Seconds in which items may begin.")
    max_wait_s: Seconds | None = Field(default=None, description="Seconds the job may wait for a worker.")

    def chosen(self, hints: RunHints) -> JobOptions:
        """Return the options of the job, with what the tests' document would like where nothing is said."""
        said = {name: value for name, value in self if value is not None and name != "max_cost_usd"}
        cost = {} if self.max_cost_usd is None else {"max_cost_nanousd": max(round(self.max_cost_usd * NANOUSD), 1)}
        return run_options({**said, **cost}, hints=hints)


class LimitWords(Words):
    """Limits of every target, kept to by all jobs and workers together."""

    concurrency: Count | None = Field(default=None, description="Calls at once.")
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None

    def limits(self) -> CallLimits:
        """Return them."""
        return CallLimits(**dict(self))


class GateWords(Words):
    """What a release asks of the run."""

    min_pass_rate: Share | None = Field(default=None, description="The least share of judged tests that pass.")
    min_pass_rate_lower: Share | None = Field(default=None, description="The least lower end of its 95 % interval.")
    max_errors: int | None = Field(default=None, ge=0, le=_MOST, description="The most tests that may fail to execute.")

    def gates(self) -> Gates:
        """Return them."""
        return Gates(**dict(self))


class CacheWords(Words):
    """Answers that the same target gave to the same question before."""

    max_age_s: Seconds = Field(
        default=float(DEFAULT_MAX_AGE_S), description="How old one may be, and how long new ones stay."
    )


class JudgeWords(Words):
    """Who judges, in the words of a document of tests."""

    judge: JsonValue = Field(
        default=None,
        description="A model, or a list of them, by name (`openai:gpt-5-mini`) or as a target of that kind.",
        examples=["openai:gpt-5-mini"],
    )
    judging: JsonObject | None = Field(
        default=None, description="`rule` (majority, mean), `embedding` (a model), `may_be_target`.", examples=[None]
    )


class RunWords(JudgeWords):
    """Which tests are run, against what, and how."""

    test_set_id: UUID | None = Field(default=None, description="A stored version of a test set; or `document`.")
    document: JsonObject | None = Field(
        default=None,
        description="The tests themselves, as a document (docs/test-sets.md); or `test_set_id`.",
        examples=[{"name": "smoke", "tests": [{"id": "hello", "prompt": "Hello?", "metrics": [{"icontains": "hi"}]}]}],
    )
    targets: list[JsonObject] | None = Field(
        default=None,
        max_length=100,
        description="What is tested; usually what the tests' document names.",
        examples=[[_TARGET]],
    )
    metrics: list[JsonValue] | None = Field(
        default=None,
        max_length=1000,
        description="Metrics that stand before each test's own.",
        examples=[[{"latency": 5}]],
    )
    tags: list[Annotated[str, Field(max_length=200)]] = Field(
        default=[], max_length=100, description="Only tests with any of these tags."
    )
    gates: GateWords = GateWords()
    options: RunOptions = RunOptions()
    limits: LimitWords = LimitWords()
    cache: CacheWords | None = Field(default=None, description="Use the response cache.")


class StartRun(RunWords):
    """A run to be started."""

    subject: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="No second active run may have the same subject.",
        examples=[None],
    )


class RejudgeWords(JudgeWords):
    """Stored answers to be judged again."""

    options: RunOptions = RunOptions()


class RescoreWords(RejudgeWords):
    """Stored answers to be scored by other metrics."""

    metrics: list[JsonValue] = Field(
        min_length=1, max_length=1000, description="In place of the tests' own.", examples=[[{"icontains": "refund"}]]
    )


class RunDocument(BaseModel):
    """A run: its job, and, once it has ended, its summary."""

    job: JobDocument
    summary: dict[str, JsonValue] | None = Field(
        description="What `antiphon run --json` prints (docs/json-output.md); null until the run has ended."
    )
