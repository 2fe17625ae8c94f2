"""`antiphon library models compare`, as somebody types it who thinks of another embedding model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.serving import a_key, serving
from tests.e2e.command_line import CommandLine
from tests.e2e.documents import ROOT
from tests.services.embeddings_server import EmbeddingsScript
from tests.services.http_server import ScriptedServer, reply

LIBRARY = ROOT / "examples" / "library"


@pytest.fixture
def shelf(cli: CommandLine) -> CommandLine:
    """A command line whose library has the shipped paragraphs, found by letters."""
    assert cli.run("library", "models", "use", "lexical-hash").code == 0
    assert cli.run("library", "add", *sorted(LIBRARY.glob("*.md"))).code == 0
    return cli


def test_a_model_is_compared_before_anything_changes_over(shelf: CommandLine) -> None:
    """Refused without questions; a model that does not answer is no comparison, and harms no document."""
    script = EmbeddingsScript()
    with ScriptedServer(script) as server:
        words = ("openai-compatible:x", "--base-url", f"{server.url}/v1", "--api-key", "", "--name", "api")
        assert shelf.run("library", "models", "add", *words).code == 0
        tried = len(script.asked)
        refused = shelf.run("library", "models", "compare", "api")
        assert (refused.code, len(script.asked)) == (2, tried), refused.stderr
        assert "keeps no check questions" in refused.stderr
        shelf.run("library", "questions", "set", LIBRARY / "questions.yaml")

        script.refuse = lambda _texts: reply('{"error": "no such key"}', status="401 Unauthorized")
        failed = shelf.run("library", "models", "compare", "api")
        documents = shelf.run("library", "documents", "list", "--json").document["documents"]
        script.refuse = lambda _texts: None
        shown = shelf.run("library", "models", "compare", "api")
        calls = len(script.asked)
        again = shelf.run("library", "models", "compare", "api", "--json")

    assert failed.code == 4
    assert "nothing is compared: 60 of 60 texts have no vector of api" in failed.stderr
    assert {one["review_status"] for one in documents} == {"pending"}
    assert shown.code == 0, shown.stderr
    assert "lexical-hash         53         0.32         0.40  lexical: letters, no meaning" in shown.stdout
    assert "`antiphon library models use api` would change over at once: all 60 texts" in shown.stdout
    assert (again.code, again.document["job_id"], again.document["missing"]) == (0, None, 0)
    old, new = again.document["in_use"], again.document["new"]
    assert (old["model"], new["model"]) == ("lexical-hash", "api")
    gained, lost = again.document["gained"], again.document["lost"]
    assert min(len(gained), len(lost)) > 0
    assert len(gained) - len(lost) == round(53 * (new["recall_at_5"] - old["recall_at_5"]))
    assert f"lost      {len(lost)} of the questions" in shown.stdout
    assert len(script.asked) - calls == 53, "only the questions are embedded anew"
    assert shelf.run("library", "models", "use", "api").code == 0


def test_a_server_compares_the_same_way(shelf: CommandLine, tmp_path: Path, bytecode: Path) -> None:
    """The server's workers embed; the command waits, and prints what it would print there."""
    shelf.run("library", "models", "add", "scripted:one")
    shelf.run("library", "questions", "set", LIBRARY / "questions.yaml")
    (tmp_path / "far").mkdir()
    far = CommandLine(folder=tmp_path / "far", bytecode=bytecode)
    with serving(shelf) as server:
        words = ("--server", server.url, "library", "models", "compare", "scripted:one", "--json")
        ended = far.run(*words, ANTIPHON_API_KEY=a_key(shelf))
    here = shelf.run("library", "models", "compare", "scripted:one", "--json")

    assert ended.code == 0, ended.stderr
    assert ended.document["job_id"]
    assert {**ended.document, "job_id": None} == here.document
