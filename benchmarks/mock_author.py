"""
A mock OpenAI-compatible model that drafts answers after a fixed time, each quoting the first passage it is shown.

It keeps the bodies of the requests: `/taken` returns them, with the most there were at once, and begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re

from aiohttp import web

_PASSAGE = re.compile(r"<passage-1 (\w+)>\n.*?\n\n(.*?)\n</passage-1 \1>", re.DOTALL)


def main() -> None:
    """Serve until killed; print the port on the first line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--delay-s", type=float, default=1.0)
    asyncio.run(_serve(parser.parse_args().delay_s))


async def _serve(delay_s: float) -> None:
    bodies: list[str] = []
    seen = {"now": 0, "most": 0}

    async def chat(request: web.Request) -> web.Response:
        body = await request.text()
        bodies.append(body)
        seen["now"] += 1
        seen["most"] = max(seen["most"], seen["now"])
        await asyncio.sleep(delay_s)
        seen["now"] -= 1
        return web.json_response(
            {
                "choices": [{"message": {"role": "assistant", "content": _drafted(body)}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": len(body) // 4, "completion_tokens": 60},
            }
        )

    async def taken(_request: web.Request) -> web.Response:
        said = {"bodies": list(bodies), "most_at_once": seen["most"]}
        bodies.clear()
        seen["most"] = 0
        return web.json_response(said)

    app = web.Application(client_max_size=2**24)
    app.add_routes([web.post("/v1/chat/completions", chat), web.get("/taken", taken)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def _drafted(body: str) -> str:
    told = "\n".join(str(message["content"]) for message in json.loads(body)["messages"])
    found = _PASSAGE.search(told)
    text = found[2] if found else ""
    quotes = [{"passage": 1, "text": text}] if text else []
    return json.dumps({"answer": text, "verdict": "answered" if text else "no_answer", "quotes": quotes})


if __name__ == "__main__":
    main()
