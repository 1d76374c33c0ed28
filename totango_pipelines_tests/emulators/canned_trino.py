"""Trino's HTTP protocol with answers that a test gives: pages of rows, an error, or no end."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class CannedTrino:
    """`columns` are name, type and arguments of the type; `pages` are lists of rows."""

    columns: Sequence[tuple[str, str, Sequence[int]]]
    pages: Sequence[Sequence[Any]]
    error: dict[str, Any] | None = None
    endless: bool = False
    port: int = 0
    asked: list[str] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def page(self, number: int) -> dict[str, Any]:
        """The answer with this page, and where the next one is."""
        is_last = number >= len(self.pages) and not self.endless
        answer: dict[str, Any] = {
            "id": "q1",
            "infoUri": f"http://127.0.0.1:{self.port}/ui",
            "stats": {"state": "FINISHED" if is_last else "RUNNING"},
        }
        if not is_last:
            answer["nextUri"] = f"http://127.0.0.1:{self.port}/v1/statement/q1/{number + 1}"
        if self.cancelled.is_set():
            self.error = {
                "message": "Query was canceled",
                "errorName": "USER_CANCELED",
                "errorType": "USER_ERROR",
            }
        if self.error is not None:
            return {**answer, "error": self.error, "stats": {"state": "FAILED"}}
        answer["columns"] = [_column(*column) for column in self.columns]
        if 0 < number <= len(self.pages):
            answer["data"] = self.pages[number - 1]
        return answer


def _column(name: str, raw: str, arguments: Sequence[int]) -> dict[str, Any]:
    given = [{"kind": "LONG", "value": each} for each in arguments]
    shown = ",".join(map(str, arguments))
    base, _, rest = raw.partition(" ")
    full = (f"{base}({shown})" if arguments else base) + (f" {rest}" if rest else "")
    return {"name": name, "type": full, "typeSignature": {"rawType": raw, "arguments": given}}


@contextmanager
def serving(trino: CannedTrino) -> Iterator[CannedTrino]:
    """The server, listening at `trino.port` of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            trino.asked.append(self.rfile.read(size).decode())
            self._answer(trino.page(0))

        def do_GET(self):
            self._answer(trino.page(int(self.path.rpartition("/")[2])))

        def do_DELETE(self):
            trino.cancelled.set()
            self.send_response(204)
            self.end_headers()

        def _answer(self, answer):
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        trino.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield trino
        finally:
            server.shutdown()
            thread.join()
