"""Answers of one questionnaire that can't both be true are shown, and few others."""

from __future__ import annotations

from time import perf_counter

import pytest

from domain.rfp_answering.findings.contradictions import Answered, Contradiction, ContradictionKind, contradictions
from domain.rfp_answering.questionnaire import QuestionNo

CONTRADICTING = [
    ("Daily backups are kept 30 days.", "We keep backups 90 days."),
    ("Backups are kept for 30 days.", "Backups are retained for 3 months."),
    ("Backups are taken daily, kept for 30 days and stored in Frankfurt.", "Our backups are retained for 90 days."),
    ("Keys are rotated every 90 days.", "Encryption keys are rotated automatically every 180 days."),
    ("We guarantee 99.9 % availability.", "The availability is 99.5 % per month."),
    ("Our RPO is 4 hours.", "The RPO is 15 minutes."),
    ("Customers are notified of a breach within 24 hours.", "We notify customers of a breach within 72 hours."),
    ("Logs are kept for 12 months.", "Logs are retained for 90 days."),
    ("Passwords have at least 12 characters and expire after 90 days.", "Passwords expire after one year."),
    ("Penetration tests take place every 12 months.", "A penetration test takes place every 3 months."),
    ("Customer data is deleted within 30 days.", "Customer data is deleted within 60 days after the end."),
    ("The notice period for price changes is 3 months.", "Notice period for price changes: 30 days."),
    ("Uploads may have 25 MB.", "Uploads may have 100 MB."),
    ("Setup costs 5,000 EUR.", "Setup costs 7,500 EUR."),
    ("The session ends after 15 minutes.", "A session ends after 30 minutes."),
]
AGREEING = [
    ("99.9 % availability of product A.", "99.5 % availability of product B."),
    ("Aurora is available 99.9 % of the time.", "Borealis is available 99.5 % of the time."),
    ("Daily backups are kept 30 days.", "Weekly backups are kept 90 days."),
    ("Backups are kept for 30 days.", "Logs are kept for 90 days."),
    ("Backups are taken every 24 hours.", "Backups are kept for 30 days."),
    ("Our RPO is 4 hours.", "Our RTO is 8 hours."),
    ("Severity 1 incidents are answered within 1 hour.", "Severity 2 incidents are answered within 4 hours."),
    ("Critical incidents are answered within 1 hour.", "Minor incidents are answered within 2 days."),
    ("Incidents are answered within 4 hours.", "Incidents are resolved within 2 days."),
    ("ISO 27001 audits take 5 days.", "ISO 9001 audits take 2 days."),
    ("Backups are kept for 30 days.", "Backups are kept for thirty days."),
    ("Backups are kept for 1 month.", "Backups are kept for 30 days."),
    ("Backups are kept for 24 hours.", "Backups are kept for one day."),
    ("Passwords have at least 12 characters, and expire after 90 days.", "Sessions expire after 15 minutes."),
    ("Data at rest is encrypted, 100 % of it.", "Data in transit is encrypted, 99 % of it."),
    ("Requests are answered within 200 ms.", "On average, requests are answered in 80 ms."),
    ("Backups are kept for at least 30 days.", "Backups are kept for 90 days."),
    ("Backups are kept for at most 90 days.", "Backups are kept for at least 30 days."),
    ("Backups are kept for 30 to 90 days.", "Backups are kept for 60 days."),
    ("TLS 1.2 is supported until 2026, 2 years.", "TLS 1.3 is supported for 10 years."),
    ("Support answers within 4 business hours.", "Support answers within 8 hours."),
    ("The audit trail of users who restore backups is kept for 12 months.", "Backups are kept for 30 days."),
    ("We employ 20 % women in engineering.", "We employ 35 % women in sales."),
    ("Exports have at most 25 MB.", "Imports have at most 100 MB."),
    ("Site A keeps 7 days of video.", "Site B keeps 30 days of video."),
    ("Setup is done by us. It costs 500 EUR.", "Support is by mail. It costs 90 EUR."),
    ("The fee is 500 EUR.", "The fee is 90 EUR."),
]


def found(*answers: str, asked: tuple[str, ...] = ()) -> list[Contradiction]:
    """Return the contradictions between answers; without questions of their own, to ones that say nothing."""
    questions = asked or tuple(
        f"Please describe topic {chr(97 + no // 26) * 3}{chr(97 + no % 26) * 3}." for no in range(len(answers))
    )
    pairs = enumerate(zip(questions, answers, strict=True), start=1)
    return contradictions([Answered(no=QuestionNo(no), question=text, answer=said) for no, (text, said) in pairs])


