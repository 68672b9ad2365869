"""The whole workshop in a browser without a mouse: the same answers as over HTTP, each given by keyboard."""

import re

from browser_keys import Keys
from browser_walk import Walk
from playwright.sync_api import Locator, expect
from whole_walk import Walk as Answers


class WholeWalk(Answers):
    """One learner's way through the workshop in the frame; only Tab, Shift+Tab, arrows, Space, Enter and letters."""

    def __init__(self, walk: Walk, keys: Keys) -> None:
        super().__init__(None)  # no browser of a test: a real one
        self.walk = walk
        self.keys = keys

    def press(self, activity_id: str, do: str, *, screen: str = "", **fields: str) -> str:
        """Go to a page of an activity, fill it in, press a button, and return where it leads."""
        self._to_activity(activity_id)
        self._to_screen(screen)
        for _ in range(int(fields.pop("lines", "0")) - self._lines()):
            self.keys.go(self._button("add"))
        self.keys.answer(fields)
        self.keys.go(self._button(do))
        expect(self.walk.tool.get_by_role("alert")).to_have_count(0)
        return self.walk.inner.url

    def home(self) -> None:
        """Go to the list of all modules."""
        self.keys.go(self.walk.link("All modules"))
        expect(self.walk.heading).to_have_text(self.walk.stage.tool.workshop(None).title)

    def _to_activity(self, activity_id: str) -> None:
        """Follow the button that goes on, or the link to the next page, or find it in the list of all modules."""
        tool = self.walk.tool
        if re.search(rf"/activities/{re.escape(activity_id)}(\?|#|$)", self.walk.inner.url):
            return
        onward = [f".actions a.button[href$='/{activity_id}']", f"main a[href$='/activities/{activity_id}']"]
        found = next((tool.locator(each) for each in onward if tool.locator(each).count()), None)
        if found is None:
            self.home()
            found = tool.locator(onward[-1])
        self.keys.go(found.first)
        self.walk.is_at(activity_id)

    def _to_screen(self, screen: str) -> None:
        """Press the buttons of an activity until one of its screens is shown."""
        while screen and (shown := self._hidden("screen")) != screen:
            straight = self._button(f"go:{screen}")
            onward = self.walk.tool.locator(".actions button.button[value^='go:']").first
            self.keys.go(straight if straight.count() else onward)
            assert self._hidden("screen") != shown, f"{shown} leads to itself instead of {screen}"

    def _button(self, do: str) -> Locator:
        """Return the button of the page that does something; of two alike, the one at the page's end."""
        return self.walk.tool.locator(f"button[name='do'][value='{do}']:not([tabindex='-1']):not([hidden])").last

    def _lines(self) -> int:
        return int(self._hidden("lines") or 0)

    def _hidden(self, name: str) -> str:
        found = self.walk.tool.locator(f"form input[type=hidden][name='{name}']")
        return str(found.first.input_value()) if found.count() else ""
