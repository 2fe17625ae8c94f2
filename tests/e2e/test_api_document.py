"""The OpenAPI document of the API, against the server that serves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.fuzzing import BRIEF, LONG, fuzz
from tests.api.serving import a_key, serving
from tests.e2e.command_line import CommandLine


@pytest.mark.timeout(1800)  # hundreds of requests; `run.py fuzz` says how long its thousands may take
def test_every_answer_to_whatever_the_document_allows_is_documented(
    cli: CommandLine, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """No surprise for who wrote a client from the document: no 5xx, no other status, no other shape."""
    is_long = pytestconfig.getoption("--fuzz") == "long"
    with serving(cli, ANTIPHON_API_REQUESTS_PER_MINUTE="1000000") as server:
        print(fuzz(server.url, key=a_key(cli), folder=tmp_path, words=LONG if is_long else BRIEF))
