"""A person without a mouse: goes from stop to stop with Tab, and sees at each where they are."""

from typing import Any

from browser_walk import Walk
from playwright.sync_api import Frame, Locator

# The stop, whether it shows a ring of its own, and how many others seem to have one, too. A radio or a tick box may
# show it on its label.
LOOK = """() => {
  const stop = document.activeElement;
  const ring = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const own = [stop, stop.closest("label"), stop.nextElementSibling].filter(Boolean);
  const box = stop.getBoundingClientRect();
  const others = [...document.querySelectorAll("body *")].filter((each) => ring(each) && !own.includes(each));
  return {
    name: `${stop.tagName} ${stop.id || stop.name || stop.textContent.trim().slice(0, 40)}`,
    tag: stop.tagName,
    ring: own.some(ring),
    others: others.map((each) => `${each.tagName} ${each.className}`),
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""
MOST_STOPS = 60


class Keys:
    """The keyboard; every stop of the focus is looked at."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.stops: list[str] = []

    def to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        for _ in range(MOST_STOPS):
            if target.evaluate("each => each.matches(':focus')"):
                return
            self.press("Tab")
            self.look()
        raise AssertionError(f"no way by Tab to {target}; stops: {self.stops}")

    def out_of_the_frame(self) -> None:
        """Press Tab until the focus is in the LMS again, behind the frame."""
        for _ in range(MOST_STOPS):
            self.press("Tab")
            if self._document() is self.walk.page.main_frame:
                return
            self.look()
        raise AssertionError(f"the frame is a trap: {self.stops}")

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.walk.page.keyboard.press(key)

    def look(self) -> None:
        """Refuse a stop that cannot be seen."""
        seen: dict[str, Any] = self._document().evaluate(LOOK)
        self.stops.append(seen["name"])
        if seen["tag"] != "BODY":
            assert seen["ring"], f"no focus ring on {seen['name']}"
            assert not seen["others"], f"a ring elsewhere while {seen['name']} has the focus: {seen['others']}"
            assert seen["inside"], f"{seen['name']} has the focus out of sight"

    def _document(self) -> Frame:
        in_frame = self.walk.page.evaluate("document.activeElement.tagName === 'IFRAME'")
        return self.walk.inner if in_frame else self.walk.page.main_frame
