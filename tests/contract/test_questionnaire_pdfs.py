"""Contract of questionnaires in PDF: what their lines ask is found, and answers go into a new file."""

from __future__ import annotations

import pytest

from adapters.questionnaires.asked_lines import Line, asked_in
from adapters.questionnaires.files import StandardQuestionnaireFiles
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Form, Questionnaire, QuestionNo, WantedColumns
from tests.contract.library_files import a_pdf

FILES = StandardQuestionnaireFiles()


def page(*lines: str) -> str:
    """Return lines as the content of a page that `a_pdf` makes."""
    return ") Tj 0 -16 Td (".join(line.replace("(", r"\(").replace(")", r"\)") for line in lines)


def read(*pages: str, outline: tuple[tuple[str, int], ...] = ()) -> Questionnaire:
    """Read a PDF of these pages."""
    return FILES.read(a_pdf(*pages, outline=outline), name="rfp.pdf", wanted=WantedColumns())


def texts(*lines: str) -> list[tuple[str, str]]:
    """Return section and text of what lines ask."""
    found = asked_in([Line(page=1, number=no, text=text) for no, text in enumerate(lines, start=1)])
    return [(one.section, one.text) for one in found]


PAGES = (
    page(
        "ACME Ltd - RFP 2026 - page 1 of 3",
        "Security questionnaire",
        "Please answer each question. Answers are due on 5 May.",
        "1. Security",
        "1.1 Is customer data encrypted at rest, and are the keys kept apart from the",
        "data they protect?",
        "1.2 Describe your backups (and how you test them).",
        "1.3 The supplier must support single sign-on.",
        "Confidential",
    ),
    page(
        "ACME Ltd - RFP 2026 - page 2 of 3",
        "2. Operations",
        "- Which uptime was reached in 2025? Please name the months below it.",
        "How long are incidents kept open, and who is told about them within the first",
        "Confidential",
    ),
    page(
        "ACME Ltd - RFP 2026 - page 3 of 3",
        "24 hours?",
        "- Our offices are in Berlin.",
        "Thank you.",
        "Confidential",
    ),
)  # fmt: skip


def test_numbered_and_bulleted_items_and_lines_that_ask_are_found_with_their_headings() -> None:
    """What the layout broke is put together again, over pages too; headers and footers are no words of a question."""
    asked = read(*PAGES)

    assert [(one.section, one.text) for one in asked.questions] == [
        (
            "1. Security",
            "1.1 Is customer data encrypted at rest, and are the keys kept apart from the data they protect?",
        ),
        ("1. Security", "1.2 Describe your backups (and how you test them)."),
        ("1. Security", "1.3 The supplier must support single sign-on."),
        ("2. Operations", "Which uptime was reached in 2025? Please name the months below it."),
        (
            "2. Operations",
            "How long are incidents kept open, and who is told about them within the first 24 hours?",
        ),
    ]
    assert (asked.form, [one.no for one in asked.questions]) == (Form.PDF, [1, 2, 3, 4, 5])
    assert [(one.place.table, one.place.question, one.place.answer) for one in asked.questions[::4]] == [
        ("page 1", "line 5", ""),
        ("page 2", "line 4", ""),
    ]


def test_what_the_outline_names_is_a_heading() -> None:
    """A heading that ends like a sentence, or is long, is none by its looks."""
    asked = read(
        page("Part one:", "Is it safe?", "Part two:", "Is it quick?"), outline=(("Part one:", 0), ("Part two:", 0))
    )

    assert [one.section for one in asked.questions] == ["Part one:", "Part two:"]


def test_a_heading_of_the_outline_ends_what_stands_above_it() -> None:
    """Above it stands a title, or the name of the form, and no end of a sentence."""
    asked = read(page("Vendor form", "Assessment", "Access", "Is it safe?"), outline=(("Access", 0),))

    assert [one.section for one in asked.questions] == ["Access"]


