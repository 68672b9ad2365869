"""A person without a mouse: goes from stop to stop with Tab, answers by keys, and sees at each where they are."""

from typing import Any

from browser_walk import Walk
from playwright.sync_api import Locator, expect

EYES = """(() => {
  const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";
  // What is troubling about the stops so far, and whether this page was left; a new page has new eyes.
  const eyes = (window.eyes = { trouble: [], left: false });
  const called = (stop) => `${stop.tagName} ${stop.id || stop.name || stop.textContent.trim().slice(0, 40)}`;
  const isRing = (each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  // A radio or a tick box may show the ring on its label.
  const own = (stop) => [stop, stop.closest("label"), stop.nextElementSibling].filter(Boolean);
  const isSeen = (each) => each.checkVisibility({ visibilityProperty: true });
  const isStop = (each) => each.tabIndex >= 0 && !each.disabled && each.type !== "hidden" && isSeen(each);
  const group = (each) => (each.type === "radio" ? each.name : each);
  const here = () => (document.hasFocus() ? document.activeElement : document.body);

  eyes.inSight = () => {
    const box = document.activeElement.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  };

  eyes.look = () => {
    const stop = document.activeElement;
    if (stop === document.body || stop.tabIndex < 0) return;
    if (!own(stop).some(isRing)) eyes.trouble.push(`no focus ring on ${called(stop)}`);
    if (!eyes.inSight()) eyes.trouble.push(`${called(stop)} has the focus out of sight`);
  };

  // How often to press Tab from here to a stop; below zero with Shift.
  eyes.away = (target) => {
    const from = here();
    if (from === target || (target.type === "radio" && group(from) === group(target))) return 0;
    const before = new Set(), between = new Set();
    const isBehind = from !== document.body && from.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING;
    const [first, last] = isBehind ? [target, from] : [from, target];
    for (const each of document.querySelectorAll(STOPS)) {
      if (!isStop(each)) continue;
      const isAfter = first === document.body || first.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
      const isBefore = each.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isAfter && isBefore) between.add(group(each));
    }
    between.delete(group(first));
    between.delete(group(last));
    return (isBehind ? -1 : 1) * (between.size + 1);
  };

  eyes.named = (name) => document.querySelector(`form [name="${name}"]:not([type=hidden])`);

  // The fields of an answer in the order of the page, each with what is to be pressed or typed there.
  eyes.plan = (answer) => {
    const names = Object.keys(answer);
    const fields = names.map((name) => [name, eyes.named(name)]);
    const missing = fields.filter(([, field]) => !field).map(([name]) => name);
    if (missing.length) throw new Error(`no such field here: ${missing}`);
    fields.sort(([, one], [, other]) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
    return fields.map(([name]) => name);
  };

  eyes.keys = (name, given) => {
    const field = eyes.named(name);
    const arrow = (away) => Array(Math.abs(away)).fill(away < 0 ? "ArrowUp" : "ArrowDown");
    if (field.type === "checkbox") return { keys: field.checked === (given === "yes") ? [] : ["Space"] };
    if (field.type === "radio") {
      const all = [...document.querySelectorAll(`input[name="${name}"]`)];
      const wanted = all.findIndex((each) => each.value === given);
      const away = wanted - all.indexOf(document.activeElement);
      return { keys: away ? arrow(away) : all[wanted].checked ? [] : ["Space"] };
    }
    if (field.tagName === "SELECT")
      return { keys: arrow([...field.options].findIndex((each) => each.value === given) - field.selectedIndex) };
    return { keys: field.value ? ["Control+A"] : [], text: given };
  };

  eyes.differ = (answer) =>
    Object.entries(answer).filter(([name, given]) => {
      const field = eyes.named(name);
      if (field.type === "radio") return document.querySelector(`input[name="${name}"]:checked`)?.value !== given;
      return (field.type === "checkbox" ? (field.checked ? "yes" : "") : field.value) !== given;
    });

  // What is troubling on the page that is about to be left.
  eyes.leave = () => {
    eyes.look();
    const stop = document.activeElement;
    const others = [...document.querySelectorAll("body *")].filter((each) => isRing(each) && !own(stop).includes(each));
    for (const each of others) eyes.trouble.push(`a ring on ${called(each)} while ${called(stop)} has the focus`);
    eyes.left = true;
    return eyes.trouble.splice(0);
  };

  let back = false;
  let last = null;
  addEventListener("keydown", (event) => {
    back = event.shiftKey;
    if (event.key !== "Tab") return;
    eyes.look();
    last = document.activeElement;
  }, true);
  addEventListener("focusin", ({ target }) => {
    const way = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    if (last && last !== document.body && last !== target && !(last.compareDocumentPosition(target) & way))
      eyes.trouble.push(`Tab goes from ${called(last)} ${back ? "forwards" : "backwards"} to ${called(target)}`);
    last = null;
  }, true);
})();"""
ARRIVED = "() => window.eyes && !eyes.left && document.readyState === 'complete'"
MOST_ROUNDS = 12
MOST_STOPS = 60
TYPED = 3
"""So many letters of a text are typed one by one; the rest comes at once, as from a keyboard that completes words."""


