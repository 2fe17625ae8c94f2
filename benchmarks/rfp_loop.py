"""
The loop to compare RFP answering with: posts the request bodies in a file, so many at once, and reads each answer.

Nothing is looked up in a library, checked, stored or tried again. Prints `{"wall_s"}` on one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

import aiohttp


def main() -> None:
    """Make the calls once, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bodies", type=Path, required=True, help="JSON: a list of request bodies")
    parser.add_argument("--at-once", type=int, required=True)
    options = parser.parse_args()
    bodies: list[str] = json.loads(options.bodies.read_text())
    started = time.perf_counter()
    read = asyncio.run(_posted(bodies, port=options.port, at_once=options.at_once))
    assert read == len(bodies)
    print(json.dumps({"wall_s": time.perf_counter() - started}))


async def _posted(bodies: list[str], *, port: int, at_once: int) -> int:
    slots, address = asyncio.Semaphore(at_once), f"http://127.0.0.1:{port}/v1/chat/completions"

    async def posted(session: aiohttp.ClientSession, body: str) -> bool:
        async with slots, session.post(address, data=body, headers={"Content-Type": "application/json"}) as answer:
            return bool(json.loads((await answer.json())["choices"][0]["message"]["content"])["verdict"])

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)) as session:
        return sum(await asyncio.gather(*(posted(session, body) for body in bodies)))


if __name__ == "__main__":
    main()
