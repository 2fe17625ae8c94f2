"""
The questions of an RFP drafted by a model that takes 1 s for each, then once more without a change.

    .venv/bin/python -m benchmarks.rfp_answering --questions 500 --concurrency 64

*wall* is from accepting the job to its end: each question is searched in the library (of *passages* chunks, by the
built-in embedding model), put to the model, its answer checked and stored. The *plain loop* follows: it posts the same
request bodies, as many at once, and reads the answers; it looks nothing up, checks nothing and stores nothing.
*CPU* is that of the command, from its start, and of the workers: on a machine that others use, wall says little.
*again* is a second job over the same questions, for which the model has to count no request.

The server size has a real Postgres, a real Redis and worker processes (Linux only); each size starts empty.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from attrs import evolve

from benchmarks.embedding import Size, embedded, library, taken
from benchmarks.fanout import moment
from benchmarks.servers import ANTIPHON, ROOT, servers

HEAD = "questions size              wall s at once loop s ratio CPU ms/question  again s requests"
DOCUMENTS = 50


def main() -> None:
    """Run both sizes, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--passages", type=int, default=1000, help="in the library")
    parser.add_argument("--delay-s", type=float, default=1.0, help="what the model takes for an answer")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["embedded", "server"], help="leave the other size out")
    options = parser.parse_args()
    print(HEAD)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(mock_author(options.delay_s))
        written(work / "library", passages=options.passages)
        asked(work / "rfp.json", questions=options.questions, passages=options.passages)
        if options.only != "server":
            size = embedded(work / "embedded")
            slots = {"ANTIPHON_SLOTS": str(options.concurrency)}
            print(line(evolve(size, environment={**size.environment, **slots}), work, port, options), flush=True)
        if options.only != "embedded":
            size = stack.enter_context(server(work, options))
            print(line(size, work, port, options), flush=True)


def line(size: Size, work: Path, port: int, options: argparse.Namespace) -> str:
    """Fill the library, answer the RFP, run the plain loop, answer again; return the line of the table."""
    library(size, "models", "add", "lexical-hash", "--name", "words")
    library(size, "models", "use", "words")
    library(size, "sources", "add", "folder", str(work / "library"), "--name", "documents")
    library(size, "sync", "documents")
    antiphon(size, "llm", "add", "--name", "mock", "--kind", "openai-compatible", "--model", "author", "--key-env", "",
             "--base-url", f"http://127.0.0.1:{port}/v1")  # fmt: skip
    antiphon(size, "rfp", "import", str(work / "rfp.json"))
    taken(port)
    before_s = cpu_s(size)
    wall_s = answered(size, options)
    each_ms = 1000 * (cpu_s(size) - before_s) / options.questions
    said = taken(port)
    assert len(said["bodies"]) == options.questions, f"{len(said['bodies'])} requests"
    loop_s = plain_loop(said["bodies"], port=port, at_once=options.concurrency, work=work)
    taken(port)
    again_s = answered(size, options)
    in_vain = len(taken(port)["bodies"])
    return (
        f"{options.questions:>9,} {size.name:<17} {wall_s:>6.1f} {said['most_at_once']:>7} {loop_s:>6.1f} "
        f"{wall_s / loop_s:>5.2f} {each_ms:>15.1f} {again_s:>8.1f} {in_vain:>8}"
    )


def answered(size: Size, options: argparse.Namespace) -> float:
    """Draft the answers of the newest RFP; return the seconds from accepting the job to its end."""
    words = ["--model", "llm:mock/author", "--concurrency", str(options.concurrency), "--include-pending", "--json"]
    job = json.loads(antiphon(size, "rfp", "answer", "last", *words))["job"]
    assert job["status"] == "completed", job
    return (moment(job["ended_at"]) - moment(job["created_at"])).total_seconds()


def cpu_s(size: Size) -> float:
    """Return the seconds of CPU that the commands so far and the workers have taken."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in size.workers)
    ticks = sum(int(stat[11]) + int(stat[12]) for stat in stats)
    return ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def antiphon(size: Size, *words: str) -> bytes:
    """Run a command; return what it prints."""
    return subprocess.run(
        [*ANTIPHON, *words], env=size.environment, check=True, stdout=subprocess.PIPE, cwd=ROOT
    ).stdout


def plain_loop(bodies: list[str], *, port: int, at_once: int, work: Path) -> float:
    """Run the loop over the same requests; return its seconds."""
    file = work / "bodies.json"
    file.write_text(json.dumps(bodies))
    words = ["--port", str(port), "--bodies", str(file), "--at-once", str(at_once)]
    command = [sys.executable, "-m", "benchmarks.rfp_loop", *words]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    return float(found["wall_s"])


@contextmanager
def server(work: Path, options: argparse.Namespace) -> Iterator[Size]:
    """Yield the size with Postgres, Redis and worker processes, which share the slots."""
    folder = work / "server"
    folder.mkdir()
    settings = {"ANTIPHON_LIBRARY_ROOTS": str(work)}
    slots = -(-options.concurrency // options.workers)
    with servers(folder, workers=options.workers, slots=slots, settings=settings) as started:
        yield Size(name="Redis + Postgres", environment=dict(started.environment), workers=started.workers)


@contextmanager
def mock_author(delay_s: float) -> Iterator[int]:
    """Serve the mock model in a process of its own; yield its port."""
    command = [sys.executable, "-m", "benchmarks.mock_author", "--delay-s", str(delay_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def written(folder: Path, *, passages: int) -> None:
    """Write files whose paragraphs are a chunk each, under a heading of their own."""
    folder.mkdir()
    each = max(1, passages // DOCUMENTS)
    for number in range(DOCUMENTS):
        parts = (_paragraph(number * each + part) for part in range(each))
        (folder / f"{number:04}.md").write_text("\n\n".join(parts))


def _paragraph(no: int) -> str:
    filling = " ".join(
        f"It concerns area{no}x{at} and is described in full for each of the regions." for at in range(5)
    )
    return f"## Measure {no}\nMeasure number {no} takes effect within {no % 90 + 2} days of notice. {filling}"


def asked(file: Path, *, questions: int, passages: int) -> None:
    """Write a questionnaire."""
    words = [f"Within how many days does measure number {no % passages} take effect?" for no in range(questions)]
    file.write_text(json.dumps({"questions": [{"text": text} for text in words]}))


if __name__ == "__main__":
    main()
