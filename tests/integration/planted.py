"""Secrets planted in every place where one may stand, a bot that says everything back, and who looks for them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, field
from redis import Redis
from sqlalchemy import Engine, create_engine, text

from tests.services.http_server import Received, ScriptedServer, Wire, reply

NAMES = ("HEADER_KEY", "BODY_KEY", "URL_KEY", "MODEL_KEY", "JUDGE_KEY")
FRAGMENTS = {name: f"pl4nted{no}c0ffee{no}" for no, name in enumerate(NAMES)}
"""What is looked for: no part of it is ever said by anything but the secret."""
PLANTED = {name: f'sk/"{fragment}&= {name}' for name, fragment in FRAGMENTS.items()}


def said_back(request: Received, wire: Wire) -> None:
    """Answer each question in another way, always with all that was sent."""
    said = f"{request.path} {dict(request.headers)} {request.body.decode()}"
    body = request.body.decode()
    if request.path.startswith("/judge") or request.path.startswith("/model"):
        return _as_model(said, wire)
    if "refused" in body:
        return wire.send(reply(said, status="401 Who", kind="text/plain"))
    if "moved" in body:
        return wire.send(reply(said, status="302 There", headers=f"Location: {request.path}\r\n"))
    if "broken" in body:
        return wire.send(reply(f"{{broken {said}"))
    return wire.send(reply(json.dumps({"answer": said, "deep": [{said: said}]}), headers=f"X-Path: {request.path}\r\n"))


def _as_model(said: str, wire: Wire) -> None:
    verdict = json.dumps({"reason": said, "pass": True, "score": 1})
    message = {"role": "assistant", "content": verdict}
    wire.send(reply(json.dumps({"model": said, "choices": [{"message": message, "finish_reason": "stop"}]})))


@contextmanager
def bot() -> Iterator[ScriptedServer]:
    """Serve the bot, which is target, model and judge."""
    with ScriptedServer(said_back) as server:
        yield server


def a_file(folder: Path, *, url: str) -> Path:
    """Write tests that name each secret in its place, and end in each way a test can end; return their path."""
    judge = {"kind": "openai-compatible", "base_url": f"{url}/judge", "model": "j", "api_key": "${JUDGE_KEY}"}
    model = {"kind": "openai-compatible", "base_url": f"{url}/model", "model": "m", "api_key": "${MODEL_KEY}"}
    http = {
        "kind": "http",
        "url": f"{url}/chat?key=${{URL_KEY}}",
        "headers": {"Authorization": "Bearer ${HEADER_KEY}"},
        "body": {"question": "{{ prompt }}", "key": "${BODY_KEY}"},
    }
    metrics: list[object] = [{"kind": "contains", "value": "question"}, {"kind": "llm-rubric", "value": "be nice"}]
    tests: list[object] = [
        {"id": name, "prompt": f"question {name}", "metrics": metrics} for name in ("fine", "refused", "moved")
    ]
    tests += [{"id": "broken", "prompt": "question broken", "metrics": ["is-json"]}]
    targets = [{"name": "http", **http}, {"name": "model", **model}]
    path = folder / "planted.json"
    path.write_text(json.dumps({"name": "planted", "targets": targets, "judge": judge, "tests": tests}))
    return path


def found_in(place: str, content: str) -> list[str]:
    """Return which secrets stand in *content*, each with where."""
    small = content.lower()
    return [f"{name} in {place}" for name, fragment in FRAGMENTS.items() if fragment in small]


def found_in_files(folder: Path) -> list[str]:
    """Return which secrets stand in the files of a folder and those below it."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [each for path in files for each in found_in(str(path), path.read_bytes().decode("latin-1"))]


def found_in_database(url: str) -> list[str]:
    """Return which secrets stand in any column of any table, as whoever may read everything."""
    return [each for row in rows_of_database(url) for each in found_in(row.partition(":")[0], row)]


def rows_of_database(url: str) -> list[str]:
    """Return every row of every table as text, its table's name before it."""
    engine: Engine = create_engine(url)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        rows = [
            f"table {name}: {row}"
            for name in names
            for row in connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars()
        ]
    engine.dispose()
    assert {"secret", "webhook", "delivery"} <= set(names)
    return rows


@define
class Wiretap:
    """Everything that was sent to Redis while it listened."""

    heard: list[str] = field(factory=list)

    @contextmanager
    def on(self, url: str) -> Iterator[None]:
        """Listen for the length of the block."""
        broker = Redis.from_url(url, socket_timeout=None)
        with broker, broker.monitor() as monitor:  # type: ignore[no-untyped-call]  # redis-py has no types for it
            ear = threading.Thread(target=self._listen, args=(monitor,), daemon=True)
            ear.start()
            try:
                yield
            finally:
                broker.echo("that is all")
                ear.join(10)

    def _listen(self, monitor: object) -> None:
        for said in monitor.listen():  # type: ignore[attr-defined]  # redis-py has no type for it
            self.heard.append(str(said["command"]))
            if "that is all" in self.heard[-1]:
                return
