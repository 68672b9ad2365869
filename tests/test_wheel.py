"""The wheel that a server installs: complete, and able to prepare an empty database."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from stage import ENCRYPTION_KEYS, SECRET_KEY

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".tools/bin/uv"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [UV, "build", "--wheel", "--build-constraints", "requirements/build.txt", "--require-hashes", "-o", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_carries_everything_that_runs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "lti_tool/_migrations/versions/0001_institutions.py",
        "lti_tool/content/fundamentals/workshop.yaml",
        "lti_tool/demo_lms/templates/course.html",
        "lti_tool/static/css/three-steps.css",
        "lti_tool/static/vendor/htmx.min.js",
        "lti_tool/templates/learn/home.html",
    } <= names
    assert {name.split("/")[0] for name in names} == {"lti_tool", "lti_tool-0.1.0.dist-info"}


def test_installed_in_an_empty_environment_it_prepares_a_database(wheel, tmp_path):
    here = {"cwd": tmp_path, "check": True, "capture_output": True, "text": True}
    subprocess.run([UV, "venv", "-q", "server"], **here)
    requirements = ["--require-hashes", "-r", ROOT / "requirements/runtime.txt"]
    subprocess.run([UV, "pip", "install", "-q", "--python", "server", "--no-build", *requirements], **here)
    subprocess.run([UV, "pip", "install", "-q", "--python", "server", "--no-deps", wheel], **here)
    environment = {
        **os.environ,
        "LTI_TOOL_BASE_URL": "https://mentoring.example.edu",
        "LTI_TOOL_SECRET_KEY": SECRET_KEY,
        "LTI_TOOL_ENCRYPTION_KEYS": ENCRYPTION_KEYS,
    }

    made = subprocess.run(["server/bin/lti-tool", "upgrade"], env=environment, **here)
    again = subprocess.run(["server/bin/lti-tool", "upgrade"], env=environment, **here)

    assert "Signing keys made: 2." in made.stdout
    assert "Signing keys made: 0." in again.stdout
    assert (tmp_path / "three-steps.sqlite").exists()


def test_without_settings_a_command_names_what_is_missing(tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LTI_TOOL_")}
    run = subprocess.run(
        [ROOT / ".venv/bin/lti-tool", "upgrade"], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
    )

    assert run.returncode == 2
    assert "LTI_TOOL_BASE_URL" in run.stderr
    assert "Traceback" not in run.stderr
