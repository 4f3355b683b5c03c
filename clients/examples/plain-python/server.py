"""A page that a server renders, as any app does: Python's standard library and nothing else.

The daemon stands in front of it (`liveside serve --upstream`). It answers what is its own, the client script and the
socket, and hands everything else on to here.
"""

import json
import os
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

HERE = Path(__file__).parent

# Where this program reaches the daemon. The browser needs no address: to it both are one server.
DAEMON = os.environ.get("LIVESIDE", "http://127.0.0.1:4000")


def render_state(component: str, room: str) -> dict:
    """What a component shows to somebody who comes now, for the first paint; empty where the daemon cannot tell."""
    url = f"{DAEMON}/api/live/render-state/{component}?{urlencode({'room': room})}"
    try:
        with urlopen(url, timeout=0.5) as response:
            return json.load(response)["state"]
    except (URLError, OSError, KeyError, ValueError):
        return {}


def page() -> bytes:
    counter = render_state("LiveCounter", "lobby")
    # Once as text, for the first paint and for who has no script, and once for the client, which goes on from there.
    initial = f'live-initial="{escape(json.dumps(counter))}"' if counter else ""
    count = escape(str(counter.get("count", "…")))
    template = Template((HERE / "page.html").read_text("utf-8"))
    return template.substitute(initial=initial, count=count).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/":
            self.answer(200, "text/html", page())
        elif self.path == "/style.css":
            self.answer(200, "text/css", (HERE / "../style.css").read_bytes())
        else:
            self.answer(404, "text/plain", b"There is nothing here\n")

    def answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", f"{content_type}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        # No attribute holds code, so the strictest policy is fine.
        self.send_header("content-security-policy", "default-src 'self'; img-src 'self' data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """The daemon has a log."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
