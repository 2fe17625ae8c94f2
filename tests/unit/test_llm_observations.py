"""What a check says about the API, and what about a model of it."""

from __future__ import annotations

import pytest

from domain.jobs.errors import FailureKind
from domain.llm_validation.api_state import Observation
from domain.llm_validation.check import Check
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.rung import Rung, RungResult, RungState
from tests.contract.checking import a_check

K = FailureKind
WORKS, LIMPS, FAILS, NOTHING = (
    Observation.WORKS,
    Observation.LIMPS,
    Observation.FAILS,
    Observation.NOTHING,
)


def passed(rung: Rung, model: str = "") -> RungResult:
    """Return a rung that holds."""
    return RungResult(rung=rung, state=RungState.PASSED, model=model)


def unlisted() -> RungResult:
    """Return a list that there is not."""
    return RungResult(rung=Rung.MODELS, state=RungState.NOT_TESTABLE)


def broken(rung: Rung, kind: FailureKind, model: str = "m") -> RungResult:
    """Return a rung that does not hold."""
    return RungResult(rung=rung, state=RungState.FAILED, kind=kind, model=model)


def check(*rungs: RungResult) -> Check:
    """Return the check of these rungs."""
    return a_check(LlmApiId("a"), rungs=rungs)


LISTED = passed(Rung.MODELS)


@pytest.mark.parametrize(
    ("rungs", "api", "models"),
    [
        ([LISTED, passed(Rung.CHAT, "m"), passed(Rung.EMBEDDINGS, "e")], WORKS, {"m": WORKS, "e": WORKS}),
        ([unlisted()], WORKS, {}),
        ([broken(Rung.DNS, K.DNS, "")], FAILS, {}),
        ([broken(Rung.MODELS, K.AUTHENTICATION, "")], FAILS, {}),
        ([broken(Rung.MODELS, K.TIMED_OUT, "")], FAILS, {}),
        ([broken(Rung.MODELS, K.RATE_LIMITED, "")], LIMPS, {}),
        ([LISTED, broken(Rung.CHAT, K.MODEL_NOT_FOUND)], LIMPS, {"m": FAILS}),
        ([unlisted(), broken(Rung.CHAT, K.MODEL_NOT_FOUND)], LIMPS, {"m": FAILS}),
        ([LISTED, broken(Rung.CHAT, K.TIMED_OUT)], LIMPS, {"m": FAILS}),
        ([unlisted(), broken(Rung.CHAT, K.TIMED_OUT)], FAILS, {}),
        ([LISTED, broken(Rung.CHAT, K.AUTHENTICATION)], FAILS, {}),
        ([LISTED, broken(Rung.CHAT, K.QUOTA)], FAILS, {}),
        ([LISTED, broken(Rung.CHAT, K.CONNECTION)], FAILS, {}),
        ([LISTED, broken(Rung.CHAT, K.RATE_LIMITED)], LIMPS, {"m": FAILS}),
        ([LISTED, broken(Rung.CHAT, K.PERMISSION)], LIMPS, {"m": FAILS}),
        ([unlisted(), passed(Rung.CHAT, "m"), broken(Rung.EMBEDDINGS, K.TIMED_OUT)], LIMPS, {"m": FAILS}),
        ([LISTED, passed(Rung.CHAT, "m"), broken(Rung.TOOL_CALL, K.BAD_ANSWER)], LIMPS, {"m": FAILS}),
        ([broken(Rung.MODELS, K.INTERNAL, "")], NOTHING, {}),
        ([broken(Rung.MODELS, K.POISON, "")], NOTHING, {}),
    ],
)  # fmt: skip
def test_a_failure_is_the_models_or_the_accounts(
    rungs: list[RungResult], api: Observation, models: dict[str, Observation]
) -> None:
    """A deployment that was deleted must not page somebody for a provider that is down, nor hide one that is."""
    found = check(*rungs)

    assert (found.observation, dict(found.of_models)) == (api, models)


def test_what_ended_without_a_rung_is_the_apis_fault_if_it_took_too_long() -> None:
    """A look-up of a name that hangs is ended by the kernel: there is no rung that says so."""
    late = Check(
        id=check().id, api_id=LlmApiId("a"), job_id=check().job_id, checked_at=check().checked_at,
        rungs=(passed(Rung.CONFIGURATION),), kind=K.TIMED_OUT,
    )  # fmt: skip

    assert (late.observation, dict(late.of_models)) == (FAILS, {})
