"""
A folder of Markdown files synced into the library, with an embeddings API that answers after 100 ms; then once more.

    .venv/bin/python -m benchmarks.embedding --documents 1000 10000 --paragraphs 10000

Each file is listed, fetched, read, cut, embedded and swapped in; a paragraph is a chunk. *wall* is from accepting the
job to its end, *most at once* the most requests the API had at the same time. The *plain loop* follows each run: a
process that reads and cuts the same files and makes the same requests, with the same texts and as many at once at most,
as soon as their files are read. It does not: look up what there is already, store anything, try again, or read a file
where it can do no harm. *memory* is what the largest process at work held at most in the first half of the wall time,
and in the second. *again* is the sync of the unchanged folder that follows; the API has to count no request in it.

The server size has a real Postgres, a real Redis and worker processes (Linux only); each size starts empty.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from attrs import field, frozen

from benchmarks.fanout import moment
from benchmarks.servers import ANTIPHON, ROOT, servers

WORDS = 120
SLOTS = 32
LOOK_S = 0.2
HEAD = "documents size              wall s docs/s requests at once loop s ratio  memory, halves, MB  again s requests"


@frozen(kw_only=True)
class Size:
    """Where it runs; without *workers* the command does the work itself."""

    name: str
    environment: dict[str, str] = field(repr=False)
    workers: tuple[int, ...] = ()


@frozen(kw_only=True)
class Sync:
    """What a sync came to: its numbers as the command prints them, and what was held in memory, in megabytes."""

    counts: dict[str, Any]
    wall_s: float
    first_half_mb: float
    second_half_mb: float


def main() -> None:
    """Run every number of documents on both sizes, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--paragraphs", type=int, default=10_000, help="in all documents together")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=["embedded", "server"], help="leave the other size out")
    options = parser.parse_args()
    print(HEAD)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = stack.enter_context(mock_api())
        if options.only != "server":
            run_all(embedded(folder / "embedded"), folder, port=port, options=options)
        if options.only != "embedded":
            size = stack.enter_context(server(folder / "server", folder, options.workers))
            run_all(size, folder, port=port, options=options)


def run_all(size: Size, folder: Path, *, port: int, options: argparse.Namespace) -> None:
    """Run every number of documents on one size."""
    words = ["openai-compatible:mock", "--base-url", f"http://127.0.0.1:{port}/v1", "--api-key", "", "--name", "mock"]
    library(size, "models", "add", *words)
    library(size, "models", "use", "mock")
    for documents in options.documents:
        files = written(
            folder / f"{size.name.partition(' ')[0]}-{documents}", documents=documents, paragraphs=options.paragraphs
        )
        print(line(size, files, port=port, documents=documents, work=folder), flush=True)


def line(size: Size, files: Path, *, port: int, documents: int, work: Path) -> str:
    """Sync a folder, run the plain loop, sync again; return the line of the table."""
    library(size, "sources", "add", "folder", str(files), "--name", files.name)
    taken(port)
    first = synced(size, files.name)
    assert first.counts["created"] == documents, first.counts
    asked = taken(port)
    loop_s = plain_loop(files, asked, port=port, work=work)
    taken(port)
    again = synced(size, files.name)
    assert again.counts["skipped"] == documents, again.counts
    requests, in_vain = len(asked["batches"]), len(taken(port)["batches"])
    assert in_vain == 0, f"{in_vain} requests for what was embedded already"
    return (
        f"{documents:>9,} {size.name:<17} {first.wall_s:>6.1f} {documents / first.wall_s:>6.0f} {requests:>8} "
        f"{asked['most_at_once']:>7} {loop_s:>6.1f} {first.wall_s / loop_s:>5.2f} {first.first_half_mb:>12.0f} "
        f"{first.second_half_mb:>7.0f} {again.wall_s:>9.1f} {in_vain:>8}"
    )


