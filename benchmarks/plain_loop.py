"""
The loop to compare with: asyncio and aiohttp, nothing durable. Prints seconds for N calls on one JSON line.

It repeats what Antiphon repeats: 429 after the time that was asked for, 5xx after a pause that doubles, four attempts
in all; a call without an answer within --deadline is given up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import time
from http import HTTPStatus

import aiohttp

ATTEMPTS, FIRST_PAUSE_S = 4, 0.25


def main() -> None:
    """Make the calls and print `{"wall_s", "cpu_s", "peak_mb", "passed"}`; *passed* is the number of good answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--tests", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    parser.add_argument("--deadline", type=float, default=60.0)
    options = parser.parse_args()
    started, cpu = time.perf_counter(), time.process_time()
    passed = asyncio.run(_run(options))
    found = {
        "wall_s": time.perf_counter() - started,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "passed": passed,
    }
    print(json.dumps(found))


async def _run(options: argparse.Namespace) -> int:
    slots = asyncio.Semaphore(options.concurrency)
    timeout = aiohttp.ClientTimeout(total=options.deadline)

    async def ask(session: aiohttp.ClientSession, number: int) -> bool:
        for attempt in range(ATTEMPTS):
            try:
                async with slots, session.post(options.url, json={"question": f"q{number}"}) as response:
                    if response.status == HTTPStatus.OK:
                        return f"q{number}" in (await response.json())["answer"]
                    pause_s = float(response.headers.get("Retry-After", FIRST_PAUSE_S * 2**attempt))
            except TimeoutError:
                return False
            await asyncio.sleep(pause_s)  # not in a slot: another call can be made meanwhile
        return False

    connector = aiohttp.TCPConnector(limit=options.concurrency)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        return sum(await asyncio.gather(*(ask(session, number) for number in range(options.tests))))


if __name__ == "__main__":
    main()
