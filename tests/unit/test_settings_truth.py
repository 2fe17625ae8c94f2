"""Settings that are true or false."""

from __future__ import annotations

import pytest

from domain.jobs.errors import BrokenSettings
from entrypoints.settings import read_settings


@pytest.mark.parametrize(("text", "value"), [("true", True), (" True ", True), ("false", False), ("", False)])
def test_a_truth_value_is_written_in_a_word(text: str, value: bool) -> None:
    """`1`, `yes` and `on` mean different things to different programs."""
    assert read_settings({"ANTIPHON_ALLOW_PYTHON": text}).allow_python is value


@pytest.mark.parametrize("text", ["1", "yes", "on", "0", "wahr"])
def test_any_other_word_is_refused(text: str) -> None:
    """Python that the operator did not mean to allow must not run."""
    with pytest.raises(BrokenSettings) as caught:
        read_settings({"ANTIPHON_ALLOW_PYTHON": text})

    assert caught.value.problems == (f"ANTIPHON_ALLOW_PYTHON='{text}': expected true or false; correct it or unset it",)
