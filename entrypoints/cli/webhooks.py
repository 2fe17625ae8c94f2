"""`antiphon webhooks`: who is told of what happens to jobs, and how that went."""

from __future__ import annotations

import click

from domain.jobs.errors import InvalidInput
from domain.notifications.delivery import DeliveryState
from entrypoints.api.documents.webhooks import (
    DeliveryDocument,
    NewWebhook,
    RevealedWebhook,
    Rotation,
    WebhookDocument,
)
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, worded
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.opening import open_antiphon
from entrypoints.exit_codes import ExitCode
from entrypoints.places.place import Place

_WEBHOOK = click.argument("webhook")
_EVENTS = "Event to be told of, such as job.ended, job.* or *; repeat it, or put commas between several."
FLUSH_S = 60.0


@click.group()
def webhooks() -> None:
    """
    Tell other programs, or people by mail, what happens to jobs.

    A webhook is named by its id, or the beginning of it. docs/webhooks.md shows a receiver, and how it checks that a
    message is ours.
    """


@webhooks.command()
@click.argument("url")
@click.option("--events", multiple=True, default=("job.ended",), show_default=True, help=_EVENTS)
@click.option("--description", default="", help="A few words for whoever reads the list.")
@at_place
@JSON
def add(*, place: Place, url: str, events: tuple[str, ...], description: str, as_json: bool) -> None:
    """
    Tell URL from now on; its signing secret is printed this once.

    \b
    antiphon webhooks add https://example.org/hooks/antiphon --events job.ended
    antiphon webhooks add mailto:ada@example.org
    """
    wanted = worded(NewWebhook, url=url, events=_names(events), description=description)
    _reveal(place.webhooks.add(wanted), as_json=as_json, what="added")


@webhooks.command("list")
@at_place
@JSON
def list_webhooks(*, place: Place, as_json: bool) -> None:
    """List the webhooks, and how each is doing."""
    found = list(place.webhooks.all())
    if as_json:
        print_documents("webhooks", found)
        return
    if not found:
        say("no webhooks yet; `antiphon webhooks add URL` adds one")
    for webhook in found:
        show(f"{webhook.id}  {webhook.state:<8}  {', '.join(webhook.events)}  {webhook.url}")


@webhooks.command("show")
@_WEBHOOK
@at_place
@JSON
def show_webhook(*, place: Place, webhook: str, as_json: bool) -> None:
    """Show a webhook."""
    found = _found(place, webhook)
    if as_json:
        print_document(found)
        return
    for name, value in found.model_dump(mode="json").items():
        if value not in (None, "", []):
            show(f"{name:<22} {', '.join(value) if isinstance(value, list) else value}")


@webhooks.command()
@_WEBHOOK
@at_place
@JSON
def test(*, place: Place, webhook: str, as_json: bool) -> int:
    """Send a webhook.test event now, and say what was answered; exits with 5 when it did not arrive."""
    tested = place.webhooks.test(_found(place, webhook).id)
    if as_json:
        print_document(tested)
    else:
        show(_line(tested))
    return ExitCode.DONE if tested.state is DeliveryState.DELIVERED else ExitCode.UNAVAILABLE


@webhooks.command()
@_WEBHOOK
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@at_place
@JSON
def log(*, place: Place, webhook: str, state: str | None, limit: int, as_json: bool) -> None:
    """Show what was delivered, what is still tried, and what was given up."""
    wanted = DeliveryState(state) if state else None
    deliveries = list(place.webhooks.log(_found(place, webhook).id, state=wanted, limit=limit))
    if as_json:
        print_documents("deliveries", deliveries)
        return
    if not deliveries:
        say("nothing was delivered yet, nor tried")
    for delivery in deliveries:
        show(_line(delivery))


@webhooks.command()
@_WEBHOOK
@click.argument("delivery")
@at_place
@JSON
def redeliver(*, place: Place, webhook: str, delivery: str, as_json: bool) -> None:
    """Have a delivery that ended sent again, with the same event id; DELIVERY is its id from the log."""
    opened = place.webhooks.redeliver(_found(place, webhook).id, delivery)
    if as_json:
        print_document(opened)
    else:
        say(f"due again  {opened.event_id}; workers send it, or `antiphon webhooks deliver` where there are none")