def test_what_stands_on_each_page_is_known_by_its_roman_number_too() -> None:
    """Annexes are numbered so; such a line would be the heading of all that follows."""
    asked = read(
        *(
            page(f"1.{no} Is it {no}?", "The end", f"Confidential {roman}")
            for no, roman in enumerate(("i", "ii", "iii"), 1)
        )
    )

    assert {one.section for one in asked.questions} == {""}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Is it?", "Is it not?"], [("", "Is it?"), ("", "Is it not?")]),
        (["Safety", "Is it safe?"], [("Safety", "Is it safe?")]),
        (["Backups", "1 Is it tested?", "2 By whom?"], [("Backups", "1 Is it tested?"), ("Backups", "2 By whom?")]),
        (["1) We use TLS", "1.2 or later. Do you?"], [("", "1) We use TLS 1.2 or later. Do you?")]),
        (["a) Wie lange werden", "Daten gespeichert?"], [("", "a) Wie lange werden Daten gespeichert?")]),
        (["Q7 Are you certified", "to ISO 27001?"], [("", "Q7 Are you certified to ISO 27001?")]),
        (["• Please provide", "your policy."], [("", "Please provide your policy.")]),
        (["1. Explain it.", "If so, who did it?"], [("", "1. Explain it. If so, who did it?")]),
        (["1. Explain it.", "We thank you for your answers."], [("", "1. Explain it.")]),
        (["1. We expect SSO.", "Do you support SAML?"], [("", "1. We expect SSO. Do you support SAML?")]),
        (["1. List it.", "Standards", "2. List them."], [("", "1. List it."), ("Standards", "2. List them.")]),
        (["Is it", "", "safe?"], [("", "safe?")]),
        (["Nothing is asked.", "1. Introduction", "2. Our company was founded in 1990."], []),
        (["(i) What is it?", "(ii) Whose is it?"], [("", "(i) What is it?"), ("", "(ii) Whose is it?")]),
        (["R9 Describe it.", "SEC-010 It must be safe."], [("", "R9 Describe it."), ("", "SEC-010 It must be safe.")]),
        (["R1 It must be safe", "R2 It must be quick"], [("", "R1 It must be safe"), ("", "R2 It must be quick")]),
        (["1. Do you hold a", "C5 Type 2 report?"], [("", "1. Do you hold a C5 Type 2 report?")]),
        (["1. Describe it.", "Answer: ______", "2. List it."], [("", "1. Describe it."), ("", "2. List it.")]),
        (["1. Security ........ 3", "1. Is it safe?"], [("", "1. Is it safe?")]),
        (["Nr. Frage Antwort", "Ist es so?"], [("", "Ist es so?")]),
        (["1", "Describe it.", "2", "List it."], [("", "Describe it."), ("", "List it.")]),
        (["Is it kept for", "30", "days?"], [("", "Is it kept for 30 days?")]),
        (["Describe your request and response", "times?"], [("", "Describe your request and response times?")]),
        (["Is there single-", "sign-on?"], [("", "Is there single-sign-on?")]),
        (["1. Ist die Auftrags\xad", "daten sicher?"], [("", "1. Ist die Auftragsdaten sicher?")]),
        (["Gibt es Verfügbarkeits-", "und Notfallkonzepte?"], [("", "Gibt es Verfügbarkeits- und Notfallkonzepte?")]),
    ],
)  # fmt: skip
def test_lines_are_put_together_and_told_apart(lines: list[str], expected: list[tuple[str, str]]) -> None:
    """A page knows lines, and a buyer sentences."""
    assert texts(*lines) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_pdf("", "", images=True), "rfp.pdf: there is no text on its 2 pages: scanned"),
        (a_pdf("x", encrypted=True), "rfp.pdf: it is encrypted; take the password away"),
        (a_pdf("x" * 999)[:300], "rfp.pdf: it is a broken PDF"),
        (a_pdf("Nothing is asked."), "rfp.pdf: no question was found"),
        (b"Is it?", "rfp.pdf: it is called a PDF file and is none"),
    ],
)
def test_a_pdf_that_asks_nothing_is_refused_with_the_reason(content: bytes, words: str) -> None:
    """Above all a scanned one, which looks to its sender like any other."""
    with pytest.raises(InvalidInput, match=words):
        FILES.read(content, name="rfp.pdf", wanted=WantedColumns())


def test_a_pdf_has_no_columns_and_takes_no_answers() -> None:
    """A mapping that is ignored, or an answer that goes nowhere, is worse than a refusal."""
    asked = read(*PAGES)

    with pytest.raises(InvalidInput, match="no tables"):
        FILES.read(a_pdf("Is it?"), name="rfp.pdf", wanted=WantedColumns(question="B"))
    with pytest.raises(InvalidInput, match=r"rfp\.pdf: no answer can be written into a \.pdf file"):
        FILES.with_answers(a_pdf(*PAGES), asked, {QuestionNo(1): "Yes."})
