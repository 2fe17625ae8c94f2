"""`antiphon llm`, wherever it acts: beside the database and at a server it is the same."""

from __future__ import annotations

import json

import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.language_models.use import Use
from domain.organizations.errors import Forbidden
from entrypoints.api.documents.llm import DefaultWords, LlmApiChange, ModelWords, NewLlmApi
from entrypoints.api.documents.runs import LimitWords
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over

MAIN = NewLlmApi(name="main", provider="gemini", models=["gemini-2.5-flash"])


def test_an_account_is_registered_looked_at_changed_and_removed(place: Place) -> None:
    """Each step answers with the account as it stands then."""
    made = place.llm.add(MAIN)
    assert (made.provider, made.api_key) == ("google", "${GEMINI_API_KEY}")
    assert place.llm.get("main") == place.llm.get(made.id) == made
    changed = place.llm.change("main", LlmApiChange(limits=LimitWords(concurrency=2)))
    assert changed.limits.concurrency == 2
    assert list(place.llm.all()) == [changed]
    same = place.llm.change("main", LlmApiChange(limits=LimitWords(requests_per_minute=9)))
    assert (same.limits.concurrency, same.limits.requests_per_minute) == (2, 9)
    place.llm.remove("main")
    assert list(place.llm.all()) == []


def test_models_and_defaults(place: Place) -> None:
    """Names of models have slashes."""
    place.llm.add(MAIN)
    put = place.llm.put_model("main", "org/embed:v1", ModelWords(context_length=512))
    assert (put.reference, put.capabilities) == ("llm:main/org/embed:v1", ["embedding"])
    assert [model.name for model in place.llm.models("main")] == ["gemini-2.5-flash", "org/embed:v1"]
    chosen = place.llm.choose(Use.EMBEDDING, DefaultWords(llm_api="main", model="org/embed:v1"))
    assert list(place.llm.defaults()) == [chosen]
    with pytest.raises(Conflict, match="default for embedding"):
        place.llm.remove_model("main", "org/embed:v1")
    place.llm.forget_default(Use.EMBEDDING)
    place.llm.remove_model("main", "org/embed:v1")
    assert [model.name for model in place.llm.models("main")] == ["gemini-2.5-flash"]


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    with place_over(antiphon, at="server") as there, place_over(antiphon, at="here") as here:
        there.llm.add(MAIN)
        here.llm.add(NewLlmApi(name="lab", provider="ollama", models=["a", "b"]))
        here.llm.choose(Use.JUDGE, DefaultWords(llm_api="lab", model="b"))

        told = [
            [json.loads(one.model_dump_json()) for one in (*at.llm.all(), *at.llm.models("lab"), *at.llm.defaults())]
            for at in (here, there)
        ]

    assert told[0] == told[1]
    assert len(told[0]) == 5


def test_what_is_refused_here_is_refused_there_and_by_the_same_name(place: Place) -> None:
    """Exit codes and scripts depend on it."""
    place.llm.add(MAIN)

    with pytest.raises(Conflict, match="'main' is there already"):
        place.llm.add(MAIN)
    with pytest.raises(InvalidInput, match="the NAME of a secret"):
        place.llm.add(NewLlmApi(name="x", provider="openai", api_key="sk-proj-1"))
    with pytest.raises(NotFound, match="there are: main"):
        place.llm.get("nope")
    with pytest.raises(NotFound, match="no default model"):
        place.llm.forget_default(Use.CHAT)
    with pytest.raises(NotFound, match="no model 'gone'"):
        place.llm.remove_model("main", "gone")


@pytest.mark.parametrize("words", ["", ".", "..", "main/models/gemini-2.5-flash", "../keys", "a?b=c", "%2e%2e", "x#y"])
def test_odd_names_name_no_account_and_lead_nowhere_else(place: Place, words: str) -> None:
    """A name is part of a path there: `remove main/models/m` must not remove a model."""
    place.llm.add(MAIN)

    with pytest.raises((NotFound, InvalidInput)):
        place.llm.remove(words)
    assert len(list(place.llm.models("main"))) == 1


@pytest.mark.parametrize("at", ["here", "server"])
def test_who_may_not_administer_changes_nothing(antiphon: Antiphon, at: str) -> None:
    """Whose key the runs are paid with is the administrators' matter."""
    if at == "here":
        pytest.skip("who operates the database may")
    with place_over(antiphon, at=at, scopes=frozenset({"read", "write"})) as place, pytest.raises(Forbidden):
        place.llm.add(MAIN)
