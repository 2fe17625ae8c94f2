"""
How long a search takes once the question's vector is there, by the number of chunks, on both adapters.

    .venv/bin/python -m benchmarks.search --sizes 1000 10000 100000

Random vectors of 384 dimensions, 1000 chunks to a document, 5 hits; the hits' texts are read, too. *first*: the first
search of a process, which reads the vectors (numpy) or looks whether all are there (pgvector). *then*: median and 95th
percentile of the next ones; *changed*: the first search after one document of 1000 chunks was swapped. *recall*: how
many of the ten truly nearest are among ten hits; random directions are the hardest there are for an approximate index.
"""

from __future__ import annotations

import argparse
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import numpy as np
from attrs import frozen
from sqlalchemy import Engine, create_engine, text

from adapters.database.engine import make_engine
from adapters.database.organizations import SqlDirectory
from adapters.database.schema import upgrade
from adapters.library_search.exact import ExactSearch
from adapters.library_search.pgvector import PgvectorSearch
from domain.embedding.search import SearchIndex
from domain.embedding.vector import Vector
from domain.organizations.organization import Organization
from entrypoints.pgvector import set_up_vectors
from tests.contract.building import NOW, US
from tests.contract.library_shelves import Shelf, a_model
from tests.services import postgres
from tests.services.logins import make_database

DIMENSIONS, A_DOCUMENT, HITS, QUESTIONS = 384, 1000, 5, 40
MODEL = a_model(DIMENSIONS)


@frozen(kw_only=True)
class Databases:
    """SQLite, and a Postgres with pgvector: as processes reach it, and as its tables' owner."""

    sqlite: Engine
    login: Engine
    owner: Engine


def main() -> None:
    """Fill, search, and print a line for each adapter and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    options = parser.parse_args()
    print(f"{'adapter':<28} {'chunks':>7} {'first':>8} {'then':>8} {'p95':>8} {'changed':>8} {'recall':>7}   (ms)")
    for size in options.sizes:
        with databases() as made:
            measure_all(made, size)


def measure_all(made: Databases, size: int) -> None:
    """Search a library of this size, by every adapter."""
    for engine in (made.sqlite, made.login):
        fill(engine, size)
    list(set_up_vectors(made.login, owner=made.owner, partition_from=10 * size))
    measure("numpy over SQLite", ExactSearch(engine=made.sqlite), made.sqlite, size)
    measure("numpy over Postgres", ExactSearch(engine=made.login), made.login, size)
    pgvector = PgvectorSearch(engine=made.login, otherwise=ExactSearch(engine=made.login))
    measure("pgvector, shared partition", pgvector, made.login, size)
    started = time.perf_counter()
    list(set_up_vectors(made.login, owner=made.owner, partition_from=1))
    print(f"    (partition and index made in {time.perf_counter() - started:.0f} s)", flush=True)
    measure("pgvector, own index", pgvector, made.login, size)


def measure(name: str, index: SearchIndex, engine: Engine, size: int) -> None:
    """Print how long searches took."""
    first = timed(index, question(0))
    then = [timed(index, question(no)) for no in range(1, QUESTIONS)]
    recall = recall_of(index, engine)
    Shelf(engine=engine, model=MODEL).put("0.md", vectors(min(size, A_DOCUMENT), seed=int(time.time())))
    changed = timed(index, question(0))
    p95 = quantiles(then, n=20)[-1]
    print(
        f"{name:<28} {size:>7} {first:>8.1f} {median(then):>8.1f} {p95:>8.1f} {changed:>8.1f} {recall:>7.2f}",
        flush=True,
    )


def timed(index: SearchIndex, vector: Vector) -> float:
    """Return how many milliseconds a search took."""
    started = time.perf_counter()
    assert len(index.search(US, vector, model=MODEL, k=HITS, only_approved=False)) == HITS
    return 1000 * (time.perf_counter() - started)


def recall_of(index: SearchIndex, engine: Engine) -> float:
    """Return the share of the ten truly nearest that the index finds among ten, over ten questions."""
    exact, right = ExactSearch(engine=engine), 0
    for no in range(10):
        found, best = (
            {
                (hit.location, hit.ordinal)
                for hit in one.search(US, question(no), model=MODEL, k=10, only_approved=False)
            }
            for one in (index, exact)
        )
        right += len(found & best)
    return right / 100


def fill(engine: Engine, size: int) -> None:
    """Make documents of 1000 chunks visible."""
    shelf = Shelf(engine=engine, model=MODEL)
    for no in range(max(1, size // A_DOCUMENT)):
        shelf.put(f"{no}.md", vectors(min(size, A_DOCUMENT), seed=no))


def vectors(count: int, *, seed: int) -> list[Vector]:
    """Return vectors of unit length in random directions."""
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [array("f", row) for row in rows]


def question(no: int) -> Vector:
    """Return one of the questions."""
    return vectors(1, seed=1_000_000 + no)[0]


@contextmanager
def databases() -> Iterator[Databases]:
    """Yield empty databases."""
    address, server = postgres.start()
    with TemporaryDirectory() as folder:
        made = make_database(address, "search")
        databases = Databases(
            sqlite=make_engine(f"sqlite:///{Path(folder) / 'search.db'}"),
            login=make_engine(made.login),
            owner=make_engine(made.owner),
        )
        with create_engine(made.administrator).begin() as administrator:
            administrator.execute(text("CREATE EXTENSION vector"))
        upgrade(databases.sqlite)
        upgrade(databases.owner)
        list(set_up_vectors(databases.login, owner=databases.owner))
        with SqlDirectory(databases.login).begin(US.organization_id) as work:
            work.add(Organization(id=US.organization_id, name="us", created_at=NOW))
            work.commit()
        yield databases
        for engine in (databases.sqlite, databases.login, databases.owner):
            engine.dispose()
    server.stop()


if __name__ == "__main__":
    main()
