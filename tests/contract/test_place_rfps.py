"""`antiphon rfp import`, `list`, `show` and `remove`, wherever they act: here and at a server it is the same."""

from __future__ import annotations

import pytest

from domain.jobs.errors import InvalidInput, NotFound
from domain.organizations.errors import Forbidden
from domain.rfp_answering.questionnaire import Form
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.standing import AnswerState
from entrypoints.api.documents.rfps import ImportWords
from entrypoints.cli.rfp_choosing import chosen_rfp
from entrypoints.container import Antiphon
from entrypoints.places.place import Place
from tests.contract.buyers_workbooks import security_questionnaire, with_formulas_and_merged_cells, with_sections
from tests.contract.places import place_over, told_twice

FOUND = ImportWords()
CSV = b"Section,Question,Response\nSecurity,Is data encrypted at rest?,\nCompany,Who are you?,Nobody\n"
NOBODY = "00000000-0000-4000-8000-00000000000a"
NAMES = ["a.csv", 'quoted "a".csv', "ä b c;d.csv", "100%20.csv", "\N{SNOWMAN}.csv", "x" * 296 + ".csv"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_imported_under_its_name(place: Place, antiphon: Antiphon, name: str) -> None:
    """Whatever is in the name; and it is kept to the byte, as answers are written into it in the end."""
    added = place.rfps.add(name, CSV, FOUND)

    assert (added.name, added.form, added.questions, added.states) == (name, Form.CSV, 2, {AnswerState.OPEN: 2})
    with antiphon.rfp.answering.rfps.view(antiphon.tenant) as work:
        assert work.rfps.content(RfpId(added.id)) == CSV
    assert place.rfps.get(added.id).model_dump(exclude={"answering", "review"}) == added.model_dump()


def test_a_preview_says_what_was_found_and_stores_nothing(place: Place) -> None:
    """Columns, rules of the buyer's, and what stands in the way, with its address."""
    found = place.rfps.preview("q.xlsx", security_questionnaire(), FOUND)
    blocked = place.rfps.preview("q.xlsx", with_formulas_and_merged_cells(), FOUND)

    (columns,) = found.columns
    assert (columns.table, columns.first_row, columns.question, columns.answer) == ("Questionnaire", 2, "B", "D")
    assert next((one.no, one.answer_place, one.most_characters) for one in found.questions) == (1, "D2", 60)
    assert blocked.obstacles == len([one for one in blocked.questions if one.obstacle]) > 2
    assert "B2: " in blocked.questions[0].obstacle
    assert list(place.rfps.all()) == []


def test_columns_and_sheets_are_put_right_by_whoever_imports(place: Place) -> None:
    """By letter or by heading; what is wrong is named with what there is."""
    by_letter = place.rfps.add("q.xlsx", security_questionnaire(), ImportWords(answer_column="C"))
    by_heading = place.rfps.preview("q.xlsx", security_questionnaire(), ImportWords(answer_column="compliant?"))
    one_sheet = place.rfps.preview("q.xlsx", with_sections(), ImportWords(sheets=["Operations"]))

    assert [columns.answer for columns in (*by_letter.columns, *by_heading.columns)] == ["C", "C"]
    assert by_heading.questions[0].allowed_values == ["Yes", "No", "Partial"]
    assert {one.table for one in one_sheet.questions} == {"Operations"}
    for words, said in (
        (ImportWords(question_column="Z"), "'Requirement'"),
        (ImportWords(answer_column="Antwort"), "'Response'"),
        (ImportWords(sheets=["Sheet9"]), "'Questionnaire', 'Lists'"),
    ):
        with pytest.raises(InvalidInput, match=said):
            place.rfps.add("q.xlsx", security_questionnaire(), words)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("q.pages", b"words", "one of .xlsx, .docx"),
        ("q", b"words", "one of .xlsx, .docx"),
        (" ", CSV, "file's name"),
        ("x" * 297 + ".csv", CSV, "1 to 300 characters"),
        ("a\x00.csv", CSV, "can be shown"),
        ("q.xlsx", b"words", "called an XLSX file and is none"),
        ("q.csv", b"a,b\n1,2\n", "--question-column"),
        ("q.csv", b"", "it is empty"),
        ("q.json", b"{", "q.json"),
    ],
)
def test_what_can_not_be_imported_is_refused(place: Place, name: str, content: bytes, said: str) -> None:
    """In the same words, and nothing is stored of it."""
    for ask in (place.rfps.preview, place.rfps.add):
        with pytest.raises(InvalidInput, match=said):
            ask(name, content, FOUND)
    assert list(place.rfps.all()) == []


