"""Limits of targets: how a file names them, under which key they are shared, and where they can't be kept."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from domain.jobs.errors import BrokenSettings
from domain.language_models.model import ModelSpec, Provider
from domain.limits.limit import CallLimits, Limit, LimitKey, Rate
from domain.test_execution.guarded_target import endpoint_key, tokens_of
from domain.test_execution.named_target import limited
from domain.test_execution.target import Answer, HttpTarget, ModelTarget, PythonTarget, Question, TargetSpec
from entrypoints.limits import check_limits
from entrypoints.settings import Settings
from tests.unit.reading_test_files import read, refused

FILE = """
target: {{kind: http, url: "http://bot.invalid/", limits: {limits}}}
tests: [{{prompt: hello}}]
"""
MODEL = ModelSpec(provider=Provider.OPENAI, model="gpt-5-mini", api_key="${KEY}")


def test_a_file_names_the_limits_of_its_target(tmp_path: Path) -> None:
    """Whoever writes the tests knows what the target can take."""
    words = "{concurrency: 5, requests_per_minute: 600, tokens_per_minute: 100000}"
    (target,) = read(tmp_path, FILE.format(limits=words)).targets

    assert target.limits == CallLimits(concurrency=5, requests_per_minute=600, tokens_per_minute=100_000)
    assert limited([target], CallLimits(concurrency=2))[0].limits == attrs.evolve(target.limits, concurrency=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [("{concurency: 5}", "mean concurrency"), ("{concurrency: 0}", "from 1 to"), ("5", "map")],
)
def test_a_limit_that_is_none_is_named(tmp_path: Path, words: str, said: str) -> None:
    """A limit that is silently dropped is found out by the provider."""
    assert said in "\n".join(refused(tmp_path, FILE.format(limits=words)))


def test_limits_become_what_is_shared() -> None:
    """A minute has sixty seconds."""
    assert CallLimits(requests_per_minute=600).under(LimitKey("k")) == Limit(
        key=LimitKey("k"), requests=Rate(amount=600, window_s=60)
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (HttpTarget(url="http://a/x?id={{ id }}"), HttpTarget(url="http://a/x?id=7", body="another", timeout_s=3)),
        (ModelTarget(model=MODEL), ModelTarget(model=attrs.evolve(MODEL, parameters={"seed": 1}), system="Hi")),
        (PythonTarget(module="m", function="f"), PythonTarget(module="m", function="f")),
    ],
)
def test_calls_to_one_endpoint_and_account_count_together(one: TargetSpec, other: TargetSpec) -> None:
    """What a call says changes nothing about whose minute it comes from."""
    assert endpoint_key(one) == endpoint_key(other)


def test_other_endpoints_and_accounts_count_apart() -> None:
    """Two keys at one provider have a minute each."""
    specs: list[TargetSpec] = [
        HttpTarget(url="http://a/x"),
        HttpTarget(url="http://a/y"),
        HttpTarget(url="http://a/x", headers={"Authorization": "Bearer ${OTHER}"}),
        ModelTarget(model=MODEL),
        ModelTarget(model=attrs.evolve(MODEL, api_key="${OTHER}")),
        ModelTarget(model=attrs.evolve(MODEL, model="gpt-5")),
        ModelTarget(model=attrs.evolve(MODEL, base_url="https://proxy.invalid/v1")),
    ]

    assert len({endpoint_key(spec) for spec in specs}) == len(specs)


def test_a_key_that_is_written_out_does_not_stand_in_the_name() -> None:
    """Names of limits are seen by everybody who can look into Redis."""
    assert "sk-live" not in endpoint_key(ModelTarget(model=attrs.evolve(MODEL, api_key="sk-live-1234")))


@pytest.mark.parametrize(("prompt_tokens", "expected"), [(None, 6), (7, 7)])
def test_tokens_are_what_the_target_says_or_a_guess(prompt_tokens: int | None, expected: int) -> None:
    """A limit on tokens is also kept to at a target that counts none."""
    answer = Answer(text="x" * 12, latency_s=1, prompt_tokens=prompt_tokens)

    assert tokens_of(Question(prompt="x" * 8, variables={}), answer) == expected


def test_limits_that_workers_cannot_share_are_refused() -> None:
    """Each worker keeping to the whole limit is no limit at all."""
    apart = Settings(broker_url="amqp://h//", result_backend_url="db+postgresql://h/d", database_url="postgresql://h/d")
    limits = CallLimits(concurrency=1)

    with pytest.raises(BrokenSettings, match="ANTIPHON_LIMITS_URL"):
        check_limits(apart, limits)
    check_limits(apart, CallLimits())
    check_limits(attrs.evolve(apart, limits_url="redis://h"), limits)
    check_limits(attrs.evolve(apart, broker_url="redis://h"), limits)
    check_limits(Settings(), limits)
