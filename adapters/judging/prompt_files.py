"""
The prompts of judges, read from the files beside this module.

A file has a version in its first line, then the sections `# instructions`, `# reply` (the JSON schema of the answer,
for providers that can hold a model to one) and `# template`. They are package data: a change of one is a change of what
scores mean, so a test holds every version to its words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from domain.test_execution.judging.prompt import JudgePrompt

_FORM = re.compile(r"version: (\d+)\n\n# instructions\n(.+)\n# reply\n(.+)\n# template\n(.+)", re.DOTALL)


@cache
def judge_prompts() -> Mapping[str, JudgePrompt]:
    """Return every prompt there is, by name."""
    folder = files("adapters.judging") / "prompts"
    texts = {file.name.removesuffix(".md"): file.read_text("utf-8") for file in folder.iterdir()}
    return {name: read_prompt(name, text) for name, text in sorted(texts.items())}


def read_prompt(name: str, text: str) -> JudgePrompt:
    """
    Return the prompt that a file's *text* holds.

    Raises:
        ValueError: the text has not the form of a prompt file.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"prompt {name}: expected 'version: N', then '# instructions', '# reply' and '# template'")
    return JudgePrompt(
        name=name,
        version=int(match[1]),
        instructions=match[2].strip(),
        reply=json.loads(match[3]),
        template=match[4].strip(),
    )
