"""Learners with browsers of their own, over real HTTP, who press the button again when the server dies under them."""

import re
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from stage import Browser, first_module

from lti_tool.demo_lms.courses import Course
from lti_tool.demo_lms.people import Person

PATIENCE = 300
"""Seconds that a learner tries the same thing again."""


class Impatient(AssertionError):
    """The tool did not come back in time."""


class Learner:
    """One person in one course, at work on one link."""

    def __init__(self, stage: Any, course: Course, person: Person, link: str) -> None:
        """``stage`` is what a `Browser` needs: a platform, settings and clients."""
        self.course, self.person, self.link = course, person, link
        self.acknowledged: list[str] = []
        """The activities whose completion the tool has called saved."""
        self._refusals: list[str] = []
        self._browser = Browser(stage)
        self._csrf = ""

    def launch(self) -> None:
        """Open the link from the course."""
        self._persist(self._launch_once)

    def work(self, pages: int) -> Iterator[str]:
        """Do some of the first module; yield after each activity. Only a page that follows counts as saved."""
        for activity_id, answer in list(first_module().items())[:pages]:
            form = {"csrf_token": self._csrf, "version": "0", "do": "finish", **answer}
            self._persist(lambda where=activity_id, form=form: self._press(where, form))
            self.acknowledged.append(activity_id)
            yield activity_id

    def grade_kind(self) -> str:
        """Return what a page that is open says of the grade: ``sent``, ``waiting`` and so on."""
        said: list[str] = []

        def look() -> bool:
            line = self._browser.get(f"{self._browser.visit}/grade/line")
            said.extend(["waiting"] if line.status_code == 204 else re.findall(r"grade-line--(\w+)", line.text))
            return bool(said) or self._refused("line", line.status_code)

        self._persist(look)
        return said[0]

    def _launch_once(self) -> bool:
        form = self._browser.answer(self.person.key, course=self.course.key, link=self.link)
        launched = self._browser.post_launch(form)
        if launched.status_code != 303:
            return self._refused("launch", launched.status_code)
        self._browser.home = urlsplit(launched.location).path
        page = self._browser.get(f"{self._browser.visit}/activities/{next(iter(first_module()))}")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        self._csrf = found[1] if found else ""
        return bool(found) or self._refused("page", page.status_code)

    def _press(self, activity_id: str, form: dict[str, str]) -> bool:
        page = self._browser.post(f"{self._browser.visit}/activities/{activity_id}", form)
        return page.status_code == 303 or self._refused(activity_id, page.status_code)

    def _refused(self, what: str, status: int) -> bool:
        self._refusals.append(f"{what} {status}")
        return False

    def _persist(self, attempt: Callable[[], bool]) -> None:
        """Try until it is done."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if attempt():
                    return
            except (OSError, HTTPException, requests.RequestException, AttributeError) as error:
                # The server died: there was no connection, no answer, or half a page without its form.
                self._refusals.append(type(error).__name__)
            time.sleep(0.05)
        raise Impatient(f"{self.person.key} in {self.course.key}: {self._refusals[-3:]}")
