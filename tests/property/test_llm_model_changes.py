"""Refreshing models from a list: nothing is ever deleted, and two refreshes with one list are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.language_models.ports import ListedModel
from domain.language_models.price import Price
from domain.language_models.use import Capability
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import MOST_MODELS, LlmModel, ModelOrigin
from domain.llm_validation.refreshing import changes

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
API = LlmApiId("a")
names = st.sampled_from(["gpt-5", "gpt-5-mini", "embed-3", "llama", "own"])
capabilities = st.frozensets(st.sampled_from(Capability))
lengths = st.none() | st.integers(min_value=1, max_value=10**6)
listed = st.lists(
    st.builds(ListedModel, name=names, capabilities=capabilities, context_length=lengths),
    unique_by=lambda model: model.name,
)
models = st.lists(
    st.builds(
        LlmModel,
        api_id=st.just(API),
        name=names,
        capabilities=capabilities,
        context_length=lengths,
        price=st.none() | st.just(Price(input=1.0, output=2.0)),
        origin=st.sampled_from(ModelOrigin),
        missing_since=st.none() | st.just(NOW - timedelta(days=3)),
        created_at=st.just(NOW - timedelta(days=9)),
        updated_at=st.just(NOW - timedelta(days=9)),
    ),
    unique_by=lambda model: model.name,
)


def refreshed(known: list[LlmModel], there: list[ListedModel], *, now: datetime = NOW) -> list[LlmModel]:
    """Return what is known after a refresh."""
    stored = {model.name: model for model in known}
    stored |= {model.name: model for model in changes(known, there, api_id=API, now=now).to_store}
    return list(stored.values())


@given(models, listed)
def test_no_model_is_lost_and_every_listed_one_is_known(known: list[LlmModel], there: list[ListedModel]) -> None:
    """A default that points to a model must never point into nothing because a list left it out."""
    found = refreshed(known, there)

    assert {model.name for model in found} == {model.name for model in known} | {one.name for one in there}


@given(models, listed)
def test_missing_is_exactly_what_the_list_does_not_name(known: list[LlmModel], there: list[ListedModel]) -> None:
    """The mark says since when, and is taken off where the model is named again."""
    before = {model.name: model for model in known}
    named = {model.name for model in there}

    for model in refreshed(known, there):
        if model.name in named:
            assert model.missing_since is None
        else:
            assert model.missing_since == (before[model.name].missing_since or NOW)


@given(models, listed)
def test_the_same_list_again_changes_nothing(known: list[LlmModel], there: list[ListedModel]) -> None:
    """An hourly refresh must not rewrite every row each hour."""
    once = refreshed(known, there)

    again = changes(once, there, api_id=API, now=NOW + timedelta(hours=1))

    assert again.to_store == ()


@given(models, listed)
def test_what_a_person_has_said_stays(known: list[LlmModel], there: list[ListedModel]) -> None:
    """A list fills gaps of what was entered by hand, and corrects nobody; prices are never a list's."""
    after = {model.name: model for model in refreshed(known, there)}

    for model in known:
        now = after[model.name]
        assert (now.price, now.origin, now.created_at) == (model.price, model.origin, model.created_at)
        if model.origin is ModelOrigin.MANUAL:
            assert now.capabilities == model.capabilities or not model.capabilities
            assert now.context_length == model.context_length or not model.context_length


@given(models, listed)
def test_each_change_is_of_one_kind(known: list[LlmModel], there: list[ListedModel]) -> None:
    """The four counts that people read add up to the rows that change."""
    found = changes(known, there, api_id=API, now=NOW)

    touched = [model.name for model in found.to_store]
    assert len(touched) == len(set(touched))
    assert found.listed == len(there)


def test_a_list_without_end_fills_no_database() -> None:
    """A server may name a million models; what is known stays known, and the rest has no room."""
    there = [ListedModel(name=f"m-{no}") for no in range(MOST_MODELS + 50)]
    known = refreshed([], there)

    assert len(known) == MOST_MODELS
    found = changes(known, list(reversed(there)), api_id=API, now=NOW)
    assert (found.new, found.missing) == ((), ())


def test_names_that_no_provider_gives_are_left_out() -> None:
    """A list is foreign text: what can't be a name gets into no row and no table on a terminal."""
    there = [ListedModel(name=name) for name in ("good", "", " padded", "line\nbreak", "esc\x1b[2J", "x" * 201)]

    assert [model.name for model in refreshed([], there)] == ["good"]


def test_a_change_of_the_list_is_a_change_of_the_row() -> None:
    """What the provider corrects about a model that it told us of is taken over."""
    known = refreshed([], [ListedModel(name="m", context_length=1000)])
    wider = ListedModel(name="m", context_length=2000, capabilities=frozenset({Capability.CHAT}))

    found = changes(known, [wider], api_id=API, now=NOW + timedelta(hours=1))

    assert [model.context_length for model in found.changed] == [2000]
    assert found.describe() == "1 model, 1 changed"
    assert attrs.evolve(found.changed[0], updated_at=NOW).created_at == known[0].created_at
