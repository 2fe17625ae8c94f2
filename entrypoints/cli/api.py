"""`antiphon api`: the HTTP API, served."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import click

from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon
from entrypoints.container import Antiphon


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: all of them.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
              help="Port to listen on; 0: any free one.")  # fmt: skip
def api(*, host: str, port: int) -> None:
    """
    Serve the HTTP API until it is told to stop.

    Without a broker this process is also the worker, for everybody's jobs: those that an earlier process left behind
    go on at once, and `antiphon run` beside it hands its job over. With a broker it only accepts work.

    Every request needs a key (`Authorization: Bearer KEY`). SIGTERM or Ctrl-C: requests under way are answered, then it
    ends.
    """
    from entrypoints.api.app import make_api
    from entrypoints.api.server import serve

    antiphon = open_antiphon()
    app = make_api(antiphon)
    if not antiphon.administration.keys.all(antiphon.tenant):
        make = f"antiphon keys create --user {_somebody(antiphon)} --scope read --scope write"
        say(f"keys      none yet; `{make}` makes one")
    with _worker(antiphon):
        serve(app, host=host, port=port, on_start=lambda address: say(f"api       {address}"))


def _somebody(antiphon: Antiphon) -> str:
    members = antiphon.administration.members.all(antiphon.tenant)
    return members[0].user.email if members else "EMAIL"


def _worker(antiphon: Antiphon) -> AbstractContextManager[None]:
    if not antiphon.settings.is_embedded:
        return nullcontext()
    from entrypoints.standing_worker import StandingWorker

    return StandingWorker(
        antiphon, on_take_over=lambda count: say(f"worker    goes on with {count} unfinished jobs of before")
    ).running()
