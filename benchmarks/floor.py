"""The least a Flask LTI tool must do for one launch: the yardstick for launch cost.

Login: redirect with state and nonce, state in a cookie. Launch: state compared with the cookie, RS256 verified,
one SQLAlchemy Core upsert, a Jinja page of about 5 kB. No nonce store, no roles, no rules: nothing a user could use.

Settings by environment:
    FLOOR_DATABASE_URL  SQLAlchemy URL; default: SQLite in the current folder
    FLOOR_PLATFORM      address of launchbench's platform; default http://127.0.0.1:9400
Run by `launches.py` under the server that is measured; alone:
    granian --interface wsgi --workers 2 --blocking-threads 1 --host 127.0.0.1 --port 9473 floor:app
"""

import base64
import json
import os
import secrets
import time
import urllib.request
from functools import cache
from urllib.parse import urlencode

import sqlalchemy as sa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask, redirect, request
from sqlalchemy.dialects import postgresql, sqlite

PLATFORM = os.environ.get("FLOOR_PLATFORM", "http://127.0.0.1:9400")
URL = os.environ.get("FLOOR_DATABASE_URL", "sqlite:///floor.sqlite")

app = Flask(__name__)
page = app.jinja_env.from_string(
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Floor</title></head>"
    "<body data-bench=launched><h1>Welcome, {{ name }}</h1>{% for row in rows %}"
    "<p>Step one: know what you want to learn, from whom, and by when; write it down before you ask.</p>\n"
    "{% endfor %}</body></html>"
)

engine = sa.create_engine(URL)
person = sa.Table(
    "floor_person",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("platform", sa.Integer),
    sa.Column("sub", sa.String),
    sa.Column("name", sa.String),
    sa.Column("seen", sa.Float),
    sa.UniqueConstraint("platform", "sub"),
)
insert = (sqlite if URL.startswith("sqlite") else postgresql).insert(person)
upsert = insert.values({c: sa.bindparam(c) for c in ("platform", "sub", "name", "seen")}).on_conflict_do_update(
    index_elements=["platform", "sub"], set_={"name": insert.excluded.name, "seen": insert.excluded.seen}
)

if URL.startswith("sqlite"):

    @sa.event.listens_for(engine, "connect")
    def durable(connection, _record):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@cache
def platform_key() -> rsa.RSAPublicKey:
    person.metadata.create_all(engine)
    with urllib.request.urlopen(f"{PLATFORM}/jwks", timeout=5) as answer:  # noqa: S310 - launchbench's own address
        jwk = json.load(answer)["keys"][0]
    n, e = (int.from_bytes(decode(jwk[part]), "big") for part in "ne")
    return rsa.RSAPublicNumbers(e, n).public_key()


@app.route("/login", methods=["GET", "POST"])
def login():
    state = secrets.token_urlsafe(24)
    asked = request.values
    query = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": "launchbench", "redirect_uri": asked["target_link_uri"], "state": state,
        "nonce": secrets.token_urlsafe(24), "login_hint": asked["login_hint"],
        "lti_message_hint": asked.get("lti_message_hint", ""),
    }  # fmt: skip
    response = redirect(f"{PLATFORM}/auth?{urlencode(query)}")
    response.set_cookie(
        f"state-{state[:8]}", state, max_age=600, secure=True, httponly=True, samesite="None", partitioned=True
    )
    return response


@app.post("/launch")
def launch():
    token, state = request.form["id_token"], request.form["state"]
    if request.cookies.get(f"state-{state[:8]}") != state:
        return "wrong state", 400
    head, _, signature = token.rpartition(".")
    platform_key().verify(decode(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(decode(head.split(".")[1]))
    with engine.begin() as connection:
        connection.execute(upsert, {"platform": 1, "sub": claims["sub"], "name": claims["name"], "seen": time.time()})
    return page.render(name=claims["name"], rows=range(44))
