"""Contract of the rows of webhooks: memory, SQLite, Postgres."""

from __future__ import annotations

import attrs
import pytest

from domain.jobs.errors import Conflict, NotFound
from domain.notifications.webhook import SigningSecret, WebhookId
from domain.secrets.vault import Sealed
from tests.contract.building import THEM, US, after
from tests.contract.conftest import POSTGRES, SQLITE
from tests.contract.notifying import Rows, a_webhook, rows_of


@pytest.fixture(params=[pytest.param("memory", id="memory"), SQLITE, POSTGRES])
def rows(request: pytest.FixtureRequest) -> Rows:
    """Every place webhooks are kept in, empty."""
    return rows_of(request)


def test_a_webhook_is_kept_with_all_it_says(rows: Rows) -> None:
    """Also the secret before the newest one: receivers may still know only that."""
    webhook = attrs.evolve(
        a_webhook(),
        description="nightly, to the chat",
        previous_secret=SigningSecret(sealed=Sealed("v1.k.older"), last_four="abcd"),
        previous_until=after(3600),
        failing_since=after(5),
        disabled_because="by ada",
    )

    rows.add(webhook)

    assert rows.webhooks.get(US, webhook.id) == webhook
    assert rows.webhooks.all(US) == [webhook]


def test_webhooks_are_listed_by_age_and_organization(rows: Rows) -> None:
    """Another organization's address is none of anybody's business."""
    second, first, theirs = a_webhook(1, made_at=after(2)), a_webhook(2, made_at=after(1)), a_webhook(3, tenant=THEM)
    rows.add(second, first, theirs)

    assert rows.webhooks.all(US) == [first, second]
    assert rows.webhooks.all(THEM) == [theirs]
    with pytest.raises(NotFound, match="no webhook"):
        rows.webhooks.get(US, theirs.id)


def test_an_organization_has_so_many_webhooks_and_no_more(rows: Rows) -> None:
    """Each event is looked up for all of them: without a limit one organization slows down everybody's."""
    rows.add(a_webhook(1), a_webhook(2, tenant=THEM))

    with pytest.raises(Conflict, match="1 webhooks, the most"):
        rows.webhooks.add(US, a_webhook(3), at_most=1)

    assert [webhook.id for webhook in rows.webhooks.all(US)] == [a_webhook(1).id]


def test_a_changed_webhook_is_stored_in_place(rows: Rows) -> None:
    """Its id and its log stay."""
    rows.add(a_webhook(1), a_webhook(2))
    changed = attrs.evolve(a_webhook(1), url="https://example.org/other", events=("job.ended",))

    rows.webhooks.put(US, changed)

    assert rows.webhooks.all(US) == [changed, a_webhook(2)]


def test_the_first_failure_and_the_first_reason_stay(rows: Rows) -> None:
    """ "Failing since" is what tells its owner whether the weekend or a typo is to blame."""
    rows.add(a_webhook())
    webhook_id = a_webhook().id

    rows.webhooks.note_failing(US, webhook_id, after(1))
    rows.webhooks.note_failing(US, webhook_id, after(2))
    rows.webhooks.disable(US, webhook_id, "given up")
    rows.webhooks.disable(US, webhook_id, "by ada")

    found = rows.webhooks.get(US, webhook_id)
    assert (found.failing_since, found.disabled_because, found.state) == (after(1), "given up", "disabled")
    rows.webhooks.note_failing(US, webhook_id, None)
    assert rows.webhooks.get(US, webhook_id).failing_since is None


def test_nothing_of_another_organization_can_be_changed(rows: Rows) -> None:
    """Ids are no secrets."""
    theirs = a_webhook(tenant=THEM)
    rows.add(theirs)

    rows.webhooks.note_failing(US, theirs.id, after(1))
    rows.webhooks.disable(US, theirs.id, "by ada")
    with pytest.raises(NotFound):
        rows.webhooks.put(US, a_webhook())
    with pytest.raises(NotFound):
        rows.webhooks.remove(US, theirs.id)

    assert rows.webhooks.all(THEM) == [theirs]


def test_a_removed_webhook_takes_its_deliveries_along(rows: Rows) -> None:
    """Nobody wants to know any more; the queue must not hold what can't be sent."""
    gone, stays = a_webhook(1), a_webhook(2)
    rows.add(gone, stays)
    rows.on_its_way(gone, 1, 2)
    [kept] = rows.on_its_way(stays, 1)

    rows.webhooks.remove(US, gone.id)

    assert [errand.delivery_id for errand in rows.take()] == [kept.id]
    assert rows.deliveries.page(US, gone.id, limit=10) == []
    with pytest.raises(NotFound):
        rows.webhooks.remove(US, gone.id)
    rows.webhooks.note_failing(US, WebhookId("unknown"), after(1))  # an answer that came too late changes nothing
