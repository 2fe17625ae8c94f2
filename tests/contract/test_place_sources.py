"""`antiphon library sources` and `sync`, wherever they act: beside the database and at a server they are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.embedding.asked_model import AskedModel
from domain.embedding.documentation_source import SourceKind
from domain.jobs.errors import AlreadyRunning, Conflict, InvalidInput, NotFound
from entrypoints.api.documents.documentation_sources import NewSource, SourceChange, SyncWords, settings_of
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.places import told_twice
from tests.contract.test_database_statements import watched


def folder(tmp_path: Path, name: str = "handbook") -> NewSource:
    """Return a folder with one document, as a source."""
    (tmp_path / "docs").mkdir(exist_ok=True)
    (tmp_path / "docs" / "refunds.md").write_text("# Refunds\n\nWithin fourteen days.\n")
    return NewSource(name=name, kind=SourceKind.FOLDER, location=str(tmp_path / "docs"), include=["*.md"])


def use_a_model(antiphon: Antiphon) -> None:
    """Put the model into use that needs nothing."""
    antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="lexical-hash"))
    antiphon.embedding.models.use(antiphon.tenant, "lexical-hash")


def test_a_source_is_added_changed_synced_and_removed(place: Place, antiphon: Antiphon, tmp_path: Path) -> None:
    """Each step answers with how things stand then."""
    use_a_model(antiphon)
    added = place.sources.add(folder(tmp_path))
    changed = place.sources.change("handbook", SourceChange(trusted=True, exclude=["drafts/**"]))
    ahead = place.sources.dry_run("handbook")
    job = place.sources.sync(added.id, SyncWords())

    assert (changed.trusted, changed.exclude, changed.include) == (True, ["drafts/**"], ["*.md"])
    assert (ahead.created, ahead.total, ahead.texts_to_embed, ahead.cost_usd) == (1, 1, 1, 0)
    assert (job.kind, job.subject) == ("documentation_sync", added.id)
    last = place.sources.get("handbook").last_sync
    assert last is not None
    assert (last.job_id, last.total, last.processed) == (job.id, None, 0)
    assert place.sources.sync_all().skipped == ["handbook"]
    for refused in (
        lambda: place.sources.sync("handbook", SyncWords()),
        lambda: place.sources.remove("handbook"),
        lambda: place.sources.undo_deletions("handbook"),
    ):
        with pytest.raises((AlreadyRunning, Conflict)):
            refused()
    antiphon.jobs.cancel(antiphon.tenant, antiphon.jobs.find(antiphon.tenant, job.id))
    place.sources.remove("handbook")
    assert list(place.sources.all()) == []


def test_a_list_asks_for_the_newest_syncs_once(place: Place, antiphon: Antiphon, tmp_path: Path) -> None:
    """Five hundred sources must not be five hundred questions; each is shown with its own sync, or with none."""
    use_a_model(antiphon)
    assert list(place.sources.all()) == []
    for name in ("a", "b", "c"):
        place.sources.add(folder(tmp_path, name))
    syncs = {name: place.sources.sync(name, SyncWords()).id for name in ("a", "c")}
    antiphon.jobs.cancel(antiphon.tenant, antiphon.jobs.find(antiphon.tenant, syncs["a"]))

    with watched(antiphon.engine) as asked:
        listed = list(place.sources.all())

    assert len([values for _, values in asked if "documentation_sync" in str(values)]) == 1
    assert [(one.name, one.last_sync and one.last_sync.job_id) for one in listed] == [
        ("a", syncs["a"]),
        ("b", None),
        ("c", syncs["c"]),
    ]
    assert listed == [place.sources.get(name) for name in ("a", "b", "c")]


def test_both_places_tell_the_same(antiphon: Antiphon, tmp_path: Path) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    use_a_model(antiphon)
    antiphon.sources.sources.add(antiphon.tenant, "handbook", settings_of(folder(tmp_path)))
    here, there = told_twice(antiphon, lambda place: place.sources.all())

    assert here == there
    assert len(here) == 1


def test_what_can_not_be_is_refused(place: Place, tmp_path: Path) -> None:
    """Before anything is stored, and with the field that is wrong."""
    good = folder(tmp_path)
    for words, said in (
        ({"name": "no spaces"}, "name"),
        ({"location": "docs"}, "absolute path"),
        ({"branch": "main"}, "branch"),
        ({"kind": SourceKind.GIT, "location": "https://ada:pw@git.example.org/x"}, "user name or a password"),
        ({"kind": SourceKind.GIT, "location": "https://git.example.org/x", "secret": "hunter2"}, "not shown"),
        ({"kind": SourceKind.S3, "location": "docs"}, "s3://BUCKET"),
        ({"kind": SourceKind.SITEMAP, "location": "ftp://docs.example.org/"}, "scheme"),
    ):
        with pytest.raises(InvalidInput, match=said) as refused:
            place.sources.add(good.model_copy(update=words))
        assert "hunter2" not in str(refused.value)
        assert "pw" not in str(refused.value)
    with pytest.raises(NotFound, match="sources list"):
        place.sources.get("nobody")
    place.sources.add(good)
    with pytest.raises(Conflict, match="no embedding model"):
        place.sources.sync("handbook", SyncWords())
