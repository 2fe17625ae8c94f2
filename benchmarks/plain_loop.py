"""The loop to compare with: asyncio and aiohttp, nothing durable. Prints seconds for N calls on one JSON line."""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time

import aiohttp


def main() -> None:
    """Make the calls and print `{"wall_s", "cpu_s", "peak_mb", "passed"}`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--tests", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    options = parser.parse_args()
    started, cpu = time.perf_counter(), time.process_time()
    passed = asyncio.run(_run(options.url, options.tests, options.concurrency))
    found = {
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "passed": passed,
    }
    print(json.dumps(found))


async def _run(url: str, tests: int, concurrency: int) -> int:
    slots = asyncio.Semaphore(concurrency)

    async def ask(session: aiohttp.ClientSession, number: int) -> bool:
        async with slots, session.post(url, json={"question": f"q{number}"}) as response:
            return f"q{number}" in (await response.json())["answer"]

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        return sum(await asyncio.gather(*(ask(session, number) for number in range(tests))))


if __name__ == "__main__":
    main()
