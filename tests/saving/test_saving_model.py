"""Autosave against a model: two tabs of one learner, answers that get lost, come twice or late, and a server that ends.

Whatever happens in between, what the server said it saved is there or among the earlier texts, and nobody saves over
a text that they have not seen.
"""

import json
import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from stage import SAME_ORIGIN, Page, hidden

from lti_tool.app import create_app
from lti_tool.models import Answer, AnswerRevision, Institution
from lti_tool.services.progress import Author, place

ACTIVITY = "m0.start"
FIELDS = ("st1", "st2", "st3")
INTERLEAVINGS = 255
"""A kind of database; both together are more than 500."""
STEPS = 12


@dataclass
class Letter:
    """A save on its way: it may never arrive, arrive twice, or arrive after a later one."""

    tab: "Tab"
    expected: int
    value: dict[str, str]


@dataclass
class Tab:
    """One page: what stands in it, and the newest version that it knows."""

    version: int = 0
    value: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    seen: set[int] = field(default_factory=lambda: {0})

    def learn(self, version: int) -> None:
        """Note that this page has shown or written a version."""
        self.version = version
        self.seen.add(version)


class World:
    """The server, what it has acknowledged, and who knew what when they wrote."""

    def __init__(self, learner, seed: int) -> None:
        self.learner = learner
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.tabs = [Tab(), Tab()]
        self.on_the_way: list[Letter] = []
        self.acknowledged: dict[int, dict[str, str]] = {}
        self.blind: list[int] = []

    def step(self) -> None:
        """Let one thing happen."""
        (act,) = self.chance.choices([self.type, self.send, self.arrive, self.look], weights=[3, 4, 6, 1])
        act()

    def type(self) -> None:
        """Change one line in one tab."""
        tab = self.chance.choice(self.tabs)
        tab.value = {**tab.value, self.chance.choice(FIELDS): self.chance.choice("12345")}

    def send(self) -> None:
        """Send what stands in a tab, sometimes twice."""
        tab = self.chance.choice(self.tabs)
        for _ in range(self.chance.choice([1, 1, 1, 2])):
            self.on_the_way.append(Letter(tab, tab.version, dict(tab.value)))

    def arrive(self) -> None:
        """Bring any save that is on its way; its answer, or the save itself, may get lost."""
        if not self.on_the_way:
            return
        letter = self.on_the_way.pop(self.chance.randrange(len(self.on_the_way)))
        if self.chance.random() < 0.15:
            return
        response = self.put(letter)
        if response.status_code == 200:
            version = response.json["version"]
            if version > letter.expected and letter.expected not in letter.tab.seen:
                self.blind.append(version)
            self.acknowledged[version] = letter.value
        answer_is_lost = self.chance.random() < 0.2
        if not answer_is_lost:
            self.hear(letter, response)

    def hear(self, letter: Letter, response) -> None:
        """Let the tab have the answer: its new version, or both texts, of which it keeps one."""
        tab = letter.tab
        if response.status_code == 200:
            tab.learn(max(tab.version, response.json["version"]))
            return
        assert response.status_code == 409, response.text
        current = response.json["current"]
        tab.learn(current["version"])
        if self.chance.random() < 0.5:
            tab.value = dict(current["value"])

    def look(self) -> None:
        """Load the page again in a tab."""
        tab = self.chance.choice(self.tabs)
        page = Page(self.learner.get(f"{self.learner.visit}/activities/{ACTIVITY}").text)
        tab.learn(int(hidden(page)["version"]))
        chosen = {radio.name: radio.value for radio in page.tree.xpath("//input[@type='radio'][@checked]")}
        tab.value = {name: chosen.get(name, "") for name in FIELDS}

    def put(self, letter: Letter):
        """Send a save as autosave does."""
        path = f"{self.learner.visit}/activities/{ACTIVITY}/answer"
        headers = {**SAME_ORIGIN, "X-CSRF-Token": self.learner.token}
        body = {"version": letter.expected, "value": letter.value}
        return self.learner.client.put(path, base_url=self.learner.base_url, json=body, headers=headers)


@pytest.fixture
def typist(stage, learner):
    """Mai with the token of her page."""
    learner.token = hidden(learner.activity(ACTIVITY))["csrf_token"]
    yield learner
    close(learner.client.application, stage)


@pytest.mark.timeout(600)
def test_no_acknowledged_save_is_lost_and_none_is_overwritten_unseen(stage, typist):
    lost, blind, acknowledged = [], [], 0

    for seed in range(INTERLEAVINGS):
        begin_anew(stage)
        world = World(typist, seed)
        for _ in range(STEPS):
            world.step()
            if world.chance.random() < 0.005:
                restart(stage, typist)
        kept = everything_kept(stage)
        acknowledged += len(world.acknowledged)
        lost += [(seed, version) for version, value in world.acknowledged.items() if kept.get(version) != value]
        blind += [(seed, version) for version in world.blind]

    assert acknowledged > INTERLEAVINGS  # the model does save things
    assert (lost, blind) == ([], [])


def begin_anew(stage) -> None:
    """Forget the answer."""
    with stage.database.transaction() as session:
        for answer in session.scalars(select(Answer)):
            session.delete(answer)


def restart(stage, typist) -> None:
    """End the web process and begin another on the same database; the browser keeps its cookies."""
    close(typist.client.application, stage)
    typist.client.application = create_app(stage.settings)


def close(app, stage) -> None:
    """Close what an app of ours holds, unless it is the stage's own."""
    if app is not stage.app:
        app.extensions["tool"].http.close()
        app.extensions["tool"].database.engine.dispose()


def everything_kept(stage) -> dict[int, dict[str, str]]:
    """Return each text that is stored, current or earlier, by its version, as fields."""
    with stage.database.reading() as session:
        answer = session.scalars(select(Answer).filter_by(activity_id=ACTIVITY)).first()
        if answer is None:
            return {}
        institution_id = session.scalars(select(Institution.id)).one()
        author = Author(institution_id=institution_id, member_id=answer.member_id)
        earlier = session.scalars(select(AnswerRevision).filter_by(answer_id=answer.id)).all()
        where = place(author, answer.workshop_id, ACTIVITY)
        sealed = {row.version: row.sealed for row in [*earlier, answer]}
        texts = {version: json.loads(stage.tool.sealer.open(text, *where)) for version, text in sealed.items()}
    return {version: {name: str(value.get(name, "")) for name in FIELDS} for version, value in texts.items()}
