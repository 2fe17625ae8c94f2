"""
Prompts, read from files.

A file has a version in its first line, then the sections `# instructions`, `# reply` (the JSON schema of the answer,
for providers that can hold a model to one) and `# template`. They are package data: a change of one is a change of what
its answers mean, so a test holds every version to its words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files

from domain.language_models.prompt import Prompt

_FORM = re.compile(r"version: (\d+)\n\n# instructions\n(.+)\n# reply\n(.+)\n# template\n(.+)", re.DOTALL)


def prompts_of(package: str) -> Mapping[str, Prompt]:
    """Return the prompts in the folder `prompts` of a package, by name."""
    folder = files(package) / "prompts"
    texts = {file.name.removesuffix(".md"): file.read_text("utf-8") for file in folder.iterdir()}
    return {name: read_prompt(name, text) for name, text in sorted(texts.items())}


def read_prompt(name: str, text: str) -> Prompt:
    """
    Return the prompt that a file's *text* holds.

    Raises:
        ValueError: the text has not the form of a prompt file.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"prompt {name}: expected 'version: N', then '# instructions', '# reply' and '# template'")
    return Prompt(
        name=name,
        version=int(match[1]),
        instructions=match[2].strip(),
        reply=json.loads(match[3]),
        template=match[4].strip(),
    )
