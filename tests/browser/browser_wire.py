"""Between the browser and the tool: which cookies a browser sends, and what is left when it sends none."""

from collections.abc import Callable, Iterable
from typing import Any

from stage import Stage

OLD_COOKIE = "unpartitioned=1; Path=/; Secure; HttpOnly; SameSite=None"
Start = Callable[..., Any]


class Wire:
    """Sits before the tool's app; tells requests of a frame from those of a window by what the browser says."""

    def __init__(self, stage: Stage) -> None:
        self._app = stage.app.wsgi_app
        stage.app.wsgi_app = self
        self.offers_old_cookie = False
        self.drops_cookies_in_frames = False
        self.cookies: dict[str, set[str]] = {"iframe": set(), "document": set()}
        """Names of the cookies that came with pages in a frame, and with pages in a window."""
        self.story: list[str] = []
        """Each request in a few words, for who wonders where a cookie came from."""
        self.fetched = 0
        self.set_by_fetches: set[str] = set()
        """Of what scripts in a frame fetched: how many answers there were, and which cookies those would have set."""

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Pass a request on."""
        shown_in = environ.get("HTTP_SEC_FETCH_DEST", "")
        # Chromium says so of what a frame on another site fetches.
        fetching = shown_in == "empty" and "HTTP_SEC_FETCH_STORAGE_ACCESS" in environ
        self.fetched += fetching
        dropping = self.drops_cookies_in_frames and (shown_in == "iframe" or fetching)
        if dropping:
            environ.pop("HTTP_COOKIE", None)
        sent = environ.get("HTTP_COOKIE", "").split("; ")
        names = {pair.split("=")[0] for pair in sent if pair}
        self.cookies.setdefault(shown_in, set()).update(names)
        access = environ.get("HTTP_SEC_FETCH_STORAGE_ACCESS", "all")
        self.story.append(f"{environ['PATH_INFO']} ({shown_in}, access to storage: {access}): {sorted(names)}")

        def answer(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if fetching:
                self.set_by_fetches |= {text.split("=")[0] for name, text in headers if name.lower() == "set-cookie"}
            kept = [pair for pair in headers if not (dropping and pair[0].lower() == "set-cookie")]
            old = [("Set-Cookie", OLD_COOKIE)] if self.offers_old_cookie else []
            return start(status, kept + old, *rest)

        return self._app(environ, answer)