@contextmanager
def mock_api() -> Iterator[int]:
    """Serve the mock embeddings API in a process of its own; yield its port."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.mock_embeddings"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def taken(port: int) -> dict[str, Any]:
    """Return what the API was asked since this was called last."""
    with urlopen(f"http://127.0.0.1:{port}/taken") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def embedded(home: Path) -> Size:
    """Return the size with everything in the command's own process, on SQLite."""
    return Size(
        name="embedded", environment={**os.environ, "ANTIPHON_HOME": str(home), "ANTIPHON_PRIVATE_TARGETS": "true"}
    )


@contextmanager
def server(work: Path, roots: Path, workers: int) -> Iterator[Size]:
    """Yield the size with Postgres, Redis and worker processes, which share the slots."""
    work.mkdir()
    settings = {"ANTIPHON_LIBRARY_ROOTS": str(roots)}
    with servers(work, workers=workers, slots=-(-SLOTS // workers), settings=settings) as started:
        yield Size(name="Redis + Postgres", environment=dict(started.environment), workers=started.workers)


def library(size: Size, *words: str) -> None:
    """Run a command of the library."""
    subprocess.run([*ANTIPHON, "library", *words], env=size.environment, check=True, capture_output=True, cwd=ROOT)


def synced(size: Size, source: str) -> Sync:
    """Sync a source by the command line."""
    command = [*ANTIPHON, "library", "sync", source, "--json"]
    with subprocess.Popen(command, env=size.environment, stdout=subprocess.PIPE, cwd=ROOT) as process:
        memory = Memory(size.workers or (process.pid,))
        out, _ = process.communicate()
    looks = memory.stop()
    counts = json.loads(out)
    assert counts["status"] == "completed", counts
    wall_s = (moment(counts["ended_at"]) - moment(counts["created_at"])).total_seconds()
    middle = max(1, len(looks) // 2)
    return Sync(
        counts=counts,
        wall_s=wall_s,
        first_half_mb=max(looks[:middle]),
        second_half_mb=max(looks[middle:], default=0),
    )


def plain_loop(files: Path, asked: dict[str, Any], *, port: int, work: Path) -> float:
    """Run the loop over the same files and requests; return its seconds."""
    batches = work / "batches.json"
    batches.write_text(json.dumps(asked["batches"]))
    words = ["--folder", str(files), "--port", str(port), "--batches", str(batches)]
    words += ["--at-once", str(asked["most_at_once"])]
    command = [sys.executable, "-m", "benchmarks.embedding_loop", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return float(json.loads(done.stdout)["wall_s"])


def written(folder: Path, *, documents: int, paragraphs: int) -> Path:
    """Write files whose paragraphs are a chunk each, under a heading of their own; no two sizes share a text."""
    folder.mkdir()
    each = max(1, paragraphs // documents)
    for number in range(documents):
        parts = (_paragraph(folder.name, number, part) for part in range(each))
        (folder / f"{number:06}.md").write_text("\n\n".join(parts))
    return folder


def _paragraph(of: str, document: int, part: int) -> str:
    words = (f"word{document}x{part}" if at % 12 == 0 else "clause" for at in range(WORDS))
    return f"## Part {part} of {document} in {of}\n{' '.join(words)}"


class Memory:
    """Looks, a few times a second, at what processes hold."""

    def __init__(self, processes: Sequence[int]) -> None:
        self._processes = processes
        self._looks: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> list[float]:
        """Return what the largest of them held at each look, in megabytes."""
        self._over.set()
        self._thread.join()
        return self._looks

    def _look(self) -> None:
        while True:
            self._looks.append(max(map(held_mb, self._processes)))
            if self._over.wait(LOOK_S):
                return


def held_mb(pid: int) -> float:
    """Return what a process holds now; 0 once it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    fields = dict(text.split(":", 1) for text in status.splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024 if "VmRSS" in fields else 0.0


if __name__ == "__main__":
    main()
