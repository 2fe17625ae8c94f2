"""No secret leaves the call it is for: a whole run over Postgres and Redis, and every place where one could turn up."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import make_url

from adapters.secrets.master_keys import new_key
from tests.integration.planted import (
    FRAGMENTS,
    PLANTED,
    Wiretap,
    a_file,
    bot,
    found_in,
    found_in_database,
    found_in_files,
    rows_of_database,
)
from tests.integration.processes import Installation
from tests.pipelines.looking import look_until
from tests.services.http_server import ScriptedServer

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


def test_no_secret_is_found_anywhere_after_a_run(
    installation: Installation, broker: Redis, broker_url: str, tmp_path: Path, database_url: str
) -> None:
    """Logs, messages, rows, events, error texts, reports and exports of a run in which every secret was said back."""
    master = new_key()
    installation.environment |= {"ANTIPHON_SECRET_KEY": master, "ANTIPHON_LOG_LEVEL": "debug"}
    wiretap = Wiretap()
    with bot() as server, wiretap.on(broker_url):
        _plant(installation)
        signing = _webhook_secret(installation, f"{server.url}/hook")
        installation.worker(slots=8)
        file = str(a_file(tmp_path, url=server.url))
        run = installation.start("run", file, "--json", "--html", str(tmp_path / "page.html"))
        document = run.document()
        look_until(lambda: _told(server), what="the webhook is told of the run")
        _export(installation, document["job"]["id"], tmp_path)
        _was_sent(server)

    assert (document["job"]["succeeded"], document["job"]["planned"]) == (6, 8), run.said
    kept = "".join(f"{key!r} {broker.dump(key)!r}" for key in broker.scan_iter())
    said = found_in_files(tmp_path) + found_in_database(_as_owner_of_all(database_url))
    said += found_in("Redis' keys", kept) + found_in("messages to Redis", "\n".join(wiretap.heard))
    assert said == []
    assert len(wiretap.heard) > 10
    everywhere = "".join([kept, *wiretap.heard, *_rows(database_url), *_sent(server)])
    passwords = [
        master,
        *signing,
        *(_password(installation.environment[f"ANTIPHON_{at}_URL"]) for at in ("DATABASE", "BROKER")),
    ]
    files = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())
    assert [word for word in passwords if word and word in files + kept] == []
    assert [word for word in signing if word in everywhere] == []


@pytest.mark.parametrize("name", ["ANTIPHON_DATABASE_URL", "PATH", "ANTIPHON_SECRET_KEY"])
def test_a_target_can_not_ask_for_the_servers_environment(
    installation: Installation, tmp_path: Path, name: str
) -> None:
    """What the worker must know, such as the password of everybody's database, is nobody's secret to send."""
    installation.environment["ANTIPHON_SECRET_KEY"] = new_key()
    with bot() as server:
        file = a_file(tmp_path, url=server.url)
        file.write_text(file.read_text().replace("HEADER_KEY", name))

        refused = installation.run(file)

        assert refused.end() == 2
        assert f"the secret {name} is not set" in refused.said
        assert server.received == []


def _plant(installation: Installation) -> None:
    for name, value in PLANTED.items():
        command = installation.start("secrets", "set", name, "--from-env", "ANTIPHON_TEST_PLANTED", test_planted=value)
        assert command.end() == 0, command.said


def _webhook_secret(installation: Installation, url: str) -> tuple[str, ...]:
    """Add a webhook; return its signing secret in every form, and keep nothing of where it was shown this once."""
    added = installation.start("webhooks", "add", url, "--json")
    text = str(added.document()["secret"])
    added.out.unlink()
    key = base64.b64decode(text.removeprefix("whsec_"))
    return text, text.removeprefix("whsec_"), key.hex(), key.decode("latin-1")


def _told(server: ScriptedServer) -> bool:
    return any(each.path == "/hook" for each in server.received)


def _sent(server: ScriptedServer) -> list[str]:
    return [f"{each.path} {dict(each.headers)} {each.body.decode()}" for each in server.received]


def _rows(database_url: str) -> list[str]:
    return rows_of_database(_as_owner_of_all(database_url))


def _export(installation: Installation, job_id: str, folder: Path) -> None:
    for words in (
        ("jobs", "show", job_id, "--json"),
        ("runs", "export", job_id, "--format", "csv", "-o", str(folder / "export.csv")),
        ("runs", "export", job_id, "--format", "jsonl", "-o", str(folder / "export.jsonl")),
        ("secrets", "list", "--json"),
        ("webhooks", "list", "--json"),
        ("webhooks", "log", "", "--json"),
        ("audit", "list", "--json"),
        ("doctor", job_id),
    ):
        command = installation.start(*words)
        assert command.end() in (0, 3), f"{words}: {command.said}"  # 3: the job ended partial


def _was_sent(server: ScriptedServer) -> None:
    """Hold that each secret did reach the bot, or nothing was tried."""
    assert len(found_in("what was sent", "".join(_sent(server)))) == len(FRAGMENTS)


def _password(url: str) -> str:
    return str(make_url(url).password or "")


def _as_owner_of_all(database_url: str) -> str:
    name = make_url(database_url).database
    url = make_url(os.environ["ANTIPHON_TEST_DATABASE_URL"]).set(database=name)
    return url.render_as_string(hide_password=False)
