"""`antiphon webhooks`: who is told of what happens to jobs, and how that went."""

from __future__ import annotations

from datetime import timedelta

import click

from domain.jobs.errors import InvalidInput
from domain.notifications.delivery import Delivery, DeliveryId, DeliveryState
from domain.notifications.service import Revealed
from domain.notifications.webhook_document import delivery_document, webhook_document
from entrypoints.cli.console import print_json, say, show
from entrypoints.cli.opening import open_antiphon
from entrypoints.exit_codes import ExitCode
from entrypoints.worker_side import WorkerSide

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
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
@_JSON
def add(*, url: str, events: tuple[str, ...], description: str, as_json: bool) -> None:
    """
    Tell URL from now on; its signing secret is printed this once.

    \b
    antiphon webhooks add https://example.org/hooks/antiphon --events job.ended
    antiphon webhooks add mailto:ada@example.org
    """
    antiphon = open_antiphon()
    names = _names(events)
    revealed = antiphon.notifications.webhooks.add(antiphon.tenant, url, events=names, description=description)
    _reveal(revealed, as_json=as_json, what="added")


@webhooks.command("list")
@_JSON
def list_webhooks(*, as_json: bool) -> None:
    """List the webhooks, and how each is doing."""
    antiphon = open_antiphon()
    found = antiphon.notifications.webhooks.all(antiphon.tenant)
    if as_json:
        print_json({"webhooks": [webhook_document(webhook) for webhook in found]})
        return
    if not found:
        say("no webhooks yet; `antiphon webhooks add URL` adds one")
    for webhook in found:
        show(f"{webhook.id}  {webhook.state:<8}  {', '.join(webhook.events)}  {webhook.url}")


@webhooks.command("show")
@_WEBHOOK
@_JSON
def show_webhook(*, webhook: str, as_json: bool) -> None:
    """Show a webhook."""
    antiphon = open_antiphon()
    found = antiphon.notifications.webhooks.find(antiphon.tenant, webhook)
    if as_json:
        print_json(webhook_document(found))
        return
    for name, value in webhook_document(found).items():
        if value not in (None, "", []):
            show(f"{name:<22} {', '.join(value) if isinstance(value, list) else value}")


@webhooks.command()
@_WEBHOOK
@_JSON
def test(*, webhook: str, as_json: bool) -> int:
    """Send a webhook.test event now, and say what was answered; exits with 5 when it did not arrive."""
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    tested = service.test(antiphon.tenant, service.find(antiphon.tenant, webhook).id)
    if as_json:
        print_json(delivery_document(tested))
    else:
        show(_line(tested))
    return ExitCode.DONE if tested.state is DeliveryState.DELIVERED else ExitCode.UNAVAILABLE


