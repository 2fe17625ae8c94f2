"""`antiphon secrets`, wherever it acts."""

from __future__ import annotations

import pytest

from domain.jobs.errors import InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import place_over, told_twice

LONG = "sk-planted-0123456789abcdef"


def test_a_secret_is_kept_replaced_listed_and_forgotten(place: Place, antiphon: Antiphon) -> None:
    """Its value comes to the store as it was said, and never back."""
    assert place.secrets.put("API_KEY", LONG).last_four == "cdef"
    assert place.secrets.put("API_KEY", "short \u00e9\n").last_four == ""
    place.secrets.put("ANOTHER", LONG)

    assert [secret.name for secret in place.secrets.all()] == ["ANOTHER", "API_KEY"]
    kept = [antiphon.secrets.store.reveal(antiphon.tenant, name) for name in ("ANOTHER", "API_KEY")]
    assert kept == [LONG, "short \u00e9\n"]
    place.secrets.delete("API_KEY")
    assert [secret.name for secret in place.secrets.all()] == ["ANOTHER"]


@pytest.mark.parametrize("name", ["", "..", "a/b", "1ST", "with space", "x" * 129, "a-b", "é"])
def test_a_name_that_is_none_is_refused(place: Place, name: str) -> None:
    """Nothing is stored, and nothing else is asked for."""
    with pytest.raises(InvalidInput):
        place.secrets.put(name, LONG)
    with pytest.raises(InvalidInput):
        place.secrets.delete(name)


@pytest.mark.parametrize("value", ["", "x" * 100_000, "a\x00b"])
def test_a_value_that_is_none_is_refused_and_not_repeated(place: Place, value: str) -> None:
    """The message says what is wrong with it, and not what it is."""
    with pytest.raises(InvalidInput) as refused:
        place.secrets.put("API_KEY", value)
    assert "xxxxxxxx" not in str(refused.value)


def test_one_that_is_not_there_can_not_be_forgotten(place: Place) -> None:
    """A script with a slip in it should hear of it."""
    with pytest.raises(NotFound, match="API_KEY"):
        place.secrets.delete("API_KEY")


def test_who_may_only_read_changes_none(antiphon: Antiphon) -> None:
    """At a server the key's scopes decide."""
    with place_over(antiphon, at="server", scopes=frozenset({"read"})) as place:
        with pytest.raises(Forbidden, match="admin"):
            place.secrets.put("API_KEY", LONG)
        assert list(place.secrets.all()) == []


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character."""
    for name in ("B", "A"):
        antiphon.secrets.store.put(antiphon.tenant, name, LONG)

    here, there = told_twice(antiphon, lambda place: place.secrets.all())
    assert here == there
    assert [secret["name"] for secret in here] == ["A", "B"]