@pytest.mark.parametrize("pair", CONTRADICTING, ids=lambda pair: pair[0])
def test_two_numbers_said_of_one_thing_are_found(pair: tuple[str, str]) -> None:
    """A buyer who reads both believes neither."""
    (one,) = found(*pair)

    assert one.kind is ContradictionKind.NUMBERS
    assert (one.first.no, one.second.no) == (1, 2)


@pytest.mark.parametrize("pair", AGREEING, ids=lambda pair: f"{pair[0]} {pair[1]}")
def test_two_numbers_of_two_things_are_none(pair: tuple[str, str]) -> None:
    """A list of warnings that is mostly wrong is read by nobody."""
    assert found(*pair) == []


def test_statements_of_many_subjects_raise_no_alarm_among_each_other() -> None:
    """In a questionnaire every answer meets every other one: of 300 pairs, those that a person would ask about."""
    every = list(
        dict.fromkeys([text for pair in AGREEING[:9] for text in pair] + [one for one, _ in CONTRADICTING[7:]])
    )

    pairs = {(one.first.sentence, one.second.sentence) for one in found(*every)}

    assert len(every) == 25
    assert pairs == {
        ("Logs are kept for 90 days.", "Logs are kept for 12 months."),
        ("Weekly backups are kept 90 days.", "Backups are kept for 30 days."),
        ("Critical incidents are answered within 1 hour.", "Incidents are answered within 4 hours."),
        ("Minor incidents are answered within 2 days.", "Incidents are answered within 4 hours."),
    }


def test_the_question_says_what_a_short_answer_is_about() -> None:
    """`30 days.` is the whole answer more often than not."""
    kept = ("How long are backups kept?", "For how long do you retain backups?")
    other = ("How long are backups kept?", "How long are logs kept?")

    assert len(found("30 days.", "90 days.", asked=kept)) == 1
    assert found("30 days.", "90 days.", asked=other) == []


def test_what_questions_name_tells_answers_apart() -> None:
    """The same sentence about two products is about two things."""
    asked = ("What is the availability of Aurora?", "What is the availability of Borealis?")

    assert found("Availability is 99.9 %.", "Availability is 99.5 %.", asked=asked) == []


def test_yes_and_no_to_one_question_are_found() -> None:
    """The same is asked twice in long questionnaires, to see who answers without reading."""
    asked = ("Is customer data encrypted at rest?", "Do you encrypt customer data at rest?")
    other = ("Is customer data encrypted at rest?", "Is customer data encrypted in transit?")
    denied = ("Is customer data shared?", "Is customer data not shared?")

    (one,) = found("Yes, with AES-256.", "No.", asked=asked)

    assert (one.kind, one.first.value, one.second.value) == (ContradictionKind.YES_AND_NO, "yes", "no")
    assert found("Yes.", "Yes, always.", asked=asked) == []
    assert found("Yes.", "No.", asked=other) == []
    assert found("Yes.", "No.", asked=denied) == []
    assert found("Yes.", "No. 3 of the list applies.", asked=asked) == []


def test_an_answer_does_not_contradict_itself() -> None:
    """What it says of two cases is one thought of one author."""
    assert found("Backups are kept for 30 days. Backups are kept for 90 days on demand.") == []


def test_own_names_tell_nothing_apart() -> None:
    """Whoever answers is called by name in one answer and `we` in the next."""
    first, second = ("Acme keeps backups for 30 days.", "At Globex Acme keeps backups for 90 days.")
    answers = [
        Answered(no=QuestionNo(no), question="x", answer=text) for no, text in enumerate((first, second), start=1)
    ]

    assert contradictions(answers, own_names=("Globex Acme", "Acme", " ", "\N{ZERO WIDTH SPACE}"))


def test_a_long_questionnaire_takes_seconds_and_not_minutes() -> None:
    """Somebody waits for it: 300 answers of two sentences with a number each."""
    things = [f"{'abcdefghij'[no % 10] * 3}{'klmnopqrst'[no // 10 % 10] * 3}" for no in range(100)]
    answers = [f"The {things[no % 100]} {things[no // 3]} takes {no} days. It costs {no} EUR." for no in range(300)]
    before = perf_counter()

    found(*answers, asked=tuple(answers))

    assert perf_counter() - before < 20
