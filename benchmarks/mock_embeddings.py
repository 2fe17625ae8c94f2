"""
A mock embeddings API: answers after a fixed time with vectors of 384 numbers. Run as a process.

It keeps what it was asked for: `GET /taken` tells it, with how many requests it had at once at most, and forgets it.
"""

from __future__ import annotations

import asyncio
import json
import random

from aiohttp import web
from attrs import define, field

DELAY_S, DIMENSIONS, KINDS = 0.1, 384, 64


@define
class Seen:
    """What was asked for since somebody looked last: the texts of each request."""

    batches: list[list[str]] = field(factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def taken(self) -> dict[str, object]:
        """Tell and forget it."""
        told = {"batches": self.batches, "most_at_once": self.most_at_once}
        self.batches, self.most_at_once = [], self.at_once
        return told


def main() -> None:
    """Serve until killed; print the port on the first line."""
    asyncio.run(_serve())


async def _serve() -> None:
    seen = Seen()
    source = random.Random(1)
    vectors = [json.dumps([round(source.uniform(-1, 1), 6) for _ in range(DIMENSIONS)]) for _ in range(KINDS)]

    async def embed(request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        seen.batches.append(texts)
        seen.at_once += 1
        seen.most_at_once = max(seen.most_at_once, seen.at_once)
        await asyncio.sleep(DELAY_S)
        seen.at_once -= 1
        rows = ",".join(f'{{"index":{no},"embedding":{vectors[hash(text) % KINDS]}}}' for no, text in enumerate(texts))
        tokens = sum(len(text) for text in texts) // 4
        body = f'{{"data":[{rows}],"model":"mock","usage":{{"prompt_tokens":{tokens}}}}}'
        return web.Response(text=body, content_type="application/json")

    async def taken(_request: web.Request) -> web.Response:
        return web.json_response(seen.taken())

    app = web.Application(client_max_size=64_000_000)
    app.add_routes([web.post("/v1/embeddings", embed), web.get("/taken", taken)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
