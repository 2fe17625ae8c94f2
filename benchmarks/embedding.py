"""
10,000 paragraphs through parse, chunk, embed and swap, with an embeddings API that answers after 100 ms.

    python -m benchmarks.embedding                       # embedded: SQLite, one process
    python -m benchmarks.embedding --documents 200       # fewer, larger documents; --paragraphs in all

Beside it a plain loop that makes the same requests with as many at once and keeps nothing: no file is read in a process
of its own, nothing is stored. Memory is that of this process, half-way and at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

from domain.embedding.adding import Upload
from domain.embedding.asked_model import AskedModel
from domain.embedding.batching import BatchLimits, batches_of
from domain.embedding.embedding_spec import OPTIONS, EmbeddingSpec
from domain.jobs.service import JobView
from entrypoints.container import Antiphon, build, ready_database
from entrypoints.driving import run_to_end
from entrypoints.logs import set_up_logs
from entrypoints.settings import read_settings

AT_ONCE = 16


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=1_000)
    options = parser.parse_args()
    set_up_logs("error")
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.mock_embeddings"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    address = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    try:
        texts = _documents(options.documents, options.paragraphs // options.documents)
        with tempfile.TemporaryDirectory() as home:
            _measure(Path(home), address, texts, paragraphs=options.paragraphs)
    finally:
        server.terminate()
        server.wait()


def _measure(home: Path, address: str, texts: Sequence[bytes], *, paragraphs: int) -> None:
    os.environ["ANTIPHON_HOME"] = str(home)
    antiphon = build(read_settings({"ANTIPHON_HOME": str(home), "ANTIPHON_PRIVATE_TARGETS": "true"}))
    ready_database(antiphon)
    asked = AskedModel(words="openai-compatible:mock", base_url=address, api_key="", name="mock")
    antiphon.embedding.models.add(antiphon.tenant, asked)
    antiphon.embedding.models.use(antiphon.tenant, "mock")
    for no, text in enumerate(texts):
        antiphon.library.adding.add(antiphon.tenant, Upload(name=f"{no}.md", content=text))
    before = _requests(address)
    seconds, view, memory = _embedded(antiphon)
    requests = _requests(address) - before
    plain = _plain_loop(address, texts)
    print(f"{len(texts):,} documents of {paragraphs:,} paragraphs, {view.job.status.value}")
    print(f"embedded in {seconds:.1f} s: {len(texts) / seconds:.0f} documents/s, {requests} requests")
    print(f"plain loop {plain:.1f} s; ratio {seconds / plain:.1f}")
    print(f"memory {memory[0]:.0f} MB half-way, {memory[1]:.0f} MB at the end")
    begun = time.perf_counter()
    again = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())
    run_to_end(antiphon, again.id, lambda _view: None)
    made = _requests(address) - before - requests - _plain_requests(texts)
    print(f"all of it again, nothing changed: {time.perf_counter() - begun:.1f} s, {made} requests")


def _embedded(antiphon: Antiphon) -> tuple[float, JobView, tuple[float, float]]:
    half: list[float] = []

    def watch(view: JobView) -> None:
        if view.progress >= 0.5 and not half:
            half.append(_memory_mb())

    begun = time.perf_counter()
    job = antiphon.embedding_work.jobs.start(antiphon.tenant, EmbeddingSpec())
    view = run_to_end(antiphon, job.id, watch)
    seconds = time.perf_counter() - begun
    return seconds, view, (half[0] if half else 0.0, _memory_mb())


def _plain_loop(address: str, texts: Sequence[bytes]) -> float:
    """Return how long the same requests take, as many at once as the job has items at once, and nothing else."""
    batches = list(_batches(texts))
    begun = time.perf_counter()
    with ThreadPoolExecutor(min(AT_ONCE, OPTIONS.concurrency)) as threads:
        list(threads.map(lambda batch: _post(address, batch), batches))
    return time.perf_counter() - begun


def _batches(texts: Sequence[bytes]) -> list[tuple[str, ...]]:
    paragraphs = [part for text in texts for part in text.decode().split("\n\n")]
    return list(batches_of(paragraphs, BatchLimits()))


def _plain_requests(texts: Sequence[bytes]) -> int:
    return len(_batches(texts))


def _post(address: str, batch: Sequence[str]) -> None:
    body = json.dumps({"model": "mock", "input": list(batch)}).encode()
    with urlopen(Request(f"{address}/embeddings", data=body, headers={"Content-Type": "application/json"})) as answer:
        json.load(answer)


def _requests(address: str) -> int:
    with urlopen(f"{address.removesuffix('/v1')}/stats") as answer:
        return int(json.load(answer)["requests"])


def _documents(count: int, paragraphs: int) -> list[bytes]:
    """Return texts whose paragraphs are a chunk each: under a heading of their own, some 120 words."""
    return [
        "\n\n".join(
            f"## Part {part} of {no}\n"
            + " ".join(f"word{no}x{part}" if at % 12 == 0 else "clause" for at in range(120))
            for part in range(paragraphs)
        ).encode()
        for no in range(count)
    ]


def _memory_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
