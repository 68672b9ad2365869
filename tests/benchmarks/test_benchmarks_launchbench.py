"""The bench against itself: a small tool, served in the same loop, in place of a real one."""

import asyncio
import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from launchbench import processes
from launchbench.config import Bench as BenchFile
from launchbench.config import Faults, Load, Target
from launchbench.config import Platform as Settings
from launchbench.keys import Signer, b64url_decode, unverified_claims
from launchbench.platform import Platform
from launchbench.runs import Bench, percentiles
from launchbench.wire import Client, Reply, ServerConnection


def free_address() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


TOOL = free_address()
SETTINGS = Settings(listen=free_address(), members=250, page_size=100)


class Tool:
    """Launches with a state cookie, a redirect to its page, and a score on request."""

    def __init__(self) -> None:
        self.tokens: list[dict] = []
        self.logins_with_cookie = 0

    def answer(self, request) -> Reply:
        form = {k: v[0] for k, v in parse_qs(request.text()).items()}
        path = request.target.decode().split("?")[0]
        if path == "/login":
            self.logins_with_cookie += request.header(b"cookie") is not None
            asked = {
                "client_id": form["client_id"], "redirect_uri": form["target_link_uri"],
                "state": "s1", "nonce": "n1", "login_hint": form["login_hint"],
            }  # fmt: skip
            where = f"{SETTINGS.base}/auth?{urlencode(asked)}"
            return Reply(302, headers=f"Location: {where}\r\nSet-Cookie: state=s1; Secure\r\n")
        if path == "/launch":
            if b"state=s1" not in (request.header(b"cookie") or b""):
                return Reply(400, b"no cookie")
            self.tokens.append(unverified_claims(form["id_token"]))
            return Reply(303, headers="Location: /page?seat=7\r\n")
        if path == "/page":
            return Reply(body=b"<p data-ok id=launch-42>", content_type="text/html")
        return Reply(404)


def target(**changes) -> Target:
    table = {
        "name": "tool",
        "login_url": f"http://{TOOL}/login",
        "target_link_uri": f"http://{TOOL}/launch",
        "marker": "data-ok",
    }
    return Target.read(table | changes, "targets.tool")


def run(scenario, tmp_path, faults: Faults | None = None):
    """Run a scenario with the platform and the tool up."""

    async def main():
        signer = Signer.load(tmp_path / "key.pem", "kid-1")
        platform, tool = Platform(SETTINGS, signer, faults), Tool()
        host, port = TOOL.split(":")
        served = await asyncio.get_running_loop().create_server(
            lambda: ServerConnection(tool.answer, lambda: None), host, int(port)
        )
        await platform.start()
        try:
            return await scenario(platform, tool)
        finally:
            platform.stop()
            served.close()

    # A thread of its own: where a browser's tests ran before, this one already has a loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main()).result()


def test_a_launch_arrives_with_cookies_redirects_and_marker(tmp_path):
    async def scenario(platform, tool):
        report = await Bench(platform, target(), Load(launches=6, warmup=2, users=3)).launches()
        return report, tool.tokens

    report, tokens = run(scenario, tmp_path)

    assert (report["succeeded"], report["failures"], report["requests_each"]) == (6, {}, 3)
    assert {token["nonce"] for token in tokens} == {"n1"}
    assert len({token["sub"] for token in tokens}) == 3


@pytest.mark.parametrize(("cookies", "logins_with_cookie"), [("send", 0), ("keep", 4)])
def test_a_browser_that_has_been_here_before_shows_its_cookies(cookies, logins_with_cookie, tmp_path):
    async def scenario(platform, tool):
        load = Load(launches=4, warmup=2, users=2, cookies=cookies)
        await Bench(platform, target(), load).launches()
        return tool.logins_with_cookie

    assert run(scenario, tmp_path) == logins_with_cookie


def test_blocked_cookies_and_a_missing_marker_are_failures_of_their_own_kind(tmp_path):
    async def scenario(platform, tool):
        blocked = Load(launches=2, warmup=0, cookies="drop")
        return (
            await Bench(platform, target(), blocked).launches(),
            await Bench(platform, target(marker="absent"), Load(launches=2, warmup=0)).launches(),
        )

    blocked, unmarked = run(scenario, tmp_path)

    assert blocked["failures"] == {"launch: status 400": 2}
    assert unmarked["failures"] == {"launch: page without marker": 2}


