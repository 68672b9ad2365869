"""One tab that walks from the LMS's course page into the framed tool, and does the first module there."""

import re
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect
from stage import Stage

FIRST_MODULE = ("m0.welcome", "m0.privacy", "m0.start", "m0.what")


class Walk:
    """A tab; ``tool`` is the frame in it, or the tab itself once the tool was opened in a window of its own."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.stage = stage
        self._tool_url = stage.settings.base_url
        self.tool: FrameLocator | Page = page.frame_locator("iframe[data-fit]")

    @property
    def inner(self) -> Frame:
        """The document of the tool."""
        frames = [frame for frame in self.page.frames if frame.parent_frame]
        return next((frame for frame in frames if frame.url.startswith(self._tool_url)), self.page.main_frame)

    @property
    def heading(self) -> Locator:
        """The one heading of the tool's page."""
        return self.tool.get_by_role("heading", level=1)

    def lms(self, path: str = "/") -> None:
        """Open a page of the LMS."""
        self.page.goto(self.stage.lms_server.url + path)

    def launch(self, person: str = "mai", *, course: str = "moodle-m101", link: str = "as-they-go") -> None:
        """Open a link on the course page and wait for the first page of the visit, in a frame there."""
        self.open(person, course=course, link=link)
        expect(self.tool.locator("script[src*='/js/visit.js']")).to_be_attached()
        self.page.wait_for_load_state("networkidle")

    def open(self, person: str = "mai", *, course: str = "moodle-m101", link: str = "as-they-go") -> None:
        """Open a link on the course page, whatever comes of it."""
        self.tool = self.page.frame_locator("iframe[data-fit]")
        self.lms(f"/courses/{course}/as/{person}/activities/{link}")

    def launch_window(self, person: str = "mai", *, course: str = "moodle-m101", link: str = "as-they-go") -> None:
        """Open a link as a page of its own."""
        self.tool = self.page
        self.lms(f"/launch/{course}/{link}/as/{person}?target=window")
        self.page.wait_for_url(f"{self.stage.settings.base_url}/v/**")
        expect(self.heading).to_be_visible()

    def activity(self, activity_id: str) -> Any:
        """Return an activity as the workshop declares it."""
        return self.stage.tool.workshop(None).activity(activity_id)

    def link(self, name: str) -> Locator:
        """Return a link of the tool."""
        return self.tool.get_by_role("link", name=name)

    def button(self, name: str) -> Locator:
        """Return a button of the tool."""
        return self.tool.get_by_role("button", name=name, exact=True)

    def is_at(self, activity_id: str) -> None:
        """Wait until an activity's page is shown."""
        expect(self.heading).to_have_text(self.activity(activity_id).title)

    def go(self, activity_id: str) -> None:
        """Go to an activity by way of the list of all modules."""
        self.home()
        self.tool.get_by_role("list").get_by_role("link", name=self.activity(activity_id).title).first.click()
        self.is_at(activity_id)

    def home(self) -> None:
        """Go to the list of all modules, unless it is shown."""
        if self.link("All modules").count():
            self.link("All modules").click()
        expect(self.heading).to_have_text(self.stage.tool.workshop(None).title)

    def status(self) -> Locator:
        """Return the line that says whether the answer is saved."""
        return self.tool.get_by_role("status").filter(has_text=re.compile("saved|changed|ended", re.IGNORECASE))

    def rate(self, anchor: int = 3) -> None:
        """Rate all statements of m0.start alike; ``anchor`` is 1 to 5."""
        words = dict(self.activity("m0.start").content.scale)[anchor]
        for group in self.tool.get_by_role("group").all():
            group.get_by_text(words, exact=True).click()

    def sort(self, pile: str = "Mentor") -> None:
        """Put all cards on one pile."""
        for menu in self.tool.get_by_role("combobox").all():
            menu.select_option(label=pile)

    def finish(self, activity_id: str) -> None:
        """Do an activity of the first module that is shown, press its button, and wait for what follows."""
        if activity_id == "m0.welcome":
            self.button("Mark as read").click()
        elif activity_id == "m0.privacy":
            self.tool.get_by_role("checkbox").check()
            self.button("Save and continue").click()
        elif activity_id == "m0.start":
            self.rate()
            self.button("Save and continue").click()
        else:
            self.sort()
            self.button("Check").click()
            expect(self.button("Check again")).to_be_visible()
            return
        expect(self.heading).not_to_have_text(self.activity(activity_id).title)

    def first_module(self) -> None:
        """Do all of the first module, from the workshop's first page to its last check."""
        self.tool.get_by_role("link", name="Start", exact=True).click()
        for activity_id in FIRST_MODULE:
            self.is_at(activity_id)
            self.finish(activity_id)

    def rate_needs(self, *, in_full: bool = True) -> None:
        """Rate the needs area by area, or skip them all, and ask for the results."""
        areas = self.activity("m1.needs").content.areas
        for area in areas:
            expect(self.tool.get_by_role("heading", level=2, name=area.label)).to_be_visible()
            groups = self.tool.get_by_role("group").all() if in_full else []
            for place, group in enumerate(groups):
                group.get_by_role("radio").nth(1 if place % 2 else 4).check()
            self.button("Save and continue" if in_full else "Skip what is open here").click()
        self.button("See my results").click()
        expect(self.button("Take it again")).to_be_visible()

    def answer(self, activity_id: str) -> None:
        """Answer all questions of a knowledge check rightly."""
        for question in self.activity(activity_id).content.questions:
            group = self.tool.get_by_role("group", name=question.text)
            group.get_by_label(question.says(question.key), exact=True).check()
            self.button("Check").click()
            expect(self.tool.get_by_text("Right", exact=True)).to_be_visible()
            self.tool.get_by_role("button", name=re.compile("Next question|See all answers")).click()
        expect(self.link("Continue")).to_be_visible()

    def gradebook(self, person: str, *, course: str = "moodle-m101", link: str = "as-they-go") -> str:
        """Return what the person reads in the LMS's gradebook for that link."""
        found = self.stage.lms.courses[course]
        (column, *_) = found.columns_of(found.links[link])
        self.lms(f"/courses/{course}/as/{person}/grades")
        return self.page.locator(f"td[data-column='{column.id}'][data-learner='{person}'] .number").inner_text()
