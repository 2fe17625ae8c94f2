"""The demo's third part: a folder is a source of the library, synced twice with an edit between, and then searched."""

from __future__ import annotations

import tempfile
from pathlib import Path

from domain.jobs.job import JobId
from entrypoints.api.documents.documentation_sources import NewSource, SyncWords
from entrypoints.api.documents.embedding import LibrarySettingsChange
from entrypoints.api.documents.library_search import SearchWords
from entrypoints.cli.console import say, show
from entrypoints.cli.library_search import show_hits
from entrypoints.cli.sync_tables import sync_line
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.driving import run_to_end
from entrypoints.local.place import LocalPlace
from entrypoints.settings import Settings

DOCUMENTS = {
    "returns.md": (
        "# Returns\n\n## Deadline\n\nGoods go back within 30 days of delivery, unused and with their label.\n\n"
        "## Refunds\n\nMoney goes back to the card it came from, within five working days of the parcel's arrival.\n"
    ),
    "warranty.md": (
        "# Warranty\n\n## Tents\n\nTents carry a warranty of 2 years, poles included.\n\n"
        "## Boots\n\nBoots carry a warranty of one year; soles wear, and are not part of it.\n"
    ),
    "delivery.md": (
        "# Delivery\n\n## Inside the EU\n\nParcels arrive in 2 to 4 working days.\n\n"
        "## Elsewhere\n\nParcels arrive in 7 to 12 working days. Duties are paid on receipt.\n"
    ),
}
"""What a shop says; written here, as an installed package has no examples beside it."""

EDITED = "warranty.md"
BEFORE, AFTER = "2 years", "5 years and 6 months"
QUESTION = "How many years of warranty does a tent carry?"
SHOWN = 2


def keep_a_folder_in_step() -> None:
    """Do so in an installation that is gone afterwards: the user's own library stays as it is."""
    say(
        f"\na folder of {len(DOCUMENTS)} documents becomes a source of the library: it is synced, edited, synced "
        "again, and searched"
    )
    with tempfile.TemporaryDirectory() as home:
        antiphon = build(Settings(home=Path(home) / "home"))
        ready_database(antiphon)
        try:
            _sync_edit_sync_search(antiphon, Path(home).resolve() / "handbook")
        finally:
            antiphon.library.parsers.close()
            antiphon.engine.dispose()
    say("your own: antiphon library sources add --help; a model that knows meanings: antiphon library models --help")


def _sync_edit_sync_search(antiphon: Antiphon, folder: Path) -> None:
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
    place.embedding.change(LibrarySettingsChange(model="lexical-hash"))
    place.sources.add(NewSource.model_validate({"name": "handbook", "kind": "folder", "location": str(folder)}))
    show(f"first sync    {_synced(place)}")
    (folder / EDITED).write_text(DOCUMENTS[EDITED].replace(BEFORE, AFTER), encoding="utf-8")
    show(f"an edit       {EDITED}: {BEFORE!r} becomes {AFTER!r}")
    show(f"second sync   {_synced(place)}")
    show(f"search        {QUESTION}")
    show_hits(place.library_search.search(SearchWords(question=QUESTION, k=SHOWN)))


def _synced(place: LocalPlace) -> str:
    """Sync the folder; return what came of it, with how many texts were embedded for that."""
    job_id = JobId(place.sources.sync("handbook", SyncWords()).id)
    run_to_end(place.antiphon, job_id, lambda _: None)
    last = place.sources.get("handbook").last_sync
    assert last is not None, "a sync has just ended"
    with place.antiphon.store.view(place.tenant) as work:
        page = work.ledger.page(job_id, after=None, limit=len(DOCUMENTS))
    ended = [item.outcome for item in page if item.outcome]
    embedded, chunks = (sum(int(str(one.result.get(name, 0))) for one in ended) for name in ("embedded", "chunks"))
    return f"{sync_line(last)}; {embedded} of {chunks} texts embedded"
