"""Anyone: what this is, whether it is well, and the keys that platforms check us with."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from lti_tool import db, schema
from lti_tool.lti.keys import key_set
from lti_tool.services import signing_keys, workers
from lti_tool.web.access import anyone
from lti_tool.web.tool import tool

bp = Blueprint("public", __name__)
bp.before_request(anyone)


@bp.get("/")
def home() -> str:
    """Say what this is to somebody who came by without a course."""
    return render_template("public/home.html")


@bp.get("/lti/jwks.json")
def keys() -> ResponseReturnValue:
    """Publish the tool's public keys: next, current and previous. Platforms may keep them for an hour."""
    with tool().database.reading() as session:
        published = signing_keys.published(session)
    return key_set(published), 200, {"Cache-Control": "public, max-age=3600"}


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that the process answers. Touches nothing else."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether learners can be served: the database answers, its tables are ours, the signing key opens.

    Beside it stands how many workers gave a sign of life in the last minute. None: scores wait, learners need not.
    """
    parts, working = tool(), 0
    checks = {"database": False, "tables": False, "keys": False}
    try:
        checks["database"] = db.answers(parts.database)
        checks["tables"] = schema.current(parts.database) == schema.head()
        with parts.database.reading() as session:
            checks["keys"] = bool(signing_keys.current(session, parts.sealer))
            working = workers.alive(session)
    except Exception as error:
        g.not_ready = type(error).__name__
    well = all(checks.values())
    status = "ready" if well else "not ready"
    return {"status": status, "checks": checks, "workers": working}, 200 if well else 503
