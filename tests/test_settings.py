"""Settings: a bad value stops the start and is named, but never shown."""

import base64
import secrets

import pytest

from lti_tool.settings import Settings, SettingsFaulty

KEY = "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()
GOOD = {
    "LTI_TOOL_BASE_URL": "https://mentoring.example.edu",
    "LTI_TOOL_SECRET_KEY": secrets.token_urlsafe(48),
    "LTI_TOOL_ENCRYPTION_KEYS": KEY,
}


@pytest.fixture
def environment(monkeypatch):
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_environment_is_read(environment):
    environment.setenv("LTI_TOOL_PRIVATE_HOSTS", "10.0.0.5:443, moodle.internal:8443")

    settings = Settings.load()

    assert settings.private_hosts == {"10.0.0.5:443", "moodle.internal:8443"}
    assert settings.secrets == [GOOD["LTI_TOOL_SECRET_KEY"]]


def test_a_secret_may_come_from_a_file(environment, tmp_path):
    (tmp_path / "secret").write_text("f" * 40 + "\n")
    environment.delenv("LTI_TOOL_SECRET_KEY")
    environment.setenv("LTI_TOOL_SECRET_KEY_FILE", str(tmp_path / "secret"))

    assert Settings.load().secrets == ["f" * 40]


def test_several_encryption_keys_keep_their_order(environment):
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    environment.setenv("LTI_TOOL_ENCRYPTION_KEYS", f"new:{other},{KEY}")

    assert list(Settings.load().encryption_keys) == ["new", "k1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://mentoring.example.edu"),
        ("BASE_URL", "https://mentoring.example.edu/tool"),
        ("BASE_URL", "just-a-name"),
        ("SECRET_KEY", "shortsecret"),
        ("ENCRYPTION_KEYS", "k1:bm90IDMyIGJ5dGVz"),
        ("ENCRYPTION_KEYS", "k1:%%%"),
        ("TRUSTED_PROXIES", "many"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_bad_value_is_named_and_not_shown(environment, name, value):
    environment.setenv(f"LTI_TOOL_{name}", value)

    with pytest.raises(SettingsFaulty) as faults:
        Settings.load()

    assert f"LTI_TOOL_{name}: " in str(faults.value)
    assert value not in str(faults.value)


def test_everything_missing_is_named_at_once(monkeypatch):
    for name in GOOD:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SettingsFaulty) as faults:
        Settings.load()

    assert all(name in str(faults.value) for name in GOOD)
