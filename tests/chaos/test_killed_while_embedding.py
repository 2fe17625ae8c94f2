"""A process that embeds is killed: nothing is paid for twice but what was on its way, and every document gets there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from domain.embedding.library_document import ReviewStatus
from entrypoints.container import Antiphon
from tests.pipelines.library_at_work import add, installation, library_of
from tests.pipelines.looking import look_until
from tests.services.embeddings_server import EmbeddingsScript
from tests.services.http_server import ScriptedServer

DOCUMENTS, KILLS = 60, 3
WAIT_S = 120.0


def test_killed_processes_pay_again_only_for_what_was_on_its_way(tmp_path: Path) -> None:
    """Killed three times in the middle, each time in another place, then left alone."""
    script = EmbeddingsScript()
    with (
        ScriptedServer(script) as server,
        installation(tmp_path / "home", ANTIPHON_PRIVATE_TARGETS="true") as antiphon,
    ):
        _ready(antiphon, f"{server.url}/v1")
        script.asked.clear()
        for killed in range(KILLS):
            _killed_after(tmp_path / "home", script, requests=2 + killed)
        paid = len(script.asked)
        assert _embed(tmp_path / "home").wait(timeout=WAIT_S) == 0

        with library_of(antiphon).view(antiphon.tenant) as work:
            documents = work.documents.page(limit=DOCUMENTS + 1)
            in_use = work.models.in_use()
            assert in_use is not None
            coverage = work.vectors.coverage(in_use.fingerprint)
    assert [one.review_status for one in documents] == [ReviewStatus.PENDING] * DOCUMENTS
    assert coverage.missing == 0
    again = sum(count - 1 for count in Counter(script.texts).values())
    in_flight = KILLS * max(map(len, script.asked)) * 4  # of each killed process: four requests may be on their way
    assert again <= in_flight
    assert paid < len(script.asked)


def _ready(antiphon: Antiphon, address: str) -> None:
    from domain.embedding.asked_model import AskedModel

    models = antiphon.embedding.models
    asked = AskedModel(words="openai-compatible:mock", base_url=address, api_key="", name="mock")
    models.add(antiphon.tenant, asked)
    models.use(antiphon.tenant, "mock")
    for no in range(DOCUMENTS):
        text = "\n\n".join(f"Paragraph {part} of document {no}. " + f"Word {no}-{part} " * 60 for part in range(4))
        add(antiphon, f"{no}.md", text.encode(), is_told=False)


def _embed(home: Path) -> subprocess.Popen[bytes]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANTIPHON_")},
        "ANTIPHON_HOME": str(home),
        "ANTIPHON_PRIVATE_TARGETS": "true",
    }
    command = [sys.executable, "-m", "entrypoints.cli", "library", "embed"]
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _killed_after(home: Path, script: EmbeddingsScript, *, requests: int) -> None:
    """Kill a process that has had answers to so many requests, and waits for those to the next."""
    before, may_go = len(script.asked), threading.Event()

    def hold(_texts: list[str]) -> None:
        if len(script.asked) > before + requests:
            may_go.wait(WAIT_S)

    script.refuse = hold
    process = _embed(home)
    look_until(lambda: len(script.asked) > before + requests, what="requests for vectors")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    script.refuse = lambda _: None
    may_go.set()
