"""Everything an operator can set.

Field ``x`` is read from ``LTI_TOOL_X``, or from the file that ``LTI_TOOL_X_FILE`` names.
"""

import base64
import binascii
import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "LTI_TOOL_"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SettingsFaulty(Exception):
    """Some settings are missing or wrong; the text names each variable, never its value."""


class FilesSource(PydanticBaseSettingsSource):
    """Reads ``LTI_TOOL_X_FILE``: the way secrets come in containers and systemd credentials."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the text of the file for one field, or None."""
        path = os.environ.get(f"{PREFIX}{field_name}_FILE".upper())
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the values of all fields that come from files."""
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def split(value: object) -> object:
    """Turn ``a, b`` into a list; anything else stays."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def read_terms(value: object) -> object:
    """Turn ``word: other, word: other`` into pairs."""
    if not isinstance(value, str):
        return value
    pairs = [tuple(side.strip() for side in part.split(":")) for part in value.split(",") if part.strip()]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise ValueError("write a word, a colon and the other word, separated by commas")
    return tuple(pairs)


def read_keys(value: object) -> object:
    """Turn ``id:base64, id:base64`` into a mapping, in order; the first key seals, all open."""
    if not isinstance(value, str):
        return value
    keys: dict[str, bytes] = {}
    for part in value.split(","):
        name, _, text = part.strip().partition(":")
        try:
            keys[name] = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise ValueError("write keys as id:base64, separated by commas") from None
    return keys


class Settings(BaseSettings):
    """The settings of one installation. A bad value stops the start and is named."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    base_url: str
    """Where browsers and platforms reach the tool: scheme, host and port, no path. https, except on localhost."""
    secret_key: Annotated[list[SecretStr], NoDecode, BeforeValidator(split)] = Field(min_length=1)
    """Signs sign-ins in progress. At least 32 characters; several, separated by commas, to rotate: the first signs."""
    encryption_keys: Annotated[dict[str, bytes], NoDecode, BeforeValidator(read_keys)] = Field(min_length=1, repr=False)
    """Seals answers and private keys: ``id:base64`` of 32 bytes each; several to rotate: the first seals."""
    database_url: str = "sqlite:///three-steps.sqlite"
    """SQLite on one machine, or ``postgresql://…`` for several."""
    private_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(split)] = frozenset()
    """``host:port`` of platforms on private addresses; plain http is allowed for exactly these."""
    workshops: Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)] = Field(("fundamentals",), min_length=1)
    """Folders of the workshops that are offered, in order; `fundamentals` is the one that comes with the tool."""
    terms: Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(read_terms)] = ()
    """Words that the workshops' texts say otherwise here: `resident: nurse, residents: nurses`."""
    trusted_proxies: int = Field(0, ge=0, le=5)
    """How many proxies stand in front and may say who asked (``X-Forwarded-*``)."""
    bind: str = "127.0.0.1:8000"
    """Where ``lti-tool run`` listens."""
    web_threads: int = Field(8, ge=1, le=64)
    """Requests that one web process works on at once."""
    visit_idle_minutes: int = Field(120, ge=5)
    """A visit ends after this long without a request."""
    visit_hours: int = Field(12, ge=1)
    """A visit ends after this long in any case."""
    work_threads: int = Field(16, ge=1, le=64)
    """Platforms, or scores to one platform, that one worker serves at once."""
    grade_lease_seconds: int = Field(60, ge=15)
    """How long a worker may hold one delivery before another may take it; longer than one request may last."""
    grade_retry_scale: float = Field(1.0, gt=0, le=1)
    """Scales our own waits between tries (tests); never a platform's ``Retry-After``."""
    compare_hour: int = Field(2, ge=0, le=23)
    """From this hour on, in UTC, gradebooks are compared every night with what was sent."""
    pseudo_locales: bool = False
    """Lets a browser ask for `en-XA` (long) or `ar-XB` (right to left): English in disguise, to test pages with."""
    log_format: Literal["json", "text"] = "json"
    """One JSON object a line, or readable text."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then files."""
        return init_settings, env_settings, FilesSource(settings_cls)

    @field_validator("base_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        url = urlsplit(value.rstrip("/"))
        if not url.hostname or url.path or url.query or url.scheme not in ("https", "http"):
            raise ValueError("write an address like https://mentoring.example.edu, without a path")
        if url.scheme == "http" and url.hostname not in LOOPBACK:
            raise ValueError("platforms and browsers need https")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _long(cls, value: list[SecretStr]) -> list[SecretStr]:
        if any(len(secret.get_secret_value()) < 32 for secret in value):
            raise ValueError("use at least 32 characters")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _aes_256(cls, value: dict[str, bytes]) -> dict[str, bytes]:
        if any(len(key) != 32 or not 1 <= len(name) <= 32 for name, key in value.items()):
            raise ValueError("each key is 32 bytes in base64, with an id of 1 to 32 characters before the colon")
        return value

    @classmethod
    def load(cls, **values: Any) -> Self:
        """Read the settings from the environment; ``values`` go first.

        :raise SettingsFaulty: naming every variable that is missing or wrong.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            faults = [f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
            raise SettingsFaulty("\n".join(faults)) from None
        except OSError as error:
            raise SettingsFaulty(f"a file named by {PREFIX}…_FILE cannot be read: {error.strerror}") from None

    @property
    def secrets(self) -> list[str]:
        """The signing secrets in clear, newest first."""
        return [secret.get_secret_value() for secret in self.secret_key]