@webhooks.command()
def deliver() -> int:
    """
    Send now what is due, beside the database; workers do this by themselves, and commands that run a job before they
    end.

    Exits with 5 when something is still to be tried again.
    """
    from entrypoints.worker_side import WorkerSide

    antiphon = open_antiphon()
    done = WorkerSide(antiphon, places=1).notifying.flush(timeout_s=FLUSH_S)
    waiting = antiphon.notifications.waiting(antiphon.tenant)
    say(f"{waiting} still to be tried again" if waiting else "nothing waits to be delivered")
    return ExitCode.DONE if done and not waiting else ExitCode.UNAVAILABLE


@webhooks.command("rotate-secret")
@_WEBHOOK
@click.option("--overlap", type=click.FloatRange(0, 168), default=24.0, show_default=True,
              help="Hours in which messages are signed with the old secret, too.")  # fmt: skip
@at_place
@JSON
def rotate_secret(*, place: Place, webhook: str, overlap: float, as_json: bool) -> None:
    """Give a webhook a new signing secret, printed this once; the old one is good for a while beside it."""
    revealed = place.webhooks.rotate_secret(_found(place, webhook).id, worded(Rotation, overlap_hours=overlap))
    _reveal(revealed, as_json=as_json, what="rotated")


@webhooks.command()
@_WEBHOOK
@at_place
@JSON
def enable(*, place: Place, webhook: str, as_json: bool) -> None:
    """Deliver to a disabled webhook again what happens from now on."""
    _tell(place.webhooks.enable(_found(place, webhook).id), as_json=as_json)


@webhooks.command()
@_WEBHOOK
@at_place
@JSON
def disable(*, place: Place, webhook: str, as_json: bool) -> None:
    """Deliver nothing to a webhook until it is enabled again."""
    _tell(place.webhooks.disable(_found(place, webhook).id), as_json=as_json)


@webhooks.command()
@_WEBHOOK
@at_place
@JSON
def remove(*, place: Place, webhook: str, as_json: bool) -> None:
    """Forget a webhook and its log."""
    found = _found(place, webhook)
    place.webhooks.remove(found.id)
    if as_json:
        print_json({"id": found.id, "removed": True})
    else:
        say(f"removed    {found.id} ({found.url})")


def _found(place: Place, words: str) -> WebhookDocument:
    """Return the webhook that *words* name: its id, or the beginning of it."""
    found = [webhook for webhook in place.webhooks.all() if webhook.id.startswith(words)]
    if len(found) != 1:
        what = f"{len(found)} webhooks begin so; give more of the id" if found else "no such webhook"
        raise InvalidInput(f"webhook {words!r}: {what}; `antiphon webhooks list` shows those there are")
    return found[0]


def _tell(changed: WebhookDocument, *, as_json: bool) -> None:
    if as_json:
        print_document(changed)
    else:
        say(f"{changed.state:<10} {changed.id} ({changed.url})")


def _names(events: tuple[str, ...]) -> list[str]:
    names = [name.strip() for words in events for name in words.split(",")]
    if not all(names):
        raise InvalidInput(f"--events: {', '.join(events)!r} has an empty name; expected one like job.ended")
    return names


def _reveal(revealed: RevealedWebhook, *, as_json: bool, what: str) -> None:
    if as_json:
        print_document(revealed)
        return
    say(f"{what:<10} {revealed.id}: {', '.join(revealed.events)} -> {revealed.url}")
    if revealed.secret:
        say("its signing secret, shown this once; receivers check messages with it:")
        show(revealed.secret)


def _line(delivery: DeliveryDocument) -> str:
    last = delivery.tries[-1] if delivery.tries else None
    said = (last.error or f"HTTP {last.status}") if last else "not tried yet"
    after = f", next try {delivery.next_try_at:%Y-%m-%d %H:%M:%S} UTC" if delivery.next_try_at else ""
    tries = "1 attempt" if delivery.attempts == 1 else f"{delivery.attempts} attempts"
    return f"{delivery.id}  {delivery.state:<9}  {delivery.event['type']}  {delivery.event_id}  {tries}{after}: {said}"
