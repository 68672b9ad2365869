"""config/nginx.conf fits what the tool expects of a proxy in front of it."""

import re

from documents import ROOT
from stage import make_settings

from lti_tool.app import create_app

LINES = [line.strip() for line in (ROOT / "config/nginx.conf").read_text().splitlines()]
CONF = [line for line in LINES if line and not line.startswith("#")]


def test_the_proxy_takes_bodies_as_long_as_the_tool_does():
    app = create_app(make_settings("sqlite://"))

    assert f"client_max_body_size {app.config['MAX_CONTENT_LENGTH'] // 1024 // 1024}m;" in CONF


def test_the_proxy_says_who_asked_and_how():
    passed = {found[1] for line in CONF if (found := re.match(r"proxy_set_header (\S+) ", line))}

    assert passed >= {"Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}


def test_the_proxy_does_not_forbid_the_frame_that_the_tool_lives_in():
    assert [line for line in CONF if "x-frame-options" in line.lower()] == []


def test_the_proxy_logs_no_query_and_no_request_line():
    (format_,) = re.findall(r"log_format .*?;", " ".join(CONF))

    assert not re.search(r"\$(request|request_uri|uri|args|query_string|http_referer)\b", format_)


def test_the_proxy_logs_no_code_of_an_invitation():
    (rules,) = re.findall(r"map \$uri \$three_steps_path \{ (.*?) \}", " ".join(CONF))
    pattern, written = re.match(r"~(\S+) (\S+);", rules).groups()

    assert [bool(re.search(pattern, path)) for path in ("/lti/register/c0de", "/lti/launch")] == [True, False]
    assert written == "/lti/register/-"
    assert rules.endswith("default $uri;")


def test_every_block_is_closed():
    text = re.sub(r"\$\{\w+\}", "", "\n".join(CONF))

    assert text.count("{") == text.count("}") > 0
    assert all(line.endswith((";", "{", "}", "'")) for line in CONF)