@webhooks.command()
@_WEBHOOK
@click.option("--state", type=click.Choice([state.value for state in DeliveryState]), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, newest first.")
@_JSON
def log(*, webhook: str, state: str | None, limit: int, as_json: bool) -> None:
    """Show what was delivered, what is still tried, and what was given up."""
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    found = service.find(antiphon.tenant, webhook)
    wanted = DeliveryState(state) if state else None
    deliveries = service.log(antiphon.tenant, found.id, state=wanted, limit=limit)
    if as_json:
        print_json({"deliveries": [delivery_document(delivery) for delivery in deliveries]})
        return
    if not deliveries:
        say("nothing was delivered yet, nor tried")
    for delivery in deliveries:
        show(_line(delivery))


@webhooks.command()
@_WEBHOOK
@click.argument("delivery")
@_JSON
def redeliver(*, webhook: str, delivery: str, as_json: bool) -> None:
    """Have a delivery that ended sent again, with the same event id; DELIVERY is its id from the log."""
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    found = service.find(antiphon.tenant, webhook)
    opened = service.redeliver(antiphon.tenant, found.id, DeliveryId(delivery))
    if as_json:
        print_json(delivery_document(opened))
    else:
        going = "`antiphon webhooks deliver` sends it" if antiphon.settings.is_embedded else "the workers send it"
        say(f"due again  {opened.event_id}; {going}")


@webhooks.command()
def deliver() -> int:
    """
    Send now what is due; workers do this by themselves, and commands that run a job before they end.

    Exits with 5 when something is still to be tried again.
    """
    antiphon = open_antiphon()
    done = WorkerSide(antiphon, places=1).notifying.flush(timeout_s=FLUSH_S)
    waiting = antiphon.notifications.waiting(antiphon.tenant)
    say(f"{waiting} still to be tried again" if waiting else "nothing waits to be delivered")
    return ExitCode.DONE if done and not waiting else ExitCode.UNAVAILABLE


@webhooks.command("rotate-secret")
@_WEBHOOK
@click.option("--overlap", type=click.FloatRange(0, 168), default=24.0, show_default=True,
              help="Hours in which messages are signed with the old secret, too.")  # fmt: skip
@_JSON
def rotate_secret(*, webhook: str, overlap: float, as_json: bool) -> None:
    """Give a webhook a new signing secret, printed this once; the old one is good for a while beside it."""
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    found = service.find(antiphon.tenant, webhook)
    revealed = service.rotate_secret(antiphon.tenant, found.id, overlap=timedelta(hours=overlap))
    _reveal(revealed, as_json=as_json, what="rotated")


@webhooks.command()
@_WEBHOOK
@_JSON
def enable(*, webhook: str, as_json: bool) -> None:
    """Deliver to a disabled webhook again what happens from now on."""
    _moved(webhook, "enable", as_json=as_json)


@webhooks.command()
@_WEBHOOK
@_JSON
def disable(*, webhook: str, as_json: bool) -> None:
    """Deliver nothing to a webhook until it is enabled again."""
    _moved(webhook, "disable", as_json=as_json)


@webhooks.command()
@_WEBHOOK
@_JSON
def remove(*, webhook: str, as_json: bool) -> None:
    """Forget a webhook and its log."""
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    found = service.find(antiphon.tenant, webhook)
    service.remove(antiphon.tenant, found.id)
    if as_json:
        print_json({"id": found.id, "removed": True})
    else:
        say(f"removed    {found.id} ({found.url})")


def _moved(words: str, move: str, *, as_json: bool) -> None:
    antiphon = open_antiphon()
    service = antiphon.notifications.webhooks
    found = service.find(antiphon.tenant, words)
    moves = {"enable": service.enable, "disable": service.disable}
    changed = moves[move](antiphon.tenant, found.id)
    if as_json:
        print_json(webhook_document(changed))
    else:
        say(f"{changed.state:<10} {changed.id} ({changed.url})")


def _names(events: tuple[str, ...]) -> list[str]:
    names = [name.strip() for words in events for name in words.split(",")]
    if not all(names):
        raise InvalidInput(f"--events: {', '.join(events)!r} has an empty name; expected one like job.ended")
    return names


def _reveal(revealed: Revealed, *, as_json: bool, what: str) -> None:
    if as_json:
        print_json({**webhook_document(revealed.webhook), "secret": revealed.secret or None})
        return
    say(f"{what:<10} {revealed.webhook.id}: {', '.join(revealed.webhook.events)} -> {revealed.webhook.url}")
    if revealed.secret:
        say("its signing secret, shown this once; receivers check messages with it:")
        show(revealed.secret)


def _line(delivery: Delivery) -> str:
    last = delivery.tries[-1] if delivery.tries else None
    said = (last.error or f"HTTP {last.status}") if last else "not tried yet"
    after = "" if delivery.ended_at else f", next try {delivery.next_try_at:%Y-%m-%d %H:%M:%S} UTC"
    tries = "1 attempt" if delivery.attempts == 1 else f"{delivery.attempts} attempts"
    return f"{delivery.id}  {delivery.state:<9}  {delivery.event['type']}  {delivery.event_id}  {tries}{after}: {said}"
