"""The administrator's pages: add a tool by its registration address, see it in a frame, switch it on."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lti_tool.demo_lms.app_state import current_lms
from lti_tool.demo_lms.courses import seed
from lti_tool.demo_lms.pages import own_forms_only
from lti_tool.demo_lms.records import Install
from lti_tool.demo_lms.registering import begin_install, configuration_url
from lti_tool.demo_lms.rules import CANVAS, MOODLE
from lti_tool.demo_lms.state import Lms

blueprint = Blueprint("installing", __name__, url_prefix="/tools")
blueprint.before_request(own_forms_only)
_RULES = {rules.family: rules for rules in (MOODLE, CANVAS)}
_IDS_OF_ONE_TOOL = 1000


def tool_address(lms: Lms, install: Install) -> str:
    """Return the address that the frame opens: the pasted one, with our description and the token added."""
    parts = urlsplit(install.address)
    query = [
        *parse_qsl(parts.query),
        ("openid_configuration", configuration_url(lms, install.rules)),
        ("registration_token", install.token),
    ]
    return urlunsplit(parts._replace(query=urlencode(query)))


def activate(lms: Lms, install: Install) -> None:
    """Switch a registered tool on: it gets courses of its own with links to it."""
    with lms.lock:
        if install.registration is None or install.is_active:
            return
        install.is_active = True
        lms.clients[install.client_id] = install.registration
        number = list(lms.installs).index(install.client_id) + 1
        courses, _ = seed([install.registration], lms.people, above=number * _IDS_OF_ONE_TOOL)
        lms.courses.update(courses)


@blueprint.get("/")
def tools() -> ResponseReturnValue:
    """List the tools that registered themselves."""
    return render_template("tools.html", installs=current_lms().installs.values(), rules=_RULES.values(), error="")


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Take a registration address, and open it in a frame."""
    lms = current_lms()
    address = request.form.get("address", "").strip()
    rules = _RULES.get(request.form.get("rules", "")) or abort(400)
    if not address.startswith(f"{lms.tool_url}/"):
        error = f"This small platform opens addresses of {lms.tool_url} only."
        return render_template("tools.html", installs=lms.installs.values(), rules=_RULES.values(), error=error), 422
    install = begin_install(lms, address, rules)
    return redirect(url_for("installing.adding", client_id=install.client_id), 303)


@blueprint.get("/<client_id>")
def adding(client_id: str) -> ResponseReturnValue:
    """Show the tool's registration page in a frame, until it says that it is done."""
    lms = current_lms()
    install = lms.installs.get(client_id) or abort(404)
    if install.is_token_used:
        return redirect(url_for("installing.tools"), 303)
    parts = urlsplit(lms.tool_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return render_template("adding.html", install=install, address=tool_address(lms, install), tool_origin=origin)


@blueprint.post("/<client_id>/activate")
def switch_on(client_id: str) -> ResponseReturnValue:
    """Switch a pending tool on."""
    install = current_lms().installs.get(client_id) or abort(404)
    activate(current_lms(), install)
    return redirect(url_for("installing.tools"), 303)


@blueprint.post("/<client_id>/again")
def again(client_id: str) -> ResponseReturnValue:
    """Let a known tool register anew: the same client id comes back (Moodle's "update")."""
    lms = current_lms()
    install = lms.installs.get(client_id) or abort(404)
    begin_install(lms, request.form.get("address", "").strip() or install.address, install.rules, update=client_id)
    return redirect(url_for("installing.adding", client_id=client_id), 303)
