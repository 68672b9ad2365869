"""Memory of the web processes after thousands of launches, and the weight of a learner's first page.

`make bench WHAT=footprint`; the worker and the process that looks after both are counted apart.
"""

import argparse
import gzip
import re
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import stands
import uvloop
from launchbench.config import Load, Target
from launchbench.config import Platform as Settings
from launchbench.keys import Signer
from launchbench.platform import Platform
from launchbench.processes import listeners, usage
from launchbench.runs import Bench
from launchbench.wire import Message

LOADED = re.compile(r'<(?:link[^>]*?href|script[^>]*?src|img[^>]*?src)="([^"]+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launches", type=int, default=10_000, help="twice that many are made")
    parser.add_argument("--server", choices=stands.SERVERS, default=stands.SERVERS[0])
    parser.add_argument("--database", choices=stands.DATABASES, default=stands.DATABASES[0])
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        settings = Settings(listen=f"127.0.0.1:{stands.free_port()}")
        here = stack.enter_context(stands.place(options.database, options.server, settings))
        settings.key_file = str(here.folder / "platform.pem")
        target = stack.enter_context(stands.tool(here))
        uvloop.run(measure(settings, target, options.launches))


async def measure(settings: Settings, target: Target, launches: int) -> None:
    """Launch, look, launch as many again, look again."""
    platform = Platform(settings, Signer.load(Path(settings.key_file), settings.kid))
    await platform.start()
    try:
        await show_weight(platform, target)
        seen = [await memory_after(platform, target, launches) for _ in range(2)]
    finally:
        platform.stop()
    grown = 100 * (seen[1]["web"] / seen[0]["web"] - 1)
    print(f"web processes after {launches} launches: {seen[0]['web']:.0f} MiB PSS")
    print(f"web processes after {2 * launches} launches: {seen[1]['web']:.0f} MiB PSS, {grown:+.1f} %")
    print(f"worker and supervisor: {seen[1]['all'] - seen[1]['web']:.0f} MiB PSS")


async def memory_after(platform: Platform, target: Target, launches: int) -> dict[str, float]:
    """Launch 1,000 people again and again; return MiB of memory, each page counted once."""
    report = await Bench(platform, target, Load(launches=launches, users=1000)).launches()
    if report["failures"]:
        raise SystemExit(f"{report['failures']}")
    web = listeners(int(target.connect.rpartition(":")[2]))
    return {"all": usage([target.processes["app"]["pid"]]).pss_bytes / 2**20, "web": usage(web).pss_bytes / 2**20}


async def show_weight(platform: Platform, target: Target) -> None:
    """Load a learner's first page as a browser with an empty cache would, and everything it names; print the bytes."""
    browser = Bench(platform, target, Load()).browser()
    launched = await browser.launch(0)
    parts = {launched.url.path: weight(launched.page)}
    waiting = LOADED.findall(launched.page.text())
    while waiting:
        address = urlsplit(urljoin(launched.url.geturl(), waiting.pop()))
        if address.path in parts:
            continue
        answer = await browser.send("GET", address)
        parts[address.path] = weight(answer)
        folder = address.geturl()
        waiting += [urljoin(folder, name) for name in re.findall(r'from "(\./[^"]+)"', answer.text())]
    browser.client.close()
    for path, size in parts.items():
        print(f"{size:7} bytes  {'the page' if path == launched.url.path else path}", file=sys.stderr)
    print(f"a learner's first page, everything and its headers counted: {sum(parts.values()) / 1000:.1f} KB")


def weight(answer: Message) -> int:
    """Return how many bytes an answer is on the wire: what is no page is compressed, as config/nginx.conf does."""
    is_page = (answer.header(b"content-type") or b"").startswith(b"text/html")
    body = answer.body if is_page else gzip.compress(answer.body, 1)
    return len(body) + sum(len(name) + len(value) + 4 for name, value in answer.headers) + 17


if __name__ == "__main__":
    main()
