"""The floor with the rules of a launch: what a tool pays that keeps them, before it does anything of its own.

Written as the floor is, on top of it, but with as few commands to the database as the rules allow. They are:

* One cookie marks a browser for a year; a browser without it is sent round once more before the platform is called.
* The sign-in travels in a signed state, bound to that browser; the token must carry its nonce.
* A sign-in opens one visit, once: an insert that a second launch cannot repeat, together with the visit or not at all.
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
from floor import PLATFORM, app, decode, engine, hashes, json, padding, page, person, platform_key, upsert
from itsdangerous import URLSafeSerializer
from sqlalchemy.dialects import postgresql

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
find_visit = sa.select(visit).where(visit.c.id == sa.bindparam("visit"))
at_once = engine.execution_options(isolation_level="AUTOCOMMIT")


def given(columns, **names):
    """The values of a row as a query, so that it can depend on another one."""
    return sa.select(*(sa.bindparam(names.get(each.name, each.name), type_=each.type) for each in columns))


def open_visit():
    """Use up the sign-in, know the person, open the visit: one statement, for which no transaction is needed."""
    first = postgresql.insert(used).from_select(used.c, given(used.c, id="attempt", at="opened"))
    first = first.on_conflict_do_nothing().returning(used.c.id).cte("first")
    known = floor.insert.from_select(columns := list(person.c)[1:], given(columns)).on_conflict_do_update(
        index_elements=["platform", "sub"], set_={name: floor.insert.excluded[name] for name in ("name", "seen")}
    )
    opened = sa.insert(visit).from_select(visit.c, given(visit.c).select_from(first))
    return opened.add_cte(known.returning(person.c.id).cte("known"))


def open_on_sqlite(connection, values):
    """The same in a transaction: there no statement can write two tables."""
    connection.execute(sa.insert(used), {"id": values["attempt"], "at": values["opened"]})
    connection.execute(upsert, {name: values[name] for name in ("platform", "sub", "name", "seen")})
    connection.execute(sa.insert(visit), {each.name: values[each.name] for each in visit.c})


opening = None if engine.dialect.name == "sqlite" else open_visit()


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
    values = {
        "attempt": attempt["id"], "opened": now,
        "platform": 1, "sub": claims["sub"], "name": claims["name"], "seen": now,
        "id": visit_id, "secret": hashlib.sha256(secret.encode()).digest(),
    }  # fmt: skip
    if opening is None:
        with engine.begin() as connection:
            open_on_sqlite(connection, values)
    else:
        with at_once.connect() as connection:
            if not connection.execute(opening, values).rowcount:
                return "used already", 400
    response = redirect(f"/v/{visit_id}/", 303)
    set_cookie(response, f"__Host-v-{visit_id}", secret, 12 * 3600)
    for old in [name for name in request.cookies if name.startswith("__Host-v-")][:-9]:
        set_cookie(response, old, "", 0)
    return response


@app.get("/v/<visit_id>/")
def first_page(visit_id):
    with at_once.connect() as connection:
        found = connection.execute(find_visit, {"visit": visit_id}).one()
    if hashlib.sha256(request.cookies[f"__Host-v-{visit_id}"].encode()).digest() != found.secret:
        return "another browser", 401
    return page.render(name=found.name, rows=range(44))


app.view_functions.update(login=login, launch=launch)
