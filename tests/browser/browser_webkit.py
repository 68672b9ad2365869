"""WebKit by its WebDriver, as `make webkit` fetched it: laid over /usr in a namespace, with a display of its own."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from stage import until

ROOT = Path(__file__).resolve().parents[2] / ".tools/webkit/root"
START = """
mount -t overlay overlay -o "lowerdir=$ROOT/usr:/usr" /usr
Xvfb "$DISPLAY" -screen 0 1280x900x24 -nolisten tcp &
exec WebKitWebDriver --port="$PORT"
"""


class WebKit:
    """One window of a WebKit. Source: W3C WebDriver."""

    def __init__(self, driver: str, binary: str) -> None:
        self._address = f"{driver}/session"
        options = {"webkitgtk:browserOptions": {"binary": binary, "args": ["--automation"]}}
        self._address += "/" + self._call("POST", "", {"capabilities": {"alwaysMatch": options}})["sessionId"]
        self._call("POST", "/timeouts", {"implicit": 20_000})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        response = requests.request(method, self._address + path, json=body, timeout=60)
        assert response.status_code == 200, response.text
        return response.json()["value"]

    def open(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def enter(self, frame: str) -> None:
        """Wait for a frame of the page and go on inside it."""
        found = self._call("POST", "/element", {"using": "css selector", "value": frame})
        self._call("POST", "/frame", {"id": found})

    def text(self, selector: str) -> str:
        return str(self.run(f"return document.querySelector('{selector}')?.innerText ?? ''"))

    def run(self, script: str) -> Any:
        return self._call("POST", "/execute/sync", {"script": script, "args": []})

    def quit(self) -> None:
        self._call("DELETE", "")


@contextmanager
def webkit(home: Path) -> Iterator[WebKit]:
    """Yield a WebKit with a profile of its own; nothing of it runs afterwards."""
    libraries = next((ROOT / "usr/lib").glob("*/webkit2gtk-4.1"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(home),
        "ROOT": str(ROOT),
        "PORT": str(port),
        "DISPLAY": f":{port}",
        "LD_LIBRARY_PATH": f"/usr/lib/{libraries.parent.name}:{ROOT}/lib/{libraries.parent.name}",
        "GDK_BACKEND": "x11",
        "NO_AT_BRIDGE": "1",
        "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    }
    words = ["unshare", "--map-root-user", "--mount", "sh", "-ec", START]
    process = subprocess.Popen(words, env=environment, start_new_session=True)
    try:
        until(lambda: _answers(f"http://127.0.0.1:{port}/status"))
        browser = WebKit(f"http://127.0.0.1:{port}", f"/usr/lib/{libraries.parent.name}/webkit2gtk-4.1/MiniBrowser")
        yield browser
        browser.quit()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
