"""docs/settings.md and config/example.env say of every setting what lti_tool/settings.py says."""

import ast
import base64
import re
import secrets

import pytest
from documents import ROOT, rows

from lti_tool.settings import PREFIX, Settings, SettingsFaulty

SOURCE = ROOT / "lti_tool/settings.py"
EXAMPLE = ROOT / "config/example.env"
FIELDS = list(Settings.model_fields)


def meanings() -> dict[str, str]:
    """Return the sentence below each field, on one line."""
    tree = ast.parse(SOURCE.read_text())
    settings = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    found = {}
    for field, sentence in zip(settings.body, settings.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(sentence, ast.Expr):
            found[field.target.id] = " ".join(ast.literal_eval(sentence.value).split()).replace("``", "`")
    return found


def default(field: str) -> str:
    """Return a field's default as an operator would write it."""
    info = Settings.model_fields[field]
    if info.is_required():
        return "required"
    if info.default in (frozenset(), ()):
        return "empty"
    if isinstance(info.default, tuple):
        return f"`{','.join(info.default)}`"
    return f"`{info.default}`"


def allowed(field: str) -> str:
    """Return the limits of a field in words, empty if it has none."""
    schema = Settings.model_json_schema()["properties"][field]
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    lower, upper, above = (schema.get(key) for key in ("minimum", "maximum", "exclusiveMinimum"))
    if above is not None:
        return f"above {above:g}, at most {upper:g}"
    if schema["type"] in ("integer", "number"):
        return f"{lower} to {upper}" if upper is not None else f"at least {lower}"
    return ""


@pytest.mark.parametrize("field", FIELDS)
def test_a_setting_stands_in_the_document_as_it_is_in_the_code(field):
    (row,) = [row for row in rows("docs/settings.md", "## Every setting") if row[0] == f"`{PREFIX}{field.upper()}`"]

    assert row == [f"`{PREFIX}{field.upper()}`", default(field), allowed(field), meanings()[field]]


def test_the_document_names_no_setting_that_does_not_exist():
    listed = [row[0].strip("`") for row in rows("docs/settings.md", "## Every setting")]

    assert listed == [f"{PREFIX}{field.upper()}" for field in FIELDS]


@pytest.mark.parametrize("field", FIELDS)
def test_a_setting_stands_in_the_example_with_its_meaning_and_its_default(field):
    blocks = EXAMPLE.read_text().split("\n\n")
    (block,) = [block for block in blocks if re.search(rf"^#?{PREFIX}{field.upper()}=", block, re.M)]
    comment = " ".join(line.removeprefix("# ") for line in block.splitlines() if line.startswith("# "))
    assignment = block.splitlines()[-1]

    assert meanings()[field] in comment
    if Settings.model_fields[field].is_required():
        assert assignment.startswith(f"{PREFIX}{field.upper()}=")
    else:
        value = default(field).strip("`").replace("empty", "")
        assert assignment == f"#{PREFIX}{field.upper()}={value}"


def test_the_example_names_no_setting_that_does_not_exist():
    listed = re.findall(rf"^#?({PREFIX}\w+)=", EXAMPLE.read_text(), re.M)

    assert listed == [f"{PREFIX}{field.upper()}" for field in FIELDS]


@pytest.fixture
def example(monkeypatch):
    for line in EXAMPLE.read_text().splitlines():
        if line and not line.startswith("#"):
            variable, _, value = line.partition("=")
            monkeypatch.setenv(variable, value)
    return monkeypatch


def test_the_example_holds_no_secret_that_would_do(example):
    with pytest.raises(SettingsFaulty) as refused:
        Settings.load()

    assert re.findall(rf"{PREFIX}(\w+):", str(refused.value)) == ["SECRET_KEY", "ENCRYPTION_KEYS"]


def test_the_example_with_its_secrets_filled_in_is_accepted(example):
    example.setenv(f"{PREFIX}SECRET_KEY", secrets.token_urlsafe(48))
    example.setenv(f"{PREFIX}ENCRYPTION_KEYS", "2026:" + base64.b64encode(secrets.token_bytes(32)).decode())

    settings = Settings.load()

    assert settings.base_url == "https://mentoring.example.edu"
