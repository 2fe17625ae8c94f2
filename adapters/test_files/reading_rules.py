"""What whoever reads a file allows it: Python, features left out, variables of the environment, folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attrs import field, frozen

from domain.language_models.model import ModelSpec


@frozen(kw_only=True)
class ReadingRules:
    """
    The rules for one file, strict where nothing is said.

    *allow_unsupported*: what a promptfoo configuration uses and Antiphon has not is left out with a warning, instead of
    refusing the file. *allow_python*: Python files of a configuration may become targets and metrics; they run with all
    rights of the process. *environment* holds the variables that texts may name (`{{ env.NAME }}`), and no others: they
    are stored with the tests. *format*: `antiphon`, `promptfoo`, `inspect` or `openai-evals`; empty: told by
    the file's fields.
    *user_model* plays the users that a promptfoo configuration simulates and names no model for.
    *folders*: where files that a configuration names may lie, beside its own folder.
    """

    format: str = ""
    allow_unsupported: bool = False
    allow_python: bool = False
    environment: Mapping[str, str] = field(factory=dict, repr=False)
    folders: tuple[Path, ...] = ()
    user_model: ModelSpec | None = None