def test_id_tokens_verify_against_the_published_key(tmp_path):
    signer = Signer.load(tmp_path / "key.pem", "kid-1")

    token = signer.sign(b'{"iss": "me"}')

    head, _, signature = token.rpartition(".")
    key = serialization.load_pem_public_key(signer.public_pem().encode())
    key.verify(b64url_decode(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(signer.jwks())["keys"][0]["kid"] == "kid-1"
    assert Signer.load(tmp_path / "key.pem", "kid-1").jwks() == signer.jwks()


async def ask(method: str, path: str, *, body: bytes = b"", token: str = "") -> tuple:
    client = Client()
    headers = f"Authorization: Bearer {token}\r\n" if token else ""
    answer = await client.request(method, urlsplit(SETTINGS.base + path), headers, body)
    client.close()
    link = (answer.header(b"link") or b"").decode()
    return answer.status, json.loads(answer.body or b"null"), link


async def access_token(signer: Signer) -> str:
    assertion = signer.sign(b'{"sub": "launchbench", "exp": 99999999999}')
    form = {"grant_type": "client_credentials", "client_assertion": assertion, "scope": "x"}
    return (await ask("POST", "/token", body=urlencode(form).encode()))[1]["access_token"]


def test_services_want_a_token_and_keep_scores(tmp_path):
    async def scenario(platform, _):
        score = json.dumps({"userId": "u", "scoreGiven": 5, "timestamp": "2026-01-02"}).encode()
        path = "/ags/course-0/lineitems/course-0-link-0"
        refused = (await ask("POST", path + "/scores", body=score))[0]
        token = await access_token(platform.signer)
        accepted = (await ask("POST", path + "/scores", body=score, token=token))[0]
        stale = score.replace(b"2026-01-02", b"2026-01-01")
        outdated = (await ask("POST", path + "/scores", body=stale, token=token))[0]
        results = (await ask("GET", path + "/results", token=token))[1]
        return refused, accepted, outdated, results[0]["resultScore"], len(platform.arrivals)

    assert run(scenario, tmp_path) == (401, 200, 409, 5, 1)


def test_the_roster_is_paged_to_its_end(tmp_path):
    async def scenario(platform, _):
        token = await access_token(platform.signer)
        path, members = "/nrps/course-0/memberships", []
        while path:
            _, page, link = await ask("GET", path, token=token)
            members += page["members"]
            path = link.partition(">")[0].removeprefix(f"<{SETTINGS.base}")
        return len({member["user_id"] for member in members}), platform.seen["membership pages"]

    assert run(scenario, tmp_path) == (250, 3)


@pytest.mark.parametrize(("fault", "status"), [({"429": 1.0}, 429), ({}, 401)])
def test_faults_are_injected_only_where_asked(tmp_path, fault, status):
    async def scenario(platform, _):
        jwks = (await ask("GET", "/jwks"))[0]
        return jwks, (await ask("GET", "/nrps/course-0/memberships"))[0]

    assert run(scenario, tmp_path, Faults(status=fault)) == (200, status)


def test_a_process_tree_is_found_by_its_port_and_measured(tmp_path):
    async def scenario(platform, _):
        return os.getpid(), processes.listeners(int(SETTINGS.listen.rpartition(":")[2]))

    pid, found = run(scenario, tmp_path)
    spent = processes.usage([pid])

    assert found == [pid]
    assert spent.cpu_seconds > 0
    assert spent.pss_bytes > 0


def test_percentiles_are_in_milliseconds():
    assert percentiles([n / 1000 for n in range(1, 101)])["p50"] == 51.0
    assert percentiles([]) == {}


def test_a_bench_file_refuses_what_it_does_not_know(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text('[targets.x]\nlogin_url="l"\ntarget_link_uri="t"\nmarker="m"\ncolour="red"\n')
    with pytest.raises(SystemExit, match="colour"):
        BenchFile.load_file(path)
