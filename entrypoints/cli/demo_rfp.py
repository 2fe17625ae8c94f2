"""The demo's last part: a buyer's workbook is answered from documents, reviewed, approved, filled in, and checked."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from domain.jobs.job import JobId
from domain.rfp_answering.choosing_models import OFFLINE
from entrypoints.api.documents.embedding import LibrarySettingsChange
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.library import ReviewWords
from entrypoints.api.documents.rfp_checks import RfpCheckDocument, expectation_words
from entrypoints.api.documents.rfps import ImportWords, RfpDocument, StartAnswering, StartReview
from entrypoints.cli.console import say, show
from entrypoints.cli.rfp_check import show_rates
from entrypoints.container import build, ready_database
from entrypoints.driving import run_to_end
from entrypoints.local.place import LocalPlace
from entrypoints.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "rfp"
QUESTIONNAIRE, EXPECTED = EXAMPLE / "questionnaire.xlsx", EXAMPLE / "expected.yaml"


def answer_a_questionnaire(*, filled_in: Path) -> None:
    """
    Do so in an installation that is gone afterwards: the user's own library and RFPs stay as they are.

    *filled_in* is where the buyer's workbook with the answers is left, to be looked at.
    """
    with tempfile.TemporaryDirectory() as home:
        antiphon = build(Settings(home=Path(home)))
        ready_database(antiphon)
        try:
            place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
            documents = fill_library(place)
            say(f"\na buyer's questionnaire is answered from {documents} documents; offline, so no model is asked")
            _answer_review_export(place, filled_in)
        finally:
            antiphon.library.parsers.close()
            antiphon.engine.dispose()
    say("your own: antiphon rfp import FILE; with a model: antiphon rfp answer last --model PROVIDER:MODEL")


def fill_library(place: LocalPlace) -> int:
    """Take in the example's documents, found by letters, and approve them all; return how many there are."""
    place.embedding.change(LibrarySettingsChange(model="lexical-hash"))
    files = sorted((EXAMPLE / "documents").iterdir())
    added = [place.documents.add(file.name, file.read_bytes()) for file in files]
    place.documents.settle([one.id for one in added], watch=lambda _: None)
    for one in added:
        place.documents.approve(one.id, ReviewWords())
    return len(added)


def drafted(place: LocalPlace, content: bytes, *, name: str) -> RfpDocument:
    """Import a questionnaire, and have its answers drafted offline."""
    rfp = place.rfps.add(name, content, ImportWords())
    _to_its_end(place, place.rfps.start_answering(rfp.id, StartAnswering(model=OFFLINE)))
    return rfp


def checked(place: LocalPlace, rfp: RfpDocument, *, expected: Path) -> RfpCheckDocument:
    """Return how good the drafts are."""
    from adapters.test_files.expectations_file import read_expectations

    return place.rfp_checks.check(rfp.id, expectation_words(read_expectations(expected)))


def _answer_review_export(place: LocalPlace, filled_in: Path) -> None:
    rfp = drafted(place, QUESTIONNAIRE.read_bytes(), name=QUESTIONNAIRE.name)
    show(f"imported    {QUESTIONNAIRE.name}: {rfp.questions} questions")
    show(f"drafted     {_states(place, rfp)}")
    _to_its_end(place, place.rfps.start_review(rfp.id, StartReview(model=OFFLINE)))
    show(f"reviewed    {_states(place, rfp)}")
    approved = place.rfp_answers.approve_all(rfp.id).approved
    show(f"approved    {len(approved)} that passed every check; a person would read them first")
    found = place.rfp_answers.export(rfp.id)
    filled_in.parent.mkdir(parents=True, exist_ok=True)
    filled_in.write_bytes(found.content)
    show(
        f"exported    {len(found.written)} answers in the buyer's own workbook, {len(found.left_open)} cells left empty"
    )
    show_rates(checked(place, rfp, expected=EXPECTED))
    say(f"filled in {filled_in}")


def _to_its_end(place: LocalPlace, job: JobDocument) -> None:
    run_to_end(place.antiphon, JobId(job.id), lambda _: None)


def _states(place: LocalPlace, rfp: RfpDocument) -> str:
    states = Counter(one.state.value for one in place.rfps.answers(rfp.id))
    return ", ".join(f"{count} {state}" for state, count in states.most_common())
