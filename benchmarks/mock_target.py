"""
A mock target: answers a chat question after a fixed time, and counts. The benchmarks run it as a process.

`/chat` answers; `/faulty` answers 429 with Retry-After to 5 % of the calls, 500 to 2 %, and nothing, ever, to 1 %.
"""

from __future__ import annotations

import argparse
import asyncio
import random

from aiohttp import web

LIMITED, BROKEN, SILENT = 0.05, 0.02, 0.01


def main() -> None:
    """Serve until killed; print the address on the first line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=100.0)
    parser.add_argument("--jitter-ms", type=float, default=10.0)
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    shuffled, faults = random.Random(1), random.Random(2)
    low, high = (options.delay_ms - options.jitter_ms) / 1000, (options.delay_ms + options.jitter_ms) / 1000
    seen = {"calls": 0, "in_flight": 0, "most_in_flight": 0}

    async def chat(request: web.Request) -> web.Response:
        seen["calls"] += 1
        seen["in_flight"] += 1
        seen["most_in_flight"] = max(seen["most_in_flight"], seen["in_flight"])
        question = (await request.json())["question"]
        await asyncio.sleep(shuffled.uniform(low, high))
        seen["in_flight"] -= 1
        return web.json_response({"answer": f"the answer to {question}"})

    async def faulty(request: web.Request) -> web.Response:
        chance = faults.random()
        if chance < SILENT:
            seen["calls"] += 1
            await asyncio.Event().wait()
        if chance < SILENT + BROKEN:
            seen["calls"] += 1
            return web.Response(status=500)
        if chance < SILENT + BROKEN + LIMITED:
            seen["calls"] += 1
            return web.Response(status=429, headers={"Retry-After": "1"})
        return await chat(request)

    async def stats(_request: web.Request) -> web.Response:
        return web.json_response(seen)

    app = web.Application()
    app.add_routes([web.post("/chat", chat), web.post("/faulty", faulty), web.get("/stats", stats)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", options.port, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
