"""Prices and costs: exact where they are known, and unknown where they are not; never 0, never a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.language_models.price_file import read_prices, shipped_prices
from adapters.language_models.scripted import ScriptedModels
from domain.jobs.errors import InvalidInput
from domain.language_models.conversation import Completion, FinishReason, Message
from domain.language_models.model import BASE_URLS, ModelSpec, Provider
from domain.language_models.price import Price
from domain.language_models.pricing import PricedModels, PriceTable

MINI = Price(input=0.25, output=2, cached_input=0.025)
LONG = Price(input=3, output=15, cache_write=3.75, up_to_prompt_tokens=200_000)
TABLE = PriceTable(prices={(Provider.OPENAI, "gpt-5-mini"): MINI, (Provider.OPENAI, "gpt-5-mini-2025-01-01"): LONG})


def openai(model: str = "gpt-5-mini", **more: object) -> ModelSpec:
    """Return a model at OpenAI."""
    return ModelSpec(provider=Provider.OPENAI, model=model, **more)  # type: ignore[arg-type]  # any field


def test_a_cost_is_exact_to_the_billionth_of_a_dollar() -> None:
    """Sums over a million calls must be what the invoice says."""
    assert MINI.cost_nanousd(prompt_tokens=1000, completion_tokens=10, cached_tokens=400) == 150_000 + 10_000 + 20_000
    assert LONG.cost_nanousd(prompt_tokens=10, completion_tokens=0, cache_write_tokens=4) == 18_000 + 15_000


@pytest.mark.parametrize("tokens", [{"prompt_tokens": 200_001}, {"prompt_tokens": 5, "cache_write_tokens": 1}])
def test_beyond_what_a_price_says_the_cost_is_unknown(tokens: dict[str, int]) -> None:
    """Long prompts and writing to a cache cost more; how much more, this price does not say."""
    price = Price(input=3, output=15, up_to_prompt_tokens=200_000)

    assert price.cost_nanousd(completion_tokens=1, **tokens) is None


@given(
    st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 2 * 10**6), st.sampled_from([MINI, LONG]), st.data()
)
def test_more_tokens_never_cost_less(
    prompt: int, completion: int, cached: int, price: Price, data: st.DataObject
) -> None:
    """A sign or a part that is counted twice would show here."""
    more = data.draw(st.integers(0, 1000))
    one = price.cost_nanousd(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)
    two = price.cost_nanousd(prompt_tokens=prompt, completion_tokens=completion + more, cached_tokens=cached)

    assert (one is None) == (two is None) == (price is LONG and prompt > 200_000)
    assert one is None or two is None or 0 <= one <= two


@pytest.mark.parametrize(
    ("spec", "answered", "price"),
    [
        (openai(), "", MINI),
        (openai(), "gpt-5-mini-2025-08-07", MINI),
        (openai(), "gpt-5-mini-2025-01-01", LONG),
        (openai("gpt-5-mini-2025-08-07"), "", MINI),
        (openai("alias"), "gpt-5-mini", MINI),
        (openai(base_url=BASE_URLS[Provider.OPENAI] + "/"), "", MINI),
        (openai(price=LONG), "", LONG),
        (openai("gpt-6"), "", None),
        (openai("gpt-5-minimal"), "", None),
        (openai(base_url="http://127.0.0.1/v1"), "", None),
        (openai(parameters={"service_tier": "flex"}), "", None),
        (ModelSpec(provider=Provider.OPENAI_COMPATIBLE, model="gpt-5-mini", base_url="http://h"), "", None),
        (ModelSpec(provider=Provider.ANTHROPIC, model="gpt-5-mini"), "", None),
    ],
)
def test_a_price_is_found_for_the_model_that_answered_or_not_at_all(
    spec: ModelSpec, answered: str, price: Price | None
) -> None:
    """A version costs what its model does; another server with a model of that name may cost anything."""
    assert TABLE.price_of(spec, answered=answered) == price


@pytest.mark.parametrize(
    ("completion", "cost"),
    [
        ({"prompt_tokens": 1000, "completion_tokens": 10}, 270_000),
        ({"prompt_tokens": 1000, "completion_tokens": 10, "cached_tokens": 1000}, 45_000),
        ({"prompt_tokens": 1000}, None),
        ({}, None),
    ],
)
def test_a_priced_model_says_what_each_call_cost(completion: dict[str, int], cost: int | None) -> None:
    """Without the tokens there is no cost, however well the price is known."""
    said = Completion(text="x", finish_reason=FinishReason.STOP, model="m", latency_s=0.1, **completion)  # type: ignore[arg-type]  # tokens only
    model = PricedModels(ScriptedModels(lambda _: said), TABLE).open(openai(), connections=1)

    assert model.complete([Message(role="user", content="Hi")], deadline_s=1).cost_nanousd == cost


def test_the_shipped_prices_say_where_they_are_from() -> None:
    """A price without a date and a source can't be checked."""
    table = shipped_prices()

    assert len(table.prices) > 50
    assert table.updated >= "2026-08-21"
    assert table.source.startswith("https://")
    assert table.price_of(ModelSpec(provider=Provider.ANTHROPIC, model="claude-haiku-4-5-20251001")) == Price(
        input=1, output=5, cached_input=0.1, cache_write=1.25
    )


def test_a_file_of_prices_replaces_them(tmp_path: Path) -> None:
    """Contracts and new models: the user's figures count, and no others."""
    path = tmp_path / "prices.json"
    entry = {"provider": "openai", "model": "gpt-9", "input": 1, "output": 2}
    path.write_text(json.dumps({"updated": "2026-01-01", "prices": [entry]}))

    table = read_prices(path)

    assert table.prices == {(Provider.OPENAI, "gpt-9"): Price(input=1, output=2)}
    assert (table.updated, table.source) == ("2026-01-01", str(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ('{"prices": []}', "no list under 'prices'"),
        ('{"prices": [1]}', "entry 1: is no object"),
        ('{"prices": [{"provider": "x", "model": "m", "input": 1, "output": 1}]}', "entry 1: provider: 'x'"),
        ('{"prices": [{"provider": "openai", "input": 1, "output": 1}]}', "entry 1: model"),
        ('{"prices": [{"provider": "openai", "model": "m", "input": 1}]}', "entry 1: output: None"),
        ('{"prices": [{"provider": "openai", "model": "m", "input": -1, "output": 1}]}', "entry 1: input: -1"),
        ('{"prices": [{"provider": "openai", "model": "m", "input": 1, "output": NaN}]}', "entry 1: output: nan"),
    ],
)
def test_a_file_that_is_none_of_prices_is_refused(tmp_path: Path, content: str, said: str) -> None:
    """A price that is read as 0 would hide a cost."""
    path = tmp_path / "prices.json"
    path.write_text(content)

    with pytest.raises(InvalidInput) as caught:
        read_prices(path)

    assert said in "\n".join([str(caught.value), *caught.value.problems])
