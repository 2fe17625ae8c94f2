"""The shipped RFP and the held-out questions, answered offline: what the documents say of it is what comes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.test_files.expectations_file import read_expectations
from domain.rfp_answering.library_passages import LibraryPassages
from domain.rfp_answering.proving.quoting import stands_in
from domain.rfp_answering.questionnaire import WantedColumns
from entrypoints.api.documents.rfp_checks import RfpCheckDocument
from entrypoints.cli.demo_rfp import EXPECTED, QUESTIONNAIRE, checked, drafted, fill_library
from entrypoints.cli.rfp_check import show_rates
from entrypoints.container import build, ready_database
from entrypoints.local.place import LocalPlace
from entrypoints.settings import Settings
from tests.e2e.documents import ROOT

HELD_OUT = ROOT / "tests" / "fixtures" / "rfp" / "held-out.yaml"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlace]:
    """An installation with the example's documents, embedded offline and approved."""
    antiphon = build(Settings(home=tmp_path_factory.mktemp("home")))
    ready_database(antiphon)
    made = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
    fill_library(made)
    yield made
    antiphon.library.parsers.close()
    antiphon.engine.dispose()


def printed(found: RfpCheckDocument, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command prints of rates."""
    capsys.readouterr()
    show_rates(found)
    return capsys.readouterr().out


def test_the_numbers_of_the_documents_are_those_of_the_example(
    place: LocalPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README and docs/rfp.md quote them; whoever changes the author changes them there."""
    rfp = drafted(place, QUESTIONNAIRE.read_bytes(), name=QUESTIONNAIRE.name)

    rates = printed(checked(place, rfp, expected=EXPECTED), capsys)

    for document in ("README.md", "docs/rfp.md"):
        assert rates in (ROOT / document).read_text(), f"{document} should quote:\n{rates}"


def test_the_numbers_of_questions_that_nobody_tuned_for_are_quoted_beside_them(
    place: LocalPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    """An author that was fitted to the thirty does worse on these, and the document says how it does."""
    asked = [{"text": one.question} for one in read_expectations(HELD_OUT)]
    rfp = drafted(place, json.dumps({"questions": asked}).encode(), name="held-out.json")

    rates = printed(checked(place, rfp, expected=HELD_OUT), capsys)

    assert rates in (ROOT / "docs" / "rfp.md").read_text(), f"docs/rfp.md should quote:\n{rates}"


def test_what_the_search_finds_bounds_what_can_be_quoted(place: LocalPlace) -> None:
    """An author is shown eight passages; what is in none of them is not its fault, and the document says how much."""
    antiphon = place.antiphon
    passages = LibraryPassages(library=antiphon.library.store, searching=antiphon.library_search.searching)
    locations = {one.id: one.location for one in place.documents.all()}
    found = [
        any(stands_in(fact, one.text) for one in shown if locations[one.document_id] in evidence.documents)
        for expectation in read_expectations(EXPECTED)
        for shown in [passages.find(place.tenant, expectation.question, k=8, only_approved=True, spent=print)]
        for evidence in expectation.evidence
        for fact in evidence.facts
    ]

    assert f"Of {len(found)} facts, the search finds {sum(found)} among the eight" in (ROOT / "docs/rfp.md").read_text()


@pytest.mark.parametrize("file", [EXPECTED, HELD_OUT], ids=lambda file: file.stem)
def test_what_is_expected_stands_in_the_documents(place: LocalPlace, file: Path) -> None:
    """A fact that no document holds could be quoted by nobody."""
    texts = {one.location: place.documents.text(one.id).text for one in place.documents.all()}

    for expectation in read_expectations(file):
        for evidence in expectation.evidence:
            lacking = {
                name: [fact for fact in evidence.facts if not stands_in(fact, texts[name])]
                for name in evidence.documents
            }
            assert not any(lacking.values()), (expectation.no, lacking)


def test_the_workbook_asks_as_a_buyer_would(place: LocalPlace) -> None:
    """None of its questions is a sentence of a document: that would measure nothing."""
    texts = [place.documents.text(one.id).text for one in place.documents.all()]
    asked = place.antiphon.rfp.answering.preview(
        QUESTIONNAIRE.read_bytes(), name=QUESTIONNAIRE.name, wanted=WantedColumns()
    )

    assert not [one.text for one in asked.questions if any(stands_in(one.text.rstrip("?"), text) for text in texts)]
