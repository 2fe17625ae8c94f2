"""What models say of the world's questions: honest replies, and lies in fifteen ways."""

from __future__ import annotations

import re

from tests.unit.rfp_world import QUESTIONS, said

ENCRYPTED = "All customer data is encrypted at rest with AES-256."
HONEST = said("Yes: customer data is encrypted at rest with AES-256.", "answered", ENCRYPTED)


def honest(told: str) -> str:
    """Answer the four questions of the world as an honest model would."""
    asked = re.search(r"<question \w+>\n(.*?)\n</question", told, re.DOTALL)
    assert asked
    return {
        QUESTIONS[0]: HONEST,
        QUESTIONS[1]: said("Backups are kept for 30 days.", "answered", "Backups are kept for 30 days."),
        QUESTIONS[2]: said("Yes, to ISO 27001.", "partial", "We are certified to ISO 27001"),
    }.get(asked[1], said())


LIES = {
    "a number is another": said("Keys are rotated every 30 days.", "answered", "Keys are rotated every 90 days."),
    "the unit is another": said("Keys are rotated every 90 hours.", "answered", "Keys are rotated every 90 days."),
    "a date is made up": said("Encrypted since 1 May 2020.", "answered", ENCRYPTED),
    "a standard is made up": said("Encrypted as FIPS 140-3 demands.", "answered", ENCRYPTED),
    "a standard is another": said("Encrypted with AES-512.", "answered", ENCRYPTED),
    "a product is made up": said("Encrypted by the Fortress vault of Okta.", "answered", ENCRYPTED),
    "the quote is made up": said("It is.", "answered", "Everything is encrypted twice."),
    "the quote is altered": said("It is.", "answered", "All customer data is encrypted at rest with AES-128."),
    "the quote is put together": said("It is.", "answered", "All customer data Keys are rotated"),
    "the quote is of another passage": said("It is.", "answered", ENCRYPTED, passage=2),
    "the quote is of no passage": said("It is.", "answered", ENCRYPTED, passage=99),
    "nothing is quoted": said("It is.", "answered"),
    "next to nothing is quoted": said("It is.", "answered", "All customer"),
    "no answer, and one beside it": said("It is, of course.", "no_answer"),
    "an answer without words": said("", "answered", ENCRYPTED),
}
