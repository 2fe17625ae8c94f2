"""What owners do with webhooks: secrets that change without a gap, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from adapters.notifications.mail import MailCarrier
from adapters.notifications.mail_server import mail_server
from adapters.secrets.master_keys import GivenKeys, new_key
from domain.jobs.errors import Conflict, InvalidInput, NotFound
from domain.jobs.events import MESSAGES, Command
from domain.notifications.delivery import DeliveryId
from domain.notifications.event import JOB_EVENTS, checked_patterns, wants
from domain.notifications.service import Revealed
from domain.notifications.signing import opened_secrets
from domain.notifications.webhook import MOST_WEBHOOKS, WebhookId
from entrypoints.notifications import EVENTS
from pipelines.subscriptions import NOTIFY, SUBSCRIPTIONS
from tests.contract.building import US
from tests.pipelines.newsroom import Newsroom

URL = "https://example.org/hook"


def _good(newsroom: Newsroom, revealed: Revealed) -> list[str]:
    """Return the secrets that a message of now is signed with."""
    webhook = newsroom.webhooks.get(US, revealed.webhook.id)
    return opened_secrets(webhook, vault=newsroom.vault, now=newsroom.clock.now())


def test_while_a_secret_changes_both_are_good_and_afterwards_the_new_one() -> None:
    """Receivers change over one by one; none may miss a message meanwhile."""
    newsroom = Newsroom()
    first = newsroom.add(URL)
    second = newsroom.webhooks.rotate_secret(US, first.webhook.id, overlap=timedelta(hours=1))

    assert _good(newsroom, first) == [second.secret, first.secret]
    newsroom.clock.advance(3600)
    assert _good(newsroom, first) == [second.secret]
    third = newsroom.webhooks.rotate_secret(US, first.webhook.id)
    assert _good(newsroom, first) == [third.secret, second.secret]


def test_a_secret_opens_in_its_own_row_and_column_only() -> None:
    """Who can write to the database must not be able to sign for another webhook."""
    newsroom = Newsroom()
    mine, other = newsroom.add(URL).webhook, newsroom.add(URL).webhook
    moved = attrs.evolve(newsroom.webhooks.get(US, other.id), secret=mine.secret)
    aside = attrs.evolve(mine, previous_secret=mine.secret, previous_until=newsroom.clock.now() + timedelta(hours=1))

    for wrong in (moved, aside):
        with pytest.raises(Conflict, match="can't be decrypted"):
            opened_secrets(wrong, vault=newsroom.vault, now=newsroom.clock.now())


def test_a_master_key_that_is_not_here_is_a_failed_attempt_and_no_lost_event() -> None:
    """The operator puts the key back, and what waits is delivered."""
    newsroom = Newsroom()
    webhook = newsroom.add(URL).webhook
    newsroom.keys = GivenKeys(where="another machine", text=new_key())
    without = newsroom.another()

    tested = without.webhooks.test(US, webhook.id)

    assert "master key" in tested.tries[0].error


def test_nothing_shows_a_secret() -> None:
    """Values end in logs and error messages by their repr."""
    newsroom = Newsroom()
    revealed = newsroom.add(URL)

    assert revealed.secret not in repr(revealed)
    assert str(revealed.webhook.secret and revealed.webhook.secret.sealed) not in repr(revealed)


def test_who_changed_a_webhook_stands_in_the_audit_log() -> None:
    """What leaves an organization is somebody's doing; a token in the address is not repeated, nor the secret."""
    newsroom = Newsroom()
    revealed = newsroom.add("https://example.org/hook/tok-123?key=tok-456", "job.ended")
    webhook_id = revealed.webhook.id
    newsroom.webhooks.change(US, webhook_id, events=["*"])
    newsroom.webhooks.disable(US, webhook_id)
    newsroom.webhooks.enable(US, webhook_id)
    newsroom.webhooks.rotate_secret(US, webhook_id)
    newsroom.webhooks.remove(US, webhook_id)

    entries = newsroom.audit.page(US)
    moves = ["added", "changed", "disabled", "enabled", "secret_rotated", "removed"]
    assert sorted(entry.action for entry in entries) == sorted(f"webhook.{move}" for move in moves)
    assert {(entry.user_id, entry.subject) for entry in entries} == {("ada", f"webhook {webhook_id}")}
    assert {entry.details["to"] for entry in entries} == {"https://example.org"}
    assert not any(word in repr(entries) for word in ("tok-", revealed.secret))


def test_a_mailbox_has_no_secret_and_stays_one() -> None:
    """A mail is not signed by us; and a URL in its place would have no secret."""
    server = mail_server("smtps://mail.example.org", sender="no@example.org")
    newsroom = Newsroom(mail=MailCarrier(server=server))
    revealed = newsroom.add("mailto:ada@example.org")

    assert (revealed.secret, revealed.webhook.secret) == ("", None)
    with pytest.raises(InvalidInput, match="no secret"):
        newsroom.webhooks.rotate_secret(US, revealed.webhook.id)
    with pytest.raises(InvalidInput, match="can't become a URL"):
        newsroom.webhooks.change(US, revealed.webhook.id, url=URL)


def test_an_organization_has_a_hundred_webhooks_at_most() -> None:
    """Each event is looked up for all of them."""
    newsroom = Newsroom()
    for _ in range(MOST_WEBHOOKS):
        newsroom.add(URL)

    with pytest.raises(Conflict, match="100 webhooks, the most"):
        newsroom.add(URL)


def test_what_is_disabled_or_of_another_webhook_is_not_sent_again() -> None:
    """The log of one webhook is not a way to another's."""
    newsroom = Newsroom()
    webhook, other = newsroom.add(URL).webhook, newsroom.add(URL).webhook
    newsroom.webhooks.disable(US, webhook.id)

    with pytest.raises(Conflict, match="is disabled"):
        newsroom.webhooks.redeliver(US, webhook.id, DeliveryId("any"))
    with pytest.raises(NotFound):
        newsroom.webhooks.redeliver(US, other.id, DeliveryId("any"))
    with pytest.raises(NotFound):
        newsroom.webhooks.test(US, WebhookId("nobody"))


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=8)])
def test_an_old_secret_is_good_for_a_week_at_most(overlap: timedelta) -> None:
    """It is changed because somebody may know it."""
    newsroom = Newsroom()

    with pytest.raises(InvalidInput, match="overlap"):
        newsroom.webhooks.rotate_secret(US, newsroom.add(URL).webhook.id, overlap=overlap)


def test_events_are_asked_for_by_name_family_or_all() -> None:
    """And a name that there is not is refused, or its owner would wait for ever."""
    assert checked_patterns(["job.ended", "*", "job.ended"], known=JOB_EVENTS) == ("job.ended", "*")
    assert [wants([pattern], "job.ended") for pattern in ("*", "job.*", "job.ended", "job.revised", "api.*")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    for wrong in ([], ["job"], ["job.ende"], ["api.*"], ["job.**"], ["jobs.*"], ["Job.ended"], ["job.ended\n"]):
        with pytest.raises(InvalidInput, match="events: "):
            checked_patterns(wrong, known=JOB_EVENTS)


def test_whatever_starts_a_notification_has_a_name_to_subscribe_to() -> None:
    """Two lists of data, for the pipeline and for owners: a fact in one of them only would fail when it comes."""
    notified = {kind for kind, names in SUBSCRIPTIONS.items() if NOTIFY in names}

    assert notified == {event.kind for event in EVENTS}
    assert not {kind for kind in notified if issubclass(MESSAGES[kind], Command)}
