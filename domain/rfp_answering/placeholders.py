"""What a buyer's form says while nobody has answered: `Please select`, `[please fill in]`. No answer, and no choice."""

from __future__ import annotations

import re

from attrs import evolve

from domain.rfp_answering.questionnaire import Question

_AROUND = " \t\r\n.:;!…-–—_*<>[](){}«»\"'"
_CHOOSE = r"(?:select|choose|pick)"
_WRITE = r"(?:enter|insert|type|write|add|provide|fill in|fill out|complete|answer|respond|describe)"
_OBJECT = (
    r"(?: (?:an?|one|the|your|in|of|from|to|this|following|below|here|list|drop-?down|menu|item|option|choice|value|"
    r"answer|response|reply|text|comments?|details?|field|cell))"
)
_BY_WHOM = r"(?:supplier|vendor|bidder|tenderer|applicant|provider|contractor)"
_WORDS = re.compile(
    rf"(?:please )?{_CHOOSE}{_OBJECT}*"
    rf"|please {_WRITE}{_OBJECT}*|{_WRITE}{_OBJECT}* (?:here|text|(?:your|the) (?:answer|response|reply))"
    rf"|(?:your|the) (?:answer|response|reply|text|comments?)(?: goes)? here"
    rf"|click(?: or tap)? here to enter text|click(?: or tap)? to enter text"
    rf"|to be (?:completed|filled in|filled out|answered) by (?:the )?{_BY_WHOM}"
    r"|(?:bitte )?(?:hier )?(?:aus)?wählen|(?:bitte )?wählen sie(?: eine? (?:antwort|option|element|wert))?(?: aus)?"
    r"|bitte (?:hier )?(?:ausfüllen|eintragen|eingeben|beantworten)|hier (?:ausfüllen|eintragen|eingeben)"
    r"|vom (?:bieter|anbieter|auftragnehmer|lieferanten) auszufüllen"
)


def is_placeholder(text: str) -> bool:
    """
    Return whether a text only asks for an answer; all of it must be of such words.

    `Complete` and `Select customers only` are answers; `-- Select --` and `Please complete` are none.
    """
    return _WORDS.fullmatch(" ".join(text.strip(_AROUND).casefold().split())) is not None


def without_placeholders(question: Question) -> Question:
    """Return the question without an answer and without allowed values that only ask for one."""
    values = tuple(one for one in question.rules.allowed_values if not is_placeholder(one))
    given = "" if is_placeholder(question.given) else question.given
    return evolve(question, rules=evolve(question.rules, allowed_values=values), given=given)
