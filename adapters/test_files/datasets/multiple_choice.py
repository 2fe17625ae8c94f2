"""A question with choices: what is added to it, and the pattern that the right letters make."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

MOST_CHOICES = len(ascii_uppercase)


def with_choices(question: str, choices: Sequence[str]) -> str:
    """
    Return the question with a letter before each choice, and how to answer.

    >>> with_choices("2 + 2?", ["3", "4"]).splitlines()[2:4]
    ['A) 3', 'B) 4']
    """
    listed = "\n".join(f"{letter}) {choice}" for letter, choice in zip(ascii_uppercase, choices, strict=False))
    return f"{question}\n\n{listed}\n\nEnd with a line of its own: ANSWER: and the letter of each right choice."


def letters_of(targets: Sequence[str], *, count: int) -> tuple[str, ...]:
    """Return the letters of the right choices; empty where a target is no letter of one of *count* choices."""
    letters = tuple(target.strip().upper() for target in targets)
    known = ascii_uppercase[:count]
    return tuple(sorted(set(letters))) if all(len(one) == 1 and one in known for one in letters) else ()


def answer_pattern(letters: Sequence[str]) -> str:
    """Return the pattern of a line `ANSWER: A, C` with exactly these letters, in any order and case."""
    among = f"[{''.join(letters)}, ]"
    all_there = "".join(f"(?={among}*{letter})" for letter in letters)
    return rf"(?im)\bANSWER[ *]*:[\s*]*{all_there}{among}+(?:[^\w\s,]|$)"
