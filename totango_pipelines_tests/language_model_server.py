"""An endpoint on loopback that speaks OpenAI's chat completions, and misbehaves as it is told."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ModelServer:
    url: str = ""
    answer: object = "SELECT 1"
    """A text: what the model says. Bytes: the whole body as it is."""
    status: int = 200
    waits: float = 0.0
    drips: bool = False
    asked: list[dict] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def variables(self, key="sk-secret"):
        return {
            "TOTANGO_MODEL_URL": self.url,
            "TOTANGO_MODEL_NAME": "test-model",
            "TOTANGO_MODEL_KEY": key,
        }

    def body(self):
        if isinstance(self.answer, bytes):
            return self.answer
        message = {"role": "assistant", "content": self.answer}
        return json.dumps({"choices": [{"index": 0, "message": message}]}).encode()


@contextmanager
def model_server():
    server = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/chat/completions"
            server.asked.append(json.loads(asked))
            server.keys.append(self.headers["Authorization"])
            time.sleep(server.waits)
            content = server.body()
            try:
                self.send_response(server.status)
                if 300 <= server.status < 400:
                    self.send_header("Location", f"{server.url}/elsewhere")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                for part in (
                    [content[i : i + 1] for i in range(len(content))] if server.drips else [content]
                ):
                    self.wfile.write(part)
                    time.sleep(0.05 if server.drips else 0)
            except ConnectionError:
                pass  # who asked went away

        def log_message(self, *_):
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{listener.server_port}/v1"
    thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join(10)
        listener.server_close()
