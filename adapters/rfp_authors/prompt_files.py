"""The prompts of those who draft and review answers, in the files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from adapters.prompt_files import prompts_of
from domain.language_models.prompt import Prompt


@cache
def author_prompts() -> Mapping[str, Prompt]:
    """Return every prompt there is, by name."""
    return prompts_of("adapters.rfp_authors")
