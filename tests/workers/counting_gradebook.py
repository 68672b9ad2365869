"""A gradebook that takes scores for any number of platforms, counts them, and is slow or down when it is told to."""

import json
import threading
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = json.dumps({"access_token": "t", "token_type": "Bearer", "expires_in": 3600}).encode()


class CountingGradebook:
    """Platforms are the first part of a path: ``/a/token``, ``/a/item/scores``."""

    def __init__(self) -> None:
        self.posts: Counter[tuple[str, str]] = Counter()
        """How often a score came, by platform and learner."""
        self.scores: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.most_at_once: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.down: set[str] = set()
        self.hanging: set[str] = set()
        """Platforms that do not answer until ``go_on`` is set."""
        self.go_on = threading.Event()
        self._now: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Answer what hangs and close."""
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Answer one request."""
        _, platform, what, *_ = path.split("?")[0].split("/")
        if what == "token":
            self.tokens[platform] += 1
            return (503, b"") if platform in self.down else (200, TOKEN)
        with self._guard:
            self._now[platform] += 1
            self.most_at_once[platform] = max(self.most_at_once[platform], self._now[platform])
        if platform in self.hanging:
            self.go_on.wait(60)
        with self._guard:
            self._now[platform] -= 1
            if platform in self.down:
                return 503, b""
            score = json.loads(body)
            self.posts[platform, score["userId"]] += 1
            self.scores[platform, score["userId"]].append(score)
        return 200, b""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gradebook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = gradebook.answer(self.path, body)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        return Handler
