"""
What judging addresses costs a call: `python -m benchmarks.guard`.

The same calls to a server in another thread, with the guard and without one; processor time of this process alone, the
server's part included in both. Kept connections are judged once, new ones each time.
"""

from __future__ import annotations

import http.server
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from ipaddress import ip_network

from adapters.http.addresses import AddressRules
from adapters.http.deadline import Deadline
from adapters.http.exchange import HttpConnections, Request
from adapters.http.guard import AddressGuard, AddressInfo, look_up
from adapters.http.url import Url

CALLS, ROUNDS = 500, 7
REQUEST = Request(method="POST", path="/", headers={"Content-Type": "application/json"}, body=b'{"prompt": "Hi"}')


class _Unjudged(AddressGuard):
    def addresses(self, host: str, port: int) -> Sequence[AddressInfo]:
        return look_up(host, port)


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_args: object) -> None:
        return


def cpu_us_a_call(url: Url, guard: AddressGuard, *, kept: int) -> float:
    """Return the microseconds of processor time that a call costs."""
    connections = HttpConnections(url, size=kept, guard=guard)
    began = time.process_time()
    for _ in range(CALLS):
        connections.exchange(REQUEST, deadline=Deadline.after(10), max_bytes=1000)
    took_s = time.process_time() - began
    connections.close()
    return took_s / CALLS * 1e6


def judging_us() -> float:
    """Return the microseconds that judging an address costs that was judged before."""
    rules = AddressRules(ranges=(ip_network("127.0.0.0/8"),))
    rules.refusal("127.0.0.1")
    began = time.process_time()
    for _ in range(100_000):
        rules.refusal("127.0.0.1")
    return (time.process_time() - began) * 10


def main() -> None:
    """Print both, for kept and for new connections."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    text = f"http://127.0.0.1:{server.server_address[1]}/"
    url = Url.parse(text, field="url", shown=text)
    rules = AddressRules(ranges=(ip_network("127.0.0.0/8"),))
    for title, kept in (("kept connections", 1), ("a new connection a call", 0)):
        pairs = [
            (
                cpu_us_a_call(url, _Unjudged(rules=rules), kept=kept),
                cpu_us_a_call(url, AddressGuard(rules=rules), kept=kept),
            )
            for _ in range(ROUNDS)
        ]
        without, judged = (statistics.median(each) for each in zip(*pairs, strict=True))
        print(f"{title}: {without:.0f} us without, {judged:.0f} us judged ({judged / without - 1:+.1%})")
    print(f"judging one address: {judging_us():.2f} us")
    server.shutdown()


if __name__ == "__main__":
    main()
