"""What a form says while nobody has answered, beside answers that look like it."""

from __future__ import annotations

import pytest

from domain.rfp_answering.placeholders import is_placeholder


@pytest.mark.parametrize(
    "text",
    [
        "Please select", "-- Select --", "Select...", "Select one", "<select>", "Please choose an answer",
        "Choose an item.",
        "Pick from list", "Select from the drop-down list", "PLEASE  SELECT", "[please fill in]", "Please complete",
        "<Enter text>", "Enter your answer here", "Insert response here", "(Your response here)", "Type here",
        "Click or tap here to enter text.", "[to be completed by the supplier]", "Bitte auswählen", "- Bitte wählen -",
        "Auswählen", "Bitte wählen Sie eine Option aus", "(bitte ausfüllen)", "vom Bieter auszufüllen",
    ],
)  # fmt: skip
def test_what_only_asks_for_an_answer_is_a_placeholder(text: str) -> None:
    """Taken for an answer it leaves the question to nobody."""
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Yes", "No", "N/A", "-", "Complete", "Compliant", "Select customers only", "Please see appendix A.",
        "Choose your own key, or ours.", "Answer", "Please contact security@corvane.example", "We choose one.",
        "Enter the building by the north door.", "Text", "Provided", "To be completed by 1 March 2027",
        "Option 1", "Other",
        "Describe", "Please select region Frankfurt",
    ],
)  # fmt: skip
def test_an_answer_is_none(text: str) -> None:
    """Left out, it would be written over by a draft."""
    assert not is_placeholder(text)
