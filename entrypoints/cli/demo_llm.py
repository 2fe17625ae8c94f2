"""The demo's second half: three LLM APIs are checked, one that works, one with a bad key, and one that is not there."""

from __future__ import annotations

import importlib.util
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

from entrypoints.api.documents.llm import NewLlmApi
from entrypoints.api.documents.llm_checks import StartValidation
from entrypoints.cli.console import say
from entrypoints.cli.llm_check_tables import RESULT_COLUMNS, explain, result_row
from entrypoints.cli.plain_tables import print_rows
from entrypoints.container import build, ready_database
from entrypoints.local.place import LocalPlace
from entrypoints.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "llm-provider"


class _Provider(Protocol):
    def start(self) -> str: ...

    def stop(self) -> None: ...


def check_three_apis() -> None:
    """Check them in an installation that is gone afterwards: the user's own APIs stay as they are."""
    say("\nthree LLM APIs are checked: one that works, one with a wrong key, one where nobody listens")
    with tempfile.TemporaryDirectory() as home, _provider() as (url, key):
        antiphon = build(Settings(home=Path(home)))
        ready_database(antiphon)
        place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
        place.secrets.put("DEMO_KEY", key)
        place.secrets.put("WRONG_KEY", "of-somebody-else")
        for name, address, secret in (
            ("works", url, "DEMO_KEY"),
            ("bad-key", url, "WRONG_KEY"),
            ("dead", f"http://127.0.0.1:{_closed_port()}/v1", "DEMO_KEY"),
        ):
            place.llm.add(NewLlmApi(name=name, provider="openai-compatible", base_url=address, api_key=secret))
        job = place.llm_checks.start(StartValidation(timeout_s=10))
        place.llm_checks.bring_to_end(job.id, lambda: None)
        found = place.llm_checks.result(job.id)
        antiphon.engine.dispose()
    print_rows(RESULT_COLUMNS, map(result_row, found.details))
    explain(found)
    say(f"{found.status.value}: {found.successful} of {found.tested} work; your own: antiphon llm add --help")


@contextmanager
def _provider() -> Iterator[tuple[str, str]]:
    """Run the example's provider on a free port of this machine; yield its base URL and its key."""
    spec = importlib.util.spec_from_file_location("antiphon_llm_provider", EXAMPLE / "provider.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    provider = cast(_Provider, module.Provider())
    try:
        yield provider.start(), str(module.KEY)
    finally:
        provider.stop()


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
