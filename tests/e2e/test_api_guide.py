"""docs/api.md, typed as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.documents import ROOT
from tests.services.guard import free_port

WITHIN_S = 600
"""Programs that start afresh, one after the other: some 15 s of processor time."""
SEEN = (
    '{"items":[],"next":null}',
    "event: job_ended",
    '"is_over":false',
    "304\n",
    '"verdict":"fail"',
    '<testsuites name="smoke"',
    "there is nothing left to cancel",
    '"pointer":"/query/limit"',
)


@pytest.mark.timeout(900)
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_the_guide_works_as_it_is_typed(cli: CommandLine) -> None:
    """A guide that was right once is worse than none: people copy from it."""
    typed = "\n".join(re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL))
    port = str(free_port())
    waiting = f"until curl -so /dev/null http://127.0.0.1:{port}/healthz; do sleep 0.1; done"
    typed = typed.replace("antiphon api &", f"antiphon api --port {port} &\n{waiting}").replace(":8000", f":{port}")
    script = cli.write("guide.sh", f"trap 'kill %1; wait' EXIT\n{typed}")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    guide = subprocess.Popen(
        ["bash", "-e", str(script)],
        cwd=cli.folder,
        env={"PATH": path, "ANTIPHON_HOME": str(cli.home), "PYTHONPYCACHEPREFIX": str(cli.bytecode)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        stdout, stderr = guide.communicate(timeout=WITHIN_S)
    finally:
        with suppress(ProcessLookupError):  # a guide that did not end would leave its server behind
            os.killpg(guide.pid, signal.SIGKILL)

    assert [seen for seen in SEEN if seen not in stdout] == [], stdout + stderr
    assert "Traceback" not in stderr
