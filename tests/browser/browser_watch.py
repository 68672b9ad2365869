"""What the pages of a browser ask for and complain about while a test walks through them."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request


class Watch:
    """Listens to every page of a context; ``expected`` holds parts of complaints that the test provokes itself."""

    def __init__(self, context: BrowserContext, ours: set[str]) -> None:
        self.ours = ours
        self.expected: set[str] = set()
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._request)

    def refuse_complaints(self) -> None:
        """Fail if a page complained in its console (policy violations land there) or asked a third party."""
        unexpected = [text for text in self.complaints if not any(part in text for part in self.expected)]
        assert not unexpected, "\n".join(unexpected)
        assert self.origins() <= self.ours

    def origins(self) -> set[str]:
        """Return the origins that pages asked."""
        parts = [urlsplit(address) for address in self.addresses if address.startswith(("http", "ws"))]
        return {f"{part.scheme}://{part.netloc}" for part in parts}

    def _request(self, request: Request) -> None:
        self.addresses.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")
