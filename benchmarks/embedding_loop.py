"""
The loop to compare embedding with: reads and cuts the files of a folder, and makes requests that were recorded.

The requests are the same, with the same texts, and as many of them at once at most; each is made as soon as the files
that its texts are in have been read. Nothing is looked up, kept or tried again, and files are read in this process.
Prints `{"wall_s"}` on one JSON line.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from threading import local

from adapters.parsing.limits import USUAL
from adapters.parsing.reading import read
from domain.embedding.chunking import chunks_of, embedded_text
from domain.embedding.ingesting import CHUNK_TOKENS
from domain.embedding.tokens import estimated_tokens

_own = local()


def main() -> None:
    """Go through the files once, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--batches", type=Path, required=True, help="JSON: a list of texts for each request")
    parser.add_argument("--at-once", type=int, required=True)
    options = parser.parse_args()
    batches: list[list[str]] = json.loads(options.batches.read_text())
    started, made = time.perf_counter(), list[Future[int]]()
    with ThreadPoolExecutor(options.at_once) as threads:
        for batch in _ready(batches, options.folder):
            made.append(threads.submit(_post, options.port, batch))
    wall_s = time.perf_counter() - started
    vectors, texts = sum(future.result() for future in made), sum(map(len, batches))
    assert vectors == texts, f"{vectors} vectors for {texts} texts: these are not the requests of these files"
    print(json.dumps({"wall_s": wall_s}))


def _ready(batches: Sequence[Sequence[str]], folder: Path) -> Iterator[Sequence[str]]:
    """Yield each batch once the last of its texts has been read."""
    missing = [len(set(batch)) for batch in batches]
    wanted: dict[str, set[int]] = defaultdict(set)
    for number, batch in enumerate(batches):
        for text in batch:
            wanted[text].add(number)
    for path in sorted(folder.iterdir()):
        for text in _texts(path):
            for number in wanted.pop(text):
                missing[number] -= 1
                if not missing[number]:
                    yield batches[number]


def _texts(path: Path) -> list[str]:
    parsed = read(path.read_bytes(), name=path.name, media_type="", limits=USUAL)
    chunks = chunks_of(parsed, most_units=CHUNK_TOKENS, units=estimated_tokens)
    return [embedded_text(parsed.title, chunk) for chunk in chunks]


def _post(port: int, batch: Sequence[str]) -> int:
    if not hasattr(_own, "connection"):
        _own.connection = HTTPConnection("127.0.0.1", port)
    body = json.dumps({"model": "mock", "input": batch})
    _own.connection.request("POST", "/v1/embeddings", body, {"Content-Type": "application/json"})
    return len(json.load(_own.connection.getresponse())["data"])


if __name__ == "__main__":
    main()
