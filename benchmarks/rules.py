"""The floor with the rules of a launch: what a tool pays that keeps them, before it does anything of its own.

Written as the floor is, on top of it. The rules, of ``lti.md`` and the rulings:

* One cookie marks a browser for a year; a browser without it is sent round once more before the platform is called.
* The sign-in travels in a signed state, bound to that browser; the token must carry its nonce.
* A sign-in opens one visit, once: an insert that a second launch cannot repeat, in the transaction of the visit.
* The launch answers 303, so that nobody posts again; the page finds the visit by its address and a secret.

Left out is all that the tool knows of platforms, deployments, courses, roles, grades and languages, every other check
of the token, and the log, the limits and the policies around all of it. Settings and command are the floor's.
"""

import hashlib
import secrets
import time
from functools import cache
from urllib.parse import urlencode

import floor
import sqlalchemy as sa
from flask import redirect, request
from floor import PLATFORM, app, decode, engine, hashes, json, padding, page, platform_key, upsert
from itsdangerous import URLSafeSerializer

signer = URLSafeSerializer(floor.URL)
schema = sa.MetaData()
used = sa.Table("rules_used", schema, sa.Column("id", sa.String, primary_key=True), sa.Column("at", sa.Float))
visit = sa.Table(
    "rules_visit",
    schema,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("secret", sa.LargeBinary),
    sa.Column("name", sa.String),
    sa.Column("opened", sa.Float),
)
add_used, add_visit = sa.insert(used), sa.insert(visit)
find_visit = sa.select(visit).where(visit.c.id == sa.bindparam("visit"))


@cache
def make_tables():
    schema.create_all(engine)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def set_cookie(response, name, value, seconds):
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="None", partitioned=True
    )


def login():
    asked = request.values
    if mark := request.cookies.get("__Host-b"):
        return to_platform(asked, mark)
    names = ("target_link_uri", "login_hint", "lti_message_hint")
    response = redirect("/login/check?" + urlencode({"a": signer.dumps({name: asked[name] for name in names})}), 303)
    set_cookie(response, "__Host-b", secrets.token_urlsafe(32), 365 * 24 * 3600)
    return response


@app.get("/login/check")
def check():
    return to_platform(signer.loads(request.args["a"]), request.cookies["__Host-b"])


def to_platform(asked, mark):
    nonce = secrets.token_urlsafe(24)
    attempt = {"id": secrets.token_urlsafe(18), "nonce": nonce, "browser": digest(mark), "at": int(time.time())}
    query = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": "launchbench", "redirect_uri": asked["target_link_uri"], "state": signer.dumps(attempt),
        "nonce": nonce, "login_hint": asked["login_hint"], "lti_message_hint": asked["lti_message_hint"],
    }  # fmt: skip
    return redirect(f"{PLATFORM}/auth?{urlencode(query)}", 303)


def launch():
    make_tables()
    token, attempt = request.form["id_token"], signer.loads(request.form["state"])
    if attempt["browser"] != digest(request.cookies["__Host-b"]) or attempt["at"] < time.time() - 600:
        return "another browser, or too late", 400
    head, _, signature = token.rpartition(".")
    platform_key().verify(decode(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(decode(head.split(".")[1]))
    if claims["nonce"] != attempt["nonce"]:
        return "another sign-in", 400
    now, visit_id, secret = time.time(), secrets.token_hex(16), secrets.token_urlsafe(32)
    opened = {"id": visit_id, "secret": hashlib.sha256(secret.encode()).digest(), "name": claims["name"], "opened": now}
    with engine.begin() as connection:
        connection.execute(add_used, {"id": attempt["id"], "at": now})
        connection.execute(upsert, {"platform": 1, "sub": claims["sub"], "name": claims["name"], "seen": now})
        connection.execute(add_visit, opened)
    response = redirect(f"/v/{visit_id}/", 303)
    set_cookie(response, f"__Host-v-{visit_id}", secret, 12 * 3600)
    for old in [name for name in request.cookies if name.startswith("__Host-v-")][:-9]:
        set_cookie(response, old, "", 0)
    return response


@app.get("/v/<visit_id>/")
def first_page(visit_id):
    with engine.connect() as connection:
        found = connection.execute(find_visit, {"visit": visit_id}).one()
    if hashlib.sha256(request.cookies[f"__Host-v-{visit_id}"].encode()).digest() != found.secret:
        return "another browser", 401
    return page.render(name=found.name, rows=range(44))


app.view_functions.update(login=login, launch=launch)
