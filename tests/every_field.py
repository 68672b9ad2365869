"""Every field of a page's form, read from the page itself: a field that is new tomorrow cannot be forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lxml.html import HtmlElement
from stage import Browser, Page, hidden

TEXT, NUMBER, DATE, CHOICE, TICK = "text", "number", "date", "choice", "tick"


@dataclass(frozen=True, kw_only=True)
class Field:
    """What somebody can type, choose or tick: what stands in it now, and what it offers."""

    name: str
    kind: str
    now: str
    offered: tuple[str, ...] = ()

    def another(self, typed: Callable[[], str], place: int) -> str:
        """Return something else that somebody could give; of what is offered, what stands at this place."""
        if self.kind == TEXT:
            return typed()
        if self.kind == DATE:
            return (date.fromisoformat(self.now or "2026-11-30") + timedelta(days=1)).isoformat()
        if self.kind == NUMBER:
            return "7" if self.now != "7" else "8"
        if self.kind == TICK:
            return "" if self.now else self.offered[-1]
        others = [each for each in self.offered if each and each != self.now]
        return others[place] if others else self.now


def fields_of(page: Page) -> dict[str, Field]:
    """Return the fields of the page's form by name."""
    found: dict[str, Field] = {}
    for tag in page.tree.xpath("//*[@name][self::input[not(@type='hidden')] or self::select or self::textarea]"):
        before = found.get(tag.name)
        field = _field(tag)
        if before:  # one more radio of a group
            field = Field(**{**vars(before), "offered": before.offered + field.offered, "now": before.now or field.now})
        found[field.name] = field
    return found


def _field(tag: HtmlElement) -> Field:
    name, type_ = tag.name, tag.get("type")
    if tag.tag == "select":
        chosen = next(iter(tag.xpath(".//option[@selected]") or tag.xpath(".//option")))
        return Field(name=name, kind=CHOICE, now=chosen.get("value"), offered=tuple(tag.xpath(".//option/@value")))
    if type_ in ("radio", "checkbox"):
        now = tag.get("value") if "checked" in tag.attrib else ""
        offered = (tag.get("value"),) if type_ == "radio" else ("", tag.get("value"))
        return Field(name=name, kind=CHOICE if type_ == "radio" else TICK, now=now, offered=offered)
    if tag.tag == "textarea":
        return Field(name=name, kind=TEXT, now=tag.text_content().removeprefix("\n"))
    kind = DATE if type_ == "date" else NUMBER if tag.get("inputmode") == "numeric" else TEXT
    return Field(name=name, kind=kind, now=tag.get("value", ""))


def change_everything(learner: Browser, path: str, typed: Callable[[], str], *, last: bool = False) -> bool:
    """Change every field of a page by autosave, and look whether each is there when the page is opened again.

    ``last``: choose the last of what a field offers, where only so many may be at the first. Return whether the page
    saves by itself at all.
    """
    page = _opened(learner, path)
    fields = fields_of(page)
    given = {name: field.another(typed, -1 if last else 0) for name, field in fields.items()}
    # Who mainly helps with an area is not also asked whether they help with it.
    mains = [(name.removesuffix("-main"), area) for name, area in given.items() if name.endswith("-main")]
    given |= {f"{who}-area-{area}": "" for who, area in mains if f"{who}-area-{area}" in given}
    saves_itself = bool(page.tree.xpath("//form[@data-autosave]"))
    if fields and saves_itself:
        save_by_script(learner, page, {name: text for name, text in given.items() if text or fields[name].kind != TICK})
        after = {name: field.now for name, field in fields_of(_opened(learner, path)).items()}
        lost = {name: (text, after.get(name)) for name, text in given.items() if after.get(name) != text}
        assert lost == {}, path
    return saves_itself


def _opened(learner: Browser, path: str) -> Page:
    # Not inspected again: the walk has seen these pages.
    return Page(learner.get(path).text)


def save_by_script(learner: Browser, page: Page, given: dict[str, str]) -> None:
    """Send what autosave would send of this page with these answers in it."""
    (address,) = page.tree.xpath("//form/@data-autosave")
    beside = hidden(page)
    token, version = beside.pop("csrf_token"), beside.pop("version")
    beside.pop("screen", None)
    body = {"version": int(version), "value": {**beside, **given}}
    response = learner.put(address, body, token)
    assert response.status_code == 200, f"{address}: {response.text}"
