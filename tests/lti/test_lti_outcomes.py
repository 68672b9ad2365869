"""What answers mean: by status, by Canvas's and Moodle's words, and by the recorded answers of a real Moodle."""

import json
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from lti_tool.lti.http import Answer
from lti_tool.lti.outcomes import classify

SAMPLES = Path(__file__).parents[1] / "samples" / "moodle-4.5"
CANVAS_OLDER = (
    b'{"errors":{"type":"bad_request","message":"Provided timestamp of 2026-11-22T12:00:00.000Z '
    b'before last updated timestamp of 2026-11-22T12:00:07.000Z"}}'
)
CANVAS_BAD_TIME = b'{"errors":{"type":"bad_request","message":"Provided timestamp of x not a valid timestamp"}}'


def answer(status, body=b"", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=CaseInsensitiveDict(named), body=body)


@pytest.mark.parametrize(
    ("given_answer", "kind"),
    [
        (answer(200), "accepted"),
        (answer(200, b"anything at all"), "accepted"),
        (answer(200, b'{"resultUrl":"https://x"}'), "accepted"),
        (answer(200, b"", Content_Type="text/html"), "accepted"),
        (answer(200, b"{}", Content_Type="text/html"), "accepted"),
        (answer(201), "accepted"),
        (answer(202), "accepted"),
        (answer(204), "accepted"),
        (answer(200, b"<!DOCTYPE html><title>Log in</title>"), "trouble"),
        (answer(200, b"\xef\xbb\xbf \n<html>", Content_Type="application/json"), "trouble"),
        (answer(206), "trouble"),
        (answer(301), "misdirected"),
        (answer(302), "misdirected"),
        (answer(304), "misdirected"),
        (answer(400), "refused"),
        (answer(400, CANVAS_OLDER), "conflict"),
        (answer(400, CANVAS_BAD_TIME), "refused"),
        (answer(400, b"Refusing score with an earlier timestamp for item 2"), "conflict"),
        (answer(401), "unauthorized"),
        (answer(403), "forbidden"),
        (answer(403, b"403 Forbidden (Rate Limit Exceeded)\n"), "throttled"),
        (answer(403, b"", X_Rate_Limit_Remaining="0.0"), "throttled"),
        (answer(403, b"", X_Rate_Limit_Remaining="-12.5"), "throttled"),
        (answer(403, b"", X_Rate_Limit_Remaining="612.3"), "forbidden"),
        (answer(403, b"", X_Rate_Limit_Remaining="much"), "forbidden"),
        (answer(404), "gone"),
        (answer(405), "refused"),
        (answer(408), "trouble"),
        (answer(409), "conflict"),
        (answer(410), "gone"),
        (answer(412), "refused"),
        (answer(413), "our-fault"),
        (answer(415), "our-fault"),
        (answer(422), "refused"),
        (answer(425), "trouble"),
        (answer(429), "throttled"),
        (answer(500), "trouble"),
        (answer(502, b"<html>"), "trouble"),
        (answer(503), "trouble"),
        (answer(504), "trouble"),
    ],
)
def test_xg_an_answer_has_one_meaning(given_answer, kind):
    found = classify(given_answer)

    assert (found.kind, found.status) == (kind, given_answer.status)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("99999", 3600),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_xg_06_the_wait_is_read_in_both_forms_and_is_an_hour_at_most(header, seconds):
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False):
        assert classify(answer(429, b"", Retry_After=header)).retry_after == seconds


@given(status=st.integers(100, 599), body=st.binary(max_size=200), wait=st.text(max_size=30))
def test_any_answer_has_a_meaning(status, body, wait):
    found = classify(answer(status, body, Retry_After=wait, X_Rate_Limit_Remaining=wait))

    assert found.retry_after is None or 0 <= found.retry_after <= 3600


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("happy path 15/20", "accepted"),
        ("same second again", "conflict"),
        ("older timestamp (-1 h)", "conflict"),
        ("unknown user 99999", "refused"),
        ("teacher (not gradable)", "refused"),
        ("score with expired token", "unauthorized"),
        ("score to deleted lineitem", "gone"),
        ("userId not a number", "trouble"),
        ("score after grade lock", "trouble"),
        ("lineitem create", "accepted"),
        ("lineitem create resourceLinkId unknown", "forbidden"),
        ("lineitem delete standalone", "accepted"),
        ("results limit 2", "gone"),
    ],
)
def test_moodle_s_recorded_answers_are_understood(name, kind):
    samples = {s["name"]: s for s in json.loads((SAMPLES / "services.json").read_text(encoding="utf-8"))}
    sample = samples[name]

    found = classify(answer(sample["status"], sample["response"].encode(), **sample["headers"]))

    assert found.kind == kind
