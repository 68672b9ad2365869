"""The Moodle-like rules against a record of what a real Moodle 4.5.6 made of answers to its deep linking requests."""

import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from lti_tool.demo_lms.choosing import begin_choosing
from lti_tool.demo_lms.claims import CLAIM, DEEP_LINKING

CASES = json.loads((Path(__file__).parents[1] / "samples/moodle-4.5/deeplink-cases.json").read_text("utf-8"))
DEFAULT = "Probe tool"
"""How the recorded Moodle called the tool, and with it what had no title."""
KINDS = {"plain link item": "link", "html item": "html"}
MOVED = {"expired": {"exp": -60}, "iat 30 s ahead": {"iat": 30}}
OTHER = {
    "aud wrong": {"aud": "somebody else"},
    "iss wrong": {"iss": "somebody else"},
    "deployment wrong": {CLAIM + "deployment_id": "99"},
}
UNSAVED = "dates, review, icon"
"""Of this one only the filled form is on record. Its fields are hidden and have no rule that could refuse them."""
IGNORED = {
    "available": {"startDateTime": "2026-11-01T08:00:00Z"},
    "submission": {"endDateTime": "2026-12-01T08:00:00Z"},
    "icon": {"url": "https://tool.test:9443/icon.png", "width": 50, "height": 50},
}
"""What Moodle 4.5.6 drops, so that it is on no record."""


def items(name: str) -> list[dict[str, Any]]:
    """Rebuild what was sent from the form that Moodle filled with it; of several, from the activities it made."""
    form = CASES[name].get("form") or {"name": name, "accept": False}
    if CASES[name].get("summary"):
        return [graded({"title": made["name"]}, *made["gbs"]) for made in CASES[name]["made"]]
    sent = {"type": KINDS.get(name, "ltiResourceLink"), "title": form.get("name"), "url": form.get("toolurl")}
    if form["accept"]:
        sent = graded(sent, [form["lineitemresourceid"], form["lineitemtag"], "", form["grade[modgrade_point]"]])
    if name == UNSAVED:
        sent = {**sent, **IGNORED}
        sent["lineItem"]["submissionReview"] = {"url": form["lineitemsubreviewurl"]}
    return [{key: value for key, value in sent.items() if value not in ("", DEFAULT)}] if sent["title"] else []


def graded(item: dict[str, Any], *columns: list[str]) -> dict[str, Any]:
    """Ask for a column, if there was one."""
    lines = [{"scoreMaximum": float(row[3]), "resourceId": row[0], "tag": row[1]} for row in columns]
    return {"type": "ltiResourceLink", **item, **({"lineItem": lines[0]} if lines else {})}


def made_of(case: dict[str, Any]) -> list[Any]:
    """What the real Moodle made: names, and of their columns resource, tag and points."""
    if case is CASES[UNSAVED]:
        form = case["form"]
        column = [form["lineitemresourceid"], form["lineitemtag"], float(form["grade[modgrade_point]"])]
        return [(form["name"], [column])]
    return [(made["name"], [[*row[:2], float(row[3])] for row in made["gbs"]]) for made in case.get("made") or []]


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_recorded_answer_makes_what_moodle_made_or_is_refused_as_there(tool, lms, moodle, name):
    begin_choosing(lms, moodle, moodle.people["ines"])
    now, before = int(time.time()), set(moodle.links)
    claims = {"iss": moodle.registration.client_id, "aud": lms.issuer, "iat": now - 5, "exp": now + 60, "nonce": name}
    claims |= {CLAIM + "message_type": "LtiDeepLinkingResponse", CLAIM + "version": "1.3.0"}
    claims |= {CLAIM + "deployment_id": moodle.registration.deployment_id, DEEP_LINKING + "content_items": items(name)}
    claims |= OTHER.get(name, {}) | {claim: now + seconds for claim, seconds in MOVED.get(name, {}).items()}
    signed = jwt.encode(claims, tool.key, "RS256", headers={"kid": tool.kid})

    answer = requests.post(f"{lms.base_url}/content/{list(lms.choosers)[-1]}", data={"JWT": signed}, timeout=10)

    added = [link for key, link in moodle.links.items() if key not in before]
    found = [
        (
            link.title,
            [[column.resource_id or "", column.tag or "", column.maximum] for column in moodle.columns_of(link)],
        )
        for link in added
    ]
    refused = {"save", "modal stays"} & CASES[name].keys() if name != UNSAVED else None
    assert answer.status_code == (400 if refused else 200), answer.text
    assert [(title.replace("Three Steps", DEFAULT), columns) for title, columns in found] == made_of(CASES[name])
