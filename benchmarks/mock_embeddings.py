"""A mock embeddings API: answers after a fixed time with vectors of 384 numbers, and counts. Run as a process."""

from __future__ import annotations

import asyncio
import json
import random

from aiohttp import web

DELAY_S, DIMENSIONS, KINDS = 0.1, 384, 64


def main() -> None:
    """Serve until killed; print the port on the first line."""
    asyncio.run(_serve())


async def _serve() -> None:
    seen = {"requests": 0, "texts": 0}
    source = random.Random(1)
    vectors = [json.dumps([round(source.uniform(-1, 1), 6) for _ in range(DIMENSIONS)]) for _ in range(KINDS)]

    async def embed(request: web.Request) -> web.Response:
        texts = (await request.json())["input"]
        seen["requests"] += 1
        seen["texts"] += len(texts)
        await asyncio.sleep(DELAY_S)
        rows = ",".join(f'{{"index":{no},"embedding":{vectors[hash(text) % KINDS]}}}' for no, text in enumerate(texts))
        tokens = sum(len(text) for text in texts) // 4
        body = f'{{"data":[{rows}],"model":"mock","usage":{{"prompt_tokens":{tokens}}}}}'
        return web.Response(text=body, content_type="application/json")

    async def stats(_request: web.Request) -> web.Response:
        return web.json_response(seen)

    app = web.Application(client_max_size=64_000_000)
    app.add_routes([web.post("/v1/embeddings", embed), web.get("/stats", stats)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
