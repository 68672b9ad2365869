"""What a bench file says: one platform, and the tools that are launched from it."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self


@dataclass
class Table:
    """A dataclass that is read from a TOML table, and refuses keys it does not know."""

    @classmethod
    def read(cls, table: dict[str, Any], where: str) -> Self:
        unknown = set(table) - {item.name for item in fields(cls)}
        if unknown:
            raise SystemExit(f"launchbench: unknown in [{where}]: {', '.join(sorted(unknown))}")
        return cls(**table)


@dataclass
class Platform(Table):
    """How the platform presents itself: the values to register in the tool."""

    listen: str = "127.0.0.1:9400"
    issuer: str = ""
    client_id: str = "launchbench"
    deployment_id: str = "1"
    kid: str = "launchbench-1"
    key_file: str = ".launchbench-key.pem"
    members: int = 1000
    page_size: int = 100
    token_lifetime: int = 3600

    def __post_init__(self) -> None:
        self.issuer = self.issuer or self.base

    @property
    def base(self) -> str:
        return f"http://{self.listen}"

    def registration(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "client_id": self.client_id,
            "deployment_id": self.deployment_id,
            "jwks_url": f"{self.base}/jwks",
            "auth_url": f"{self.base}/auth",
            "token_url": f"{self.base}/token",
        }


@dataclass
class Faults(Table):
    """What goes wrong at the platform's services, and how slow they are."""

    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    status: dict[str, float] = field(default_factory=dict)
    drop: float = 0.0
    retry_after: int = 0
    paths: list[str] = field(default_factory=lambda: ["/ags", "/nrps", "/token"])
    seed: int = 1


@dataclass
class Load(Table):
    """How many learners come, how, and what their id_tokens carry."""

    launches: int = 500
    warmup: int = 50
    concurrency: int = 4
    rate: float = 0.0
    users: int = 200
    role: str = "Learner"
    ags: bool = True
    nrps: bool = True
    message: str = "LtiResourceLinkRequest"
    lineitem_in_claim: bool = True
    contexts: int = 1
    links: int = 1
    custom: dict[str, str] = field(default_factory=dict)
    cookies: str = "send"
    keep_alive: bool = True
    timeout: float = 30.0


@dataclass
class Interstitial(Table):
    """A page a tool shows on the way, and what the browser does about it.

    ``resend`` sends the same request again with these parameters added (a
    JavaScript cookie check that reloads); ``submit`` submits the page's form.
    """

    match: str
    resend: dict[str, str] = field(default_factory=dict)
    submit: bool = False


@dataclass
class Action(Table):
    """A request the bench makes of the tool after a launch, such as "record a score".

    ``extract`` maps names to regular expressions, searched for in the launch's
    page; they, ``{score}``, ``{user}`` and every ``{query.NAME}`` of the final
    URL may be used in ``url`` and ``body``.
    """

    url: str
    method: str = "POST"
    body: str = ""
    content_type: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)
    extract: dict[str, str] = field(default_factory=dict)
    marker: str = ""
    scores: int = 1
    times: int = 1


@dataclass
class Target(Table):
    """One tool: where it is, what its page shows, and which processes it runs as."""

    login_url: str
    target_link_uri: str
    marker: str
    login_method: str = "POST"
    connect: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    interstitials: list[Interstitial] = field(default_factory=list)
    processes: dict[str, dict[str, Any]] = field(default_factory=dict)
    load: dict[str, Any] = field(default_factory=dict)
    grades: Action | None = None
    roster: Action | None = None
    name: str = ""

    @classmethod
    def read(cls, table: dict[str, Any], where: str) -> Self:
        parts: dict[str, Any] = {
            "interstitials": [
                Interstitial.read(item, f"{where}.interstitials") for item in table.get("interstitials", [])
            ]
        }
        for name in ("grades", "roster"):
            if name in table:
                parts[name] = Action.read(table[name], f"{where}.{name}")
        return super().read(table | parts, where)

    @property
    def address(self) -> tuple[str, int] | None:
        host, _, port = self.connect.rpartition(":")
        return (host, int(port)) if self.connect else None


@dataclass
class Bench:
    platform: Platform
    faults: Faults
    load: dict[str, Any]
    targets: dict[str, Target]

    @classmethod
    def load_file(cls, path: Path) -> Self:
        data = tomllib.loads(path.read_text())
        platform = Platform.read(data.get("platform", {}), "platform")
        if not Path(platform.key_file).is_absolute():
            platform.key_file = str(path.parent / platform.key_file)
        return cls(
            platform=platform,
            faults=Faults.read(data.get("faults", {}), "faults"),
            load=data.get("load", {}),
            targets={
                name: Target.read(table | {"name": name}, f"targets.{name}")
                for name, table in data.get("targets", {}).items()
            },
        )

    def load_for(self, target: Target, overrides: dict[str, Any]) -> Load:
        """The file's load, then the target's own, then the command line's."""
        return Load.read(self.load | target.load | overrides, "load")
