"""`antiphon api`: the HTTP API, served."""

from __future__ import annotations

import click

from entrypoints.cli.console import say
from entrypoints.cli.opening import open_antiphon


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0: all of them.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
              help="Port to listen on; 0: any free one.")  # fmt: skip
def api(*, host: str, port: int) -> None:
    """
    Serve the HTTP API until it is told to stop.

    Every request needs a key (`Authorization: Bearer KEY`). SIGTERM or Ctrl-C: requests under way are answered, then it
    ends.
    """
    from entrypoints.api.app import make_api
    from entrypoints.api.server import serve

    app = make_api(open_antiphon())
    serve(app, host=host, port=port, on_start=lambda address: say(f"api       {address}"))