def test_rfps_are_listed_newest_first_and_by_the_start_of_the_id(place: Place) -> None:
    """As people write ids."""
    ids = [place.rfps.add(f"{no}.csv", CSV, FOUND).id for no in range(3)]

    assert [one.id for one in place.rfps.all()] == ids[::-1]
    assert [one.id for one in place.rfps.all(id_prefix=ids[1])] == [ids[1]]
    assert list(place.rfps.all(id_prefix=NOBODY)) == []


def test_an_rfp_is_named_by_its_id_the_beginning_of_it_or_as_the_last_one(place: Place) -> None:
    """As it is of jobs; what names none says where to look, and what to do where there is nothing to look at."""
    for words in ("last", "zzz", NOBODY[:8]):
        with pytest.raises(NotFound, match="no RFPs yet; `antiphon rfp import FILE` hands one in"):
            chosen_rfp(place, words)
    ids = [place.rfps.add(f"{no}.csv", CSV, FOUND).id for no in range(2)]

    assert [chosen_rfp(place, words).id for words in ("last", ids[0], ids[0][:13], f" {ids[1].upper()} ")] == [
        ids[1],
        ids[0],
        ids[0],
        ids[1],
    ]
    for words in ("zzz", "", "' OR 1=1", ids[0] + "0", NOBODY):
        with pytest.raises(NotFound, match="antiphon rfp list"):
            chosen_rfp(place, words)


def test_what_begins_several_ids_names_none_of_them(place: Place) -> None:
    """Of seventeen ids two begin with the same of sixteen digits."""
    ids = [place.rfps.add("a.csv", CSV, FOUND).id for _ in range(17)]
    digit = next(one for one in "0123456789abcdef" if sum(rfp_id.startswith(one) for rfp_id in ids) > 1)

    with pytest.raises(InvalidInput, match="several"):
        chosen_rfp(place, digit)


def test_questions_come_in_their_order_with_where_they_stand(place: Place) -> None:
    """More of them than fit on a page."""
    rows = "".join(f"Is control number {no} in place?,\n" for no in range(1, 403))
    added = place.rfps.add("long.csv", f"Question,Answer\n{rows}".encode(), FOUND)

    answers = list(place.rfps.answers(added.id))

    assert [one.no for one in answers] == list(range(1, 403))
    assert {one.state for one in answers} == {AnswerState.OPEN}
    assert answers[1].question == "Is control number 2 in place?"
    assert place.rfps.answer(added.id, 402).answer_place == "B403"


def test_what_is_removed_is_not_there_any_more(place: Place) -> None:
    """In the same words as what never was."""
    kept, gone = (place.rfps.add(name, CSV, FOUND).id for name in ("a.csv", "b.csv"))

    place.rfps.remove(gone)

    assert [one.id for one in place.rfps.all()] == [kept]
    for rfp_id in (gone, NOBODY):
        for ask in (
            lambda rfp_id=rfp_id: place.rfps.get(rfp_id),
            lambda rfp_id=rfp_id: place.rfps.remove(rfp_id),
            lambda rfp_id=rfp_id: list(place.rfps.answers(rfp_id)),
            lambda rfp_id=rfp_id: place.rfps.answer(rfp_id, 1),
        ):
            with pytest.raises(NotFound, match=rfp_id):
                ask()
    with pytest.raises(NotFound, match="question 3"):
        place.rfps.answer(kept, 3)


def test_who_may_only_read_imports_and_removes_nothing(antiphon: Antiphon) -> None:
    """At a server the key's scopes decide."""
    with place_over(antiphon, at="here") as here:
        added = here.rfps.add("a.csv", CSV, FOUND)
    with place_over(antiphon, at="server", scopes=frozenset({"read"})) as there:
        for attempt in (
            lambda: there.rfps.add("b.csv", CSV, FOUND),
            lambda: there.rfps.preview("b.csv", CSV, FOUND),
            lambda: there.rfps.remove(added.id),
        ):
            with pytest.raises(Forbidden, match="write"):
                attempt()
        assert [one.id for one in there.rfps.all()] == [added.id]


def test_both_places_tell_the_same(antiphon: Antiphon) -> None:
    """To the last character: whoever reads `--json` need not know where the command acted."""
    content = security_questionnaire()
    with place_over(antiphon, at="here") as here:
        added = here.rfps.add("a.xlsx", content, FOUND)

    for ask in (
        lambda place: place.rfps.all(),
        lambda place: [place.rfps.get(added.id)],
        lambda place: place.rfps.answers(added.id),
        lambda place: [place.rfps.answer(added.id, 1)],
        lambda place: [place.rfps.preview("a.xlsx", content, FOUND)],
    ):
        ours, theirs = told_twice(antiphon, ask)
        assert ours == theirs
        assert ours
