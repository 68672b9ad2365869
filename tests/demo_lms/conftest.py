"""A running demo LMS, and a tool just large enough to talk to it."""

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, jsonify
from jwt.algorithms import RSAAlgorithm
from stage import PLATFORM_KEY
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.demo_lms import Lms, LmsConfig, LmsServer
from lti_tool.demo_lms.addresses import GRADE_SCOPES, ROSTER, line_item
from lti_tool.demo_lms.courses import Column, Course

CONFIG = LmsConfig(port=0, signing_key=PLATFORM_KEY)
SCORE = "application/vnd.ims.lis.v1.score+json"


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""


@dataclass
class SmallTool:
    """The tool's side, written from the standards and sharing nothing with ours."""

    lms: Lms
    key: rsa.RSAPrivateKey
    kid: str

    def assertion(self, client_id: str, **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": f"{self.lms.base_url}/lti/token", "iat": now - 5}
        claims |= {"exp": now + 60, "jti": str(uuid.uuid4())} | changes
        return jwt.encode(claims, self.key, "RS256", headers={"kid": self.kid})

    def ask_token(self, client_id: str, scope: str, assertion: str | None = None) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(client_id),
            "scope": scope,
        }
        return requests.post(f"{self.lms.base_url}/lti/token", data=form, timeout=10)

    def ask(self, course: Course, method: str, url: str, **how: Any) -> requests.Response:
        answer = self.ask_token(course.registration.client_id, " ".join([*GRADE_SCOPES, ROSTER]))
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"} | how.pop("headers", {})
        return requests.request(method, url, headers=headers, timeout=10, allow_redirects=False, **how)

    def send_score(self, course: Course, column: Column, **changes: Any) -> requests.Response:
        score = {
            "userId": course.people["mai"].sub(course.rules),
            "timestamp": "2026-11-22T10:00:00Z",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 10,
            "scoreMaximum": 100,
        }
        score = {name: value for name, value in (score | changes).items() if value is not None}
        url = line_item(self.lms, course, column, "/scores")
        return self.ask(course, "POST", url, json=score, headers={"Content-Type": SCORE})


@pytest.fixture(scope="session")
def server() -> Iterator[LmsServer]:
    running = LmsServer(CONFIG)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def lms(server: LmsServer) -> Lms:
    """The state of a demo LMS that nobody has used yet, on a server that takes longer to start than most tests."""
    server.renew(CONFIG)
    return server.lms


@pytest.fixture(scope="session")
def tool_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def tool(lms: Lms, tool_key: rsa.RSAPrivateKey) -> Iterator[SmallTool]:
    app = Flask("small_tool")
    made = SmallTool(lms=lms, key=tool_key, kid="k1")

    @app.get("/lti/jwks.json")
    def keys() -> Any:
        return jsonify(keys=[RSAAlgorithm.to_jwk(made.key.public_key(), as_dict=True) | {"kid": made.kid}])

    running = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    lms.tool_url = f"http://localhost:{running.server_port}"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    running.shutdown()
    running.server_close()
    thread.join(10)


@pytest.fixture
def moodle(lms: Lms) -> Course:
    return lms.courses["moodle-m101"]


@pytest.fixture
def canvas(lms: Lms) -> Course:
    return lms.courses["canvas-m101"]


@pytest.fixture
def strict(lms: Lms) -> Course:
    return lms.courses["strict-m101"]
