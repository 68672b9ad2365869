"""Every page of the tool and of the demo LMS, one after another, each as it is before and after a learner's work."""

from collections.abc import Iterator
from urllib.parse import urlencode

import browser_stories
from browser_people import act, compare, draw
from browser_plan import FULL, fill, press, send_evaluation
from browser_walk import FIRST_MODULE, Walk
from playwright.sync_api import expect
from whole_walk import Walk as Answers

from lti_tool.demo_lms import begin
from lti_tool.lti.login import read_login

CHANGED_BEHIND_ITS_BACK = """(form, field) => {
  form.elements[field][0].checked = true;
  form.elements.version.value = "1";
  form.submit();
}"""


class Tour:
    """Stops at every page; whoever walks along looks at ``walk.page`` and gets the page's name."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.stage = walk.stage
        self.base_url = walk.stage.settings.base_url

    def everywhere(self) -> Iterator[str]:
        """Stop at all pages."""
        yield from self.without_a_visit()
        yield from self.learning()
        yield from self.step_one()
        yield from self.planning()
        yield from self.people()
        yield from self.own_data()
        yield from self.papers()
        yield from self.teaching()
        yield from self.platform()

    def without_a_visit(self) -> Iterator[str]:
        """Stop at the pages that anybody can open, and at refusals."""
        pages = {
            "public home": "/",
            "no such page": "/nothing-here",
            "launch refused": "/lti/login",
            "visit over": "/v/0123456789abcdef0123456789abcdef/",
            "new window": f"/lti/login/check?{urlencode({'a': self._sign_in()})}",
        }
        for name, path in pages.items():
            self.walk.page.goto(self.base_url + path)
            yield name

    def learning(self) -> Iterator[str]:
        """Stop at a learner's pages while they do the first module, with every mistake on the way."""
        walk = self.walk
        walk.launch_window("mai")
        yield "home before"
        for activity_id in FIRST_MODULE:
            walk.go(activity_id)
            yield f"{activity_id} before"
            if activity_id != "m0.welcome":
                walk.button("Check" if activity_id == "m0.what" else "Save and continue").click()
                expect(walk.tool.get_by_role("alert")).to_be_visible()
                yield f"{activity_id} not finished"
            walk.finish(activity_id)
            if activity_id != "m0.what":
                walk.go(activity_id)
            yield f"{activity_id} done"
        yield from browser_stories.stops(walk)
        yield from self._grade()
        yield from self._conflict()

    def _grade(self) -> Iterator[str]:
        self.walk.home()
        yield "home, grade waiting"
        self.stage.deliver()
        self.walk.page.reload()
        yield "home, grade sent"
        self.walk.link("About your grade").click()
        expect(self.walk.heading).to_have_text("About your grade")
        yield "grade"

    def _conflict(self) -> Iterator[str]:
        self.walk.go("m0.start")
        self.walk.tool.locator("form[data-autosave]").evaluate(CHANGED_BEHIND_ITS_BACK, "st1")
        expect(self.walk.heading).to_contain_text("Two versions")
        yield "conflict"

    def step_one(self) -> Iterator[str]:
        """Stop at the pages of Step 1: skipped, taken again and compared; with mistakes, and done."""
        walk = self.walk
        walk.launch_window("mai")
        walk.go("m1.needs")
        yield "m1.needs, an area"
        walk.rate_needs(in_full=False)
        yield "m1.needs, results"
        walk.button("Take it again").click()
        walk.rate_needs()
        yield "m1.needs, results compared"
        walk.go("m1.priorities")
        yield "m1.priorities"
        for activity_id, button in (("m1.reflect", "Save"), ("m1.check", "Check")):
            walk.go(activity_id)
            walk.button(button).click()
            expect(walk.tool.get_by_role("alert")).to_be_visible()
            yield f"{activity_id} not finished"
        walk.answer("m1.check")
        yield "m1.check done"

    def planning(self) -> Iterator[str]:
        """Stop at the last module's pages: with mistakes, begun, done."""
        walk = self.walk
        walk.launch_window("mai")
        for activity_id in ("m4.smart", "m4.agenda", "m4.agreement"):
            walk.go(activity_id)
            press(walk, "Save and continue")
            expect(walk.tool.get_by_role("alert")).to_be_visible()
            yield f"{activity_id} not finished"
        for activity_id in ("m4.message", "m4.follow"):
            walk.go(activity_id)
            fill(walk, FULL[activity_id])
            press(walk, "Save and continue")
            expect(walk.button("Save changes")).to_be_visible()
            yield f"{activity_id} done"
        walk.go("m4.eval")
        yield "m4.eval before"
        send_evaluation(walk)
        yield "m4.eval sent"

    def people(self) -> Iterator[str]:
        """Stop at every step of the map, the gaps and the comparison."""
        self.walk.launch_window("amara")
        for way in (draw, act, compare):
            yield from way(self.walk)

    def own_data(self) -> Iterator[str]:
        """Stop at a learner's own data."""
        self.walk.launch_window("mai")
        self.walk.link("My data").click()
        expect(self.walk.heading).to_have_text("My data")
        yield "my data"
        self.walk.link("Delete my answers").click()
        expect(self.walk.heading).to_have_text("Delete my answers")
        yield "delete my answers"

    def papers(self) -> Iterator[str]:
        """Stop at each document of somebody who has done everything, one of them as it prints, and the certificate."""
        learner = self.stage.browser()
        learner.launch("budi")
        for _ in Answers(learner).fully():
            pass
        self.walk.launch_window("budi")
        self.walk.link("My documents").click()
        expect(self.walk.heading).to_have_text("My documents")
        yield "my documents"
        made = [str(link.get_attribute("href")) for link in self.walk.tool.locator(".documents a").all()]
        for path in [*made, *(f"{each}print" for each in made if each.endswith("m2.map/"))]:
            self.walk.page.goto(f"{self.base_url}{path}")
            yield f"document {path.partition('/documents/')[2]}"

    def teaching(self) -> Iterator[str]:
        """Stop at the pages of those who teach, of visitors, and at links without a usable column."""
        walk = self.walk
        walk.launch_window("ines", course="canvas-m101")
        yield "progress, nobody yet"
        for link in ("ungraded", "by-hand", "as-they-go"):
            walk.launch_window("ines", link=link)
            yield f"progress, {link}"
        walk.link("Read the discussion").click()
        expect(walk.heading).to_contain_text("Discussion")
        yield "discussion"
        walk.link("Everybody in the course").click()
        walk.link("See it as a learner").click()
        expect(walk.heading).to_have_text(self.stage.tool.workshop(None).title)
        yield "preview"
        walk.go("m0.what")
        walk.sort()
        walk.button("Check").click()
        expect(walk.button("Check again")).to_be_visible()
        yield "preview of m0.what, checked"
        walk.launch_window("ada", course="canvas-m101")
        yield "visitor"

    def platform(self) -> Iterator[str]:
        """Stop at the demo LMS's own pages."""
        course = "/courses/moodle-m101/as"
        (column, *_) = self.stage.lms.courses["moodle-m101"].columns
        for path in (
            "/",
            f"{course}/mai",
            f"{course}/mai/activities/as-they-go",
            f"{course}/mai/grades",
            f"{course}/ines/grades",
            f"{course}/ines/grades/{column}/mai",
            "/log",
        ):
            self.walk.lms(path)
            self.walk.page.wait_for_load_state()
            yield f"LMS {path}"

    def _sign_in(self) -> str:
        """Return a sign-in that the tool began, for a browser that did not keep the mark."""
        lms = self.stage.lms
        course = lms.courses["moodle-m101"]
        call = begin(lms, course, course.links["as-they-go"], course.people["mai"])
        asked = read_login({name: [value] for name, value in call.fields.items()})
        return self.stage.tool.signer.sign_login(asked, new_window=False)
