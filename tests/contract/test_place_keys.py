"""`antiphon keys`, wherever it acts: beside the database and at a server it is the same."""

from __future__ import annotations

import pytest

from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.organizations.api_key import KeyState
from domain.organizations.errors import Forbidden
from domain.tenancy import READ, WRITE
from entrypoints.api.documents.organizations import NewKey, Rotation
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import WHOSE, client_over, place_over, told_twice

READING = NewKey(email=WHOSE, scopes=["read"])


def test_a_key_is_made_listed_rotated_and_revoked(place: Place, antiphon: Antiphon) -> None:
    """Each step answers with the key as it stands then."""
    made = place.keys.create(NewKey(email=WHOSE, scopes=["write", "read"], expires_in_s=3600))
    assert antiphon.administration.authentication.authenticate(made.key).scopes == {READ, WRITE}

    newest = next(iter(place.keys.all()))
    assert (newest.prefix, newest.email, newest.scopes, newest.state) == (
        made.key[:21], WHOSE, ["read", "write"], KeyState.ACTIVE,
    )  # fmt: skip
    assert newest.expires_at is not None
    second = place.keys.rotate(made.prefix, Rotation(grace_s=60))
    assert (second.scopes, second.user_id) == (made.scopes, made.user_id)
    revoked = place.keys.revoke(second.id)
    assert (revoked.id, revoked.state, revoked.email) == (second.id, KeyState.REVOKED, WHOSE)
    assert place.keys.revoke(second.prefix) == revoked


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    antiphon.administration.keys.create(antiphon.tenant, email=WHOSE, scopes={READ})

    here, there = told_twice(antiphon, lambda place: place.keys.all())
    assert here == there
    assert len(here) == 2


@pytest.mark.parametrize("pasted", [str, lambda key: f"{key}x", lambda key: key[:21]])
def test_a_key_may_be_pasted_whole(place: Place, pasted: type[str]) -> None:
    """People do; only its prefix goes on from here."""
    made = place.keys.create(READING)

    assert place.keys.revoke(pasted(made.key)).id == made.id


def test_what_is_refused_here_is_refused_there_and_by_the_same_name(place: Place) -> None:
    """Exit codes and scripts depend on it."""
    with pytest.raises(NotFound, match="no member"):
        place.keys.create(NewKey(email="eve@example.com", scopes=["read"]))
    with pytest.raises(InvalidInput, match="expected an address"):
        place.keys.create(NewKey(email="nobody", scopes=["read"]))
    for words in ("antiphon_aaaaaaaaaaaa", "00000000-0000-4000-8000-00000000dead"):
        with pytest.raises(NotFound, match="antiphon keys list"):
            place.keys.revoke(words)
    gone = place.keys.revoke(place.keys.create(READING).id)
    with pytest.raises(Conflict, match="is revoked"):
        place.keys.rotate(gone.id, Rotation())


@pytest.mark.parametrize("at", ["here", "server"])
def test_nobody_gives_away_more_than_they_have(antiphon: Antiphon, at: str) -> None:
    """Whichever way they come in."""
    with place_over(antiphon, at=at, scopes=frozenset({"read", "admin"})) as place, pytest.raises(Forbidden):
        place.keys.create(NewKey(email=WHOSE, scopes=["write"]))


@pytest.mark.parametrize("words", ["", ".", "..", "../webhooks", "a/b", "a?b=c", "%2e%2e"])
def test_odd_names_name_no_key_and_lead_nowhere_else(place: Place, words: str) -> None:
    """An id is part of a path there."""
    before = len(list(place.keys.all()))

    with pytest.raises((NotFound, InvalidInput)):
        place.keys.revoke(words)
    assert len(list(place.keys.all())) == before


def test_more_keys_than_fit_on_a_page_are_all_there(antiphon: Antiphon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list over HTTP comes in pages; a command prints all of it."""
    monkeypatch.setattr("entrypoints.calls.asking.PAGE", 2)
    made = [antiphon.administration.keys.create(antiphon.tenant, email=WHOSE, scopes={READ}) for _ in range(5)]

    with client_over(antiphon, key=made[0].text) as reader, pytest.raises(Forbidden):
        list(reader.keys.all())
    with place_over(antiphon, at="server") as there:
        assert {key.id for key in there.keys.all()} > {one.key.id for one in made}
