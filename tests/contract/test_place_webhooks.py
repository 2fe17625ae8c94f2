"""`antiphon webhooks`, wherever it acts."""

from __future__ import annotations

import pytest

from domain.jobs.errors import AntiphonError, Conflict, InvalidInput, NotFound
from domain.notifications.delivery import DeliveryState
from entrypoints.api.documents.webhooks import NewWebhook, Rotation
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import told_twice

NOBODY = "http://127.0.0.1:9/hook"
WANTED = NewWebhook(url=NOBODY, events=["job.*"], description="for the team")
UNKNOWN = "00000000-0000-4000-8000-00000000dead"


def test_a_webhook_is_added_disabled_enabled_and_removed(place: Place) -> None:
    """Each step answers with it as it stands then."""
    added = place.webhooks.add(WANTED)

    assert (added.url, added.events, added.description, added.state) == (NOBODY, ["job.*"], "for the team", "active")
    assert [one.id for one in place.webhooks.all()] == [added.id]
    assert place.webhooks.disable(added.id).state == "disabled"
    assert place.webhooks.enable(added.id).state == "active"
    place.webhooks.remove(added.id)
    assert list(place.webhooks.all()) == []


def test_its_secret_is_shown_when_it_is_made_and_in_no_list(place: Place) -> None:
    """And an accident with print shows none either."""
    added = place.webhooks.add(WANTED)
    rotated = place.webhooks.rotate_secret(added.id, Rotation(overlap_hours=1))

    assert added.secret is not None
    assert rotated.secret not in (None, added.secret)
    assert added.secret not in f"{added!r} {list(place.webhooks.all())!r}"
    [listed] = place.webhooks.all()
    assert listed.secret_last_four == str(rotated.secret)[-4:]
    assert listed.previous_secret_until is not None


def test_a_test_says_how_it_went_and_stands_in_the_log(place: Place) -> None:
    """Nobody listens there: it failed, and can be sent again."""
    added = place.webhooks.add(WANTED)
    tested = place.webhooks.test(added.id)

    assert (tested.state, len(tested.tries)) == (DeliveryState.FAILED, 1)
    assert [one.id for one in place.webhooks.log(added.id, state=DeliveryState.FAILED, limit=5)] == [tested.id]
    assert list(place.webhooks.log(added.id, state=DeliveryState.PENDING, limit=5)) == []
    again = place.webhooks.redeliver(added.id, tested.id)
    assert (again.state, again.event_id) == (DeliveryState.PENDING, tested.event_id)
    with pytest.raises(Conflict, match="under way"):
        place.webhooks.redeliver(added.id, tested.id)


def test_what_can_not_be_is_refused_by_the_same_name(place: Place) -> None:
    """Exit codes and scripts depend on it."""
    for words in (
        NewWebhook(url="ftp://example.org", events=["job.ended"]),
        NewWebhook(url=NOBODY, events=["job.ende"]),
        NewWebhook(url="mailto:ada@example.org", events=["job.ended"]),
    ):
        with pytest.raises(AntiphonError) as refused:
            place.webhooks.add(words)
        assert not isinstance(refused.value, Conflict | NotFound)
    for move in (place.webhooks.enable, place.webhooks.disable, place.webhooks.remove, place.webhooks.test):
        with pytest.raises(NotFound):
            move(UNKNOWN)
        with pytest.raises((NotFound, InvalidInput)):
            move("../keys")


def test_both_places_tell_the_same(antiphon: Antiphon, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last character, over several pages."""
    monkeypatch.setattr("entrypoints.calls.asking.PAGE", 2)
    service = antiphon.notifications.webhooks
    added = service.add(antiphon.tenant, NOBODY, events=["*"]).webhook
    for _ in range(3):
        service.test(antiphon.tenant, added.id)

    for ask in (
        lambda place: place.webhooks.all(),
        lambda place: place.webhooks.log(added.id, state=None, limit=10),
    ):
        here, there = told_twice(antiphon, ask)
        assert here == there
        assert here
