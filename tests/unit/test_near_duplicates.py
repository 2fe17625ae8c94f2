"""Questions that ask the same in other words are suggested; near misses are not."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rfp_answering.findings.near_duplicates import Asked, Likeness, Similar, similar

ALIKE = [
    ("How long do you keep backups?", "For how long are backups kept?"),
    ("Is customer data encrypted at rest?", "Do you encrypt customer data at rest?"),
    ("Are you certified to ISO 27001?", "Is your company ISO/IEC 27001 certified?"),
    ("What is your backup retention period?", "Please state the retention period of your backups."),
    ("Are keys rotated every 90 days?", "Do you rotate keys every ninety days?"),
    ("Do you notify customers of a security breach?", "Are customers notified of security breaches?"),
    ("Is Customer Data deleted at contract end?", "Do you delete customer data at the contract's end?"),
    ("Describe your incident response plan.", "Please describe your security incident response plan."),
]
UNLIKE = [
    ("Are you certified to ISO 27001?", "Are you certified to ISO 9001?"),
    ("Is data encrypted at rest?", "Is data encrypted in transit?"),
    ("Do you support TLS 1.2 for client connections?", "Do you support TLS 1.3 for client connections?"),
    ("Are keys rotated every 90 days?", "Are keys rotated every 30 days?"),
    ("Is personal data shared with third parties?", "Is personal data not shared with third parties?"),
    ("Can data be exported with a contract?", "Can data be exported without a contract?"),
    ("Do you delete customer data at contract end?", "Do you delete employee data at contract end?"),
    ("What is the availability of module A?", "What is the availability of module B?"),
    ("What is your RPO for the database?", "What is your RTO for the database?"),
    (
        "Describe the production environment and its access controls.",
        "Describe the test environment and its access controls.",
    ),
    ("Do you have SOC 2 Type I?", "Do you have SOC 2 Type II?"),
    ("Is the data centre in Frankfurt certified?", "Is the data centre in Dublin certified?"),
    ("Comments?", "Comments?"),
]
WORDS = st.sampled_from(["backup", "data", "key", "user", "log", "breach", "notify", "delete", "rotate", "encrypt"])
QUESTIONS = st.lists(WORDS, min_size=2, max_size=8).map(" ".join)


def pairs(*texts: str) -> list[Similar]:
    """Return which of some questions are alike."""
    return similar([Asked(key=str(no), text=text) for no, text in enumerate(texts)])


@pytest.mark.parametrize("pair", ALIKE, ids=lambda pair: pair[0])
def test_the_same_question_in_other_words_is_suggested(pair: tuple[str, str]) -> None:
    """Two people would answer it twice, and differently."""
    assert [(one.first, one.second) for one in pairs(*pair)] == [("0", "1")]


@pytest.mark.parametrize("pair", UNLIKE, ids=lambda pair: pair[1])
def test_near_misses_are_not_suggested(pair: tuple[str, str]) -> None:
    """They are nearer to each other than real duplicates in any vector space: a suggestion would be taken."""
    assert pairs(*pair) == []


def test_words_that_one_question_has_more_are_named() -> None:
    """A person sees at once what the other one leaves out."""
    (one,) = pairs("Is customer data encrypted?", "Is customer data encrypted with rotation?")

    assert (one.likeness, one.differing) == (Likeness.MORE_WORDS, ("rotat",))


def test_earlier_questions_are_suggested_for_ours_and_not_among_themselves() -> None:
    """What other RFPs ask twice is no business of this one."""
    earlier = [Asked(key=key, text="How long are backups kept?") for key in ("x", "y")]

    found = similar([Asked(key="1", text="How long do you keep backups?")], earlier=earlier)

    assert [(one.first, one.second) for one in found] == [("1", "x"), ("1", "y")]


@given(st.lists(QUESTIONS, max_size=12))
def test_the_index_finds_what_comparing_all_pairs_finds(texts: list[str]) -> None:
    """Leaving pairs out is a matter of speed, and of nothing else."""
    by_pair = {
        (str(first), str(second))
        for second, text in enumerate(texts)
        for first in range(second)
        if pairs(texts[first], text)
    }

    assert {(one.first, one.second) for one in pairs(*texts)} == by_pair


@given(QUESTIONS, QUESTIONS)
def test_the_order_of_two_questions_does_not_matter(first: str, second: str) -> None:
    """Who was imported first is no property of a question."""
    assert [(one.likeness, one.differing) for one in pairs(first, second)] == [
        (one.likeness, one.differing) for one in pairs(second, first)
    ]


def test_many_earlier_questions_take_seconds() -> None:
    """500 questions against 5,000: two and a half million pairs, of which few are looked at."""
    syllables = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdfgklmnpr"]
    texts = [
        f"Describe how {syllables[no % 97]} {syllables[no % 89 + 100]} {syllables[no % 83 + 200]} data is encrypted."
        for no in range(5500)
    ]
    asked = [Asked(key=str(no), text=text) for no, text in enumerate(texts)]
    before = perf_counter()

    similar(asked[:500], earlier=asked[500:])

    assert perf_counter() - before < 20
