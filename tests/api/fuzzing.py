"""
Schemathesis over the whole OpenAPI document of a running server.

Left out is one check, that whatever the schema allows is accepted: test sets, targets and cursors have rules that a
schema can't say, and their refusals are documented answers.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

QUICK = ("--max-examples", "5", "--phases", "examples,coverage,fuzzing", "--generation-deterministic")
BRIEF = ("--max-examples", "3", "--phases", "examples,fuzzing", "--generation-deterministic")
LONG = ("--max-examples", "150", "--phases", "examples,coverage,fuzzing,stateful", "--seed", "20261121")


def fuzz(url: str, *, key: str, folder: Path, words: tuple[str, ...] = QUICK) -> str:
    """Send requests made from the document; fail on a 5xx, an answer that is not documented, and the like."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    fixed = ("--exclude-checks", "positive_data_acceptance", "--workers", "2", "--warnings", "off", "--no-color")
    command = [program, "run", f"{url}/openapi.json", "-H", f"Authorization: Bearer {key}", *fixed, *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
    return done.stdout