class Keys:
    """The keyboard; every stop of the focus is looked at, and must come in the order of the page."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        walk.page.add_init_script(EYES)

    def to(self, target: Locator) -> None:
        """Press Tab until the target has the focus: as often as it should take, then as often as it still takes."""
        for _ in range(MOST_ROUNDS):
            away = target.evaluate("each => eyes.away(each)")
            if not away:
                self.refuse_trouble()
                return
            self.press(*["Tab" if away > 0 else "Shift+Tab"] * abs(away))
        raise AssertionError(f"no way by Tab to {target}")

    def go(self, target: Locator) -> None:
        """Press Enter on a target, and wait for the page that comes: the focus is where its news begins."""
        self.to(target)
        self.walk.inner.wait_for_function("() => eyes.inSight()")  # at once, or when the page has settled
        trouble = self.walk.inner.evaluate("eyes.leave()")
        assert not trouble, trouble
        self.press("Enter")
        self.walk.inner.wait_for_function(ARRIVED)
        expect(self.walk.tool.locator("[tabindex='-1']:focus, main input:focus")).to_be_visible()

    def answer(self, given: dict[str, str]) -> None:
        """Give these answers to the fields of the page, one after another as they stand there."""
        for name in self.walk.inner.evaluate("answer => eyes.plan(answer)", given):
            field = self.field(name)
            if field.evaluate("each => each.closest('details:not([open])') !== null"):
                self.to(field.locator("xpath=ancestor::details/summary"))
                self.press("Enter")
            self.to(field)
            self._give(field, name, given[name])
        differ = self.walk.inner.evaluate("answer => eyes.differ(answer)", given)
        assert not differ, differ

    def field(self, name: str) -> Locator:
        """Return the control of a field of the page's form; of radios, the first."""
        return self.walk.tool.locator(f"form [name='{name}']:not([type=hidden])").first

    def _give(self, field: Locator, name: str, given: str) -> None:
        """Press or type what makes this the answer of the field that has the focus."""
        if field.get_attribute("type") == "date":
            self._type_date(field, given)
            return
        how: dict[str, Any] = self.walk.inner.evaluate("([name, given]) => eyes.keys(name, given)", [name, given])
        self.press(*how["keys"])
        text = str(how.get("text", ""))
        self.walk.page.keyboard.type(text[:TYPED])
        if len(text) > TYPED:  # to give nothing would take away what is marked
            self.walk.page.keyboard.insert_text(text[TYPED:])

    def _type_date(self, field: Locator, given: str) -> None:
        """Type a date with the month first or the day first, as this machine has it."""
        year, month, day = given.split("-")
        for digits in (month + day + year, day + month + year):
            self.press("ArrowLeft", "ArrowLeft")
            self.walk.page.keyboard.type(digits)
            if field.input_value() == given:
                return

    def out_of_the_frame(self) -> None:
        """Press Tab until the focus is in the LMS again, behind the frame."""
        for _ in range(MOST_STOPS):
            self.press("Tab")
            if not self._is_in_frame():
                self.refuse_trouble()
                return
        raise AssertionError("the frame is a trap")

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self.walk.page.keyboard.press(key)

    def refuse_trouble(self) -> None:
        """Refuse stops that could not be seen, or did not come in the order of the page."""
        trouble = self.walk.inner.evaluate("eyes.trouble.splice(0)")
        assert not trouble, trouble

    def _is_in_frame(self) -> bool:
        return bool(self.walk.page.evaluate("document.activeElement.tagName === 'IFRAME'"))
