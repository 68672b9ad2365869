"""The whole workshop over HTTP, activity by activity: in full with words of one's own, and by the shortest path."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from stage import Browser, hidden

CHECKS = {
    "m1.check": {"kc1.q1": "b", "kc1.q2": "c", "kc1.q3": "a", "kc1.q4": "b"},
    "m3.check": {"kc3.q1": "a", "kc3.q2": "b", "kc3.q3": "c", "kc3.q4": "b", "kc3.q5": "a"},
}
STORIES = {"m2.scenario": ("a0.b", "a2.a"), "m3.scen_b": ("b0.b", "b2.a"), "m3.scen_c": ("c0.b", "c2.a")}
AREAS = ("direction", "skills", "scholarship", "visibility", "balance", "support", "belonging", "feedback")
MODULES = {
    "m0": ("m0.welcome", "m0.privacy", "m0.start", "m0.what"),
    "m1": ("m1.read", "m1.needs", "m1.priorities", "m1.reflect", "m1.check"),
    "m2": ("m2.read", "m2.map", "m2.gaps", "m2.fit", "m2.scenario", "m2.discuss"),
    "m3": ("m3.read", "m3.cards", "m3.mentee", "m3.scen_b", "m3.scen_c", "m3.check"),
    "m4": ("m4.smart", "m4.message", "m4.agenda", "m4.agreement", "m4.follow", "m4.eval"),
}


class Walk:
    """One learner's way through the workshop. ``canaries`` are the words that they typed, each found nowhere else."""

    def __init__(self, browser: Browser, *, mark: str = "Canary") -> None:
        self.browser = browser
        self.mark = mark
        self.canaries: list[str] = []
        self._numbers = count(1)

    def typed(self, words: str = "") -> str:
        """Return a text with a word that stands nowhere else."""
        canary = f"{self.mark}{next(self._numbers)}zq"
        self.canaries.append(canary)
        return f"{canary} {words}".strip()

    def press(self, activity_id: str, do: str, *, screen: str = "", **fields: str) -> str:
        """Fill in a page of an activity, press a button, and return where it leads."""
        path = f"{self.browser.visit}/activities/{activity_id}"
        page = self.browser.open(f"{path}?screen={screen}" if screen else path)
        response = self.browser.post(path, {**hidden(page), **fields, "do": do})
        assert response.status_code == 303, f"{activity_id} {do}: {response.text}"
        return str(response.location)

    def fully(self, *modules: str) -> Iterator[str]:
        """Do every activity of these modules with answers of one's own; yield each one's id when it is done."""
        yield from self._each(self._full, modules)

    def shortest(self, *modules: str) -> Iterator[str]:
        """Do every activity with as little as counts: skips, and "I did this offline"."""
        yield from self._each(self._short, modules)

    def quickly(self, *activity_ids: str) -> None:
        """Do these activities by the shortest path."""
        for activity_id in activity_ids:
            self._do(activity_id, self._short())

    def _each(self, answers, modules) -> Iterator[str]:
        for module in modules or MODULES:
            for activity_id in MODULES[module]:
                self._do(activity_id, answers())
                yield activity_id

    def _do(self, activity_id: str, answers) -> None:
        if activity_id in CHECKS:
            for question, option in CHECKS[activity_id].items():
                self.press(activity_id, f"check:{question}", screen=question, **{question: option})
        elif activity_id in STORIES:
            for choice in STORIES[activity_id]:
                self.press(activity_id, f"choose:{choice}")
        else:
            for do, screen, fields in answers.get(activity_id, [("finish", "", {})]):
                self.press(activity_id, do, screen=screen, **fields)

    def _short(self):
        """Return the presses of the shortest path, as (button, screen, fields)."""
        places = {f"q{number:02}": "not" for number in range(2, 17)} | {"q01": "must"}
        offline = [("finish", "", {"offline": "yes"})]
        return {
            "m0.privacy": [("finish", "", {"agreed": "yes"})],
            "m0.start": [("finish", "", dict.fromkeys(("st1", "st2", "st3"), "skip"))],
            "m0.what": [("finish", "", {f"w{number}": "coach" for number in range(1, 9)})],
            "m1.needs": [("rest", "other", {})],
            "m1.priorities": [("finish", "", {"p1": "support"})],
            "m1.reflect": offline,
            "m2.map": [("go:picture", "name", {"few": "yes"}), ("finish", "picture", {})],
            "m2.gaps": [("finish", "", {"action": "leave", "area": "support"})],
            "m2.fit": [("finish", "who", {"none": "yes", "place": self.typed("the notice board")})],
            "m2.discuss": offline,
            "m3.cards": [("finish", "", places)],
            "m3.mentee": [("finish", "", {f"h{number:02}": "skip" for number in range(1, 13)})],
            "m4.smart": offline,
            "m4.message": offline,
            "m4.agenda": offline,
            "m4.agreement": offline,
            "m4.follow": offline,
            "m4.eval": [("finish", "", {})],
        }

    def _full(self):
        """Return the presses of a learner who takes everything seriously."""
        typed = self.typed
        onward = dict(zip(AREAS, (*AREAS[1:], "other"), strict=True))
        people = {"p1": "scholarship", "p2": "support", "p3": "direction"}
        places = {f"q{number:02}": "good" for number in range(1, 17)} | dict.fromkeys(("q01", "q04", "q05"), "must")
        return {
            **self._short(),
            "m0.start": [("finish", "", dict.fromkeys(("st1", "st2", "st3"), "4"))],
            "m0.what": [("finish", "", {f"w{number}": "mentor" for number in range(1, 9)})],
            "m1.needs": [
                *((f"go:{onward[area]}", area, needs(area)) for area in AREAS),
                ("finish", "other", {"other": typed()}),
            ],
            "m1.priorities": [("finish", "", {"p1": "visibility", "p2": "other", "other": typed()})],
            "m1.reflect": [("finish", "", {"prompt": "r1", "text": typed("word " * 30)})],
            "m2.map": [
                ("go:help", "name", {f"{each}-label": typed() for each in people} | {"p3-status": "candidate"}),
                ("go:close", "help", {f"{each}-main": area for each, area in people.items()}),
                ("go:more", "close", {f"{each}-closeness": "moderate" for each in people}),
                ("go:knows", "more", {"p1-note": typed()}),
                ("ties", "knows", {"tie-p1-p2": "yes"}),
                ("go:name", "picture", {}),
                ("go:picture", "name", {"few": "yes"}),
                ("finish", "picture", {}),
            ],
            "m2.gaps": [("finish", "", {"action": "look", "area": "visibility", "place": typed(), "on": day(14)})],
            "m2.fit": [
                ("take:p3", "who", {}),
                ("go:c1", "who", {"c1-label": typed()}),
                ("go:compare", "c1", {f"c1-f{n}": "2" for n in range(1, 7)} | {"c1-f7": "no"}),
                ("finish", "compare", {}),
            ],
            "m2.discuss": [("finish", "", {"prompt": "d1", "how": "unnamed", "text": typed("word " * 20)})],
            "m3.cards": [("finish", "", places)],
            "m3.mentee": [("finish", "", {f"h{number:02}": str(number % 5 + 1) for number in range(1, 13)})],
            "m4.smart": [("finish", "", self._goal())],
            "m4.message": [("finish", "", self._message())],
            "m4.agenda": [("finish", "", self._agenda())],
            "m4.agreement": [("finish", "", self._agreement())],
            "m4.follow": [("finish", "", self._follow_up())],
            "m4.eval": [("finish", "", {"ev01": "5", "op1": typed(), "op2": typed(), "op3": typed()})],
        }

    def _goal(self) -> dict[str, str]:
        typed = self.typed
        return {
            "area_1": "visibility",
            "what_1": typed("present my project at the trainee day"),
            "measure_type_1": "product",
            "measure_1": typed("accepted poster"),
            "first_step_1": typed("ask which session fits"),
            "obstacle_1": typed(),
            "helper_1": typed(),
            "why_1": typed("I want to meet people"),
            "due_1": day(120),
        }

    def _message(self) -> dict[str, str]:
        typed = self.typed
        return {
            "to": typed(),
            "link": "read",
            "link_detail": typed("paper"),
            "about_me": typed(
                "a second year resident in internal medicine with an interest in handovers between wards"
            ),
            "why_you": typed(
                "your clinic's handover project is what I want to learn and I have read both of your reports"
            ),
            "ask_type": "talk",
            "ask_detail": typed("how you began with the project, and what a newcomer could do to help in it this year"),
            "slot_1": day(8),
            "slot_2": day(9),
            "easy_out": "yes",
            "thanks": typed("Thank you for reading this, and kind regards"),
        }

    def _agenda(self) -> dict[str, str]:
        items = (("check_in", 3), ("question", 12), ("next_steps", 5))
        fields = {"with": self.typed(), "length": "m30", "mode": "call", "lines": "3"}
        for place, (kind, minutes) in enumerate(items, 1):
            fields |= {f"title_{place}": self.typed("item"), f"kind_{place}": kind, f"minutes_{place}": str(minutes)}
        return fields

    def _agreement(self) -> dict[str, str]:
        typed = self.typed
        return {
            "party_1": typed(),
            "party_2": typed(),
            "purpose": typed("learn how handovers are made safe"),
            "topics_in.scholarship": "yes",
            "topics_out": typed(),
            "rhythm": "monthly",
            "duration": "6",
            "who_schedules": "mentee",
            "preparation": typed(),
            "channel": typed("mail"),
            "reply_days": "5",
            "privacy": "cases",
            "feedback": typed(),
            "credit": typed("we talk about authorship before we begin"),
            "conflict": typed("none that we know of"),
            "review_on": day(60),
            "ending": typed("Either of us may end this at any time."),
        }

    def _follow_up(self) -> dict[str, str]:
        return {
            "what_1": self.typed("send the message"),
            "with_1": self.typed(),
            "by_1": day(5),
            "reminders.w2": "yes",
            "reminders.w6": "yes",
            "check_in": "yes",
            "thanks": self.typed(),
        }


def needs(area: str) -> dict[str, str]:
    """Return both ratings of every need of an area."""
    lines = [f"{area[:3]}{n}" for n in range(1, 5)]
    return {f"{line}-importance": "5" for line in lines} | {f"{line}-support": "2" for line in lines}


def day(ahead: int) -> str:
    """Return a day from today on, as a form sends it."""
    return (date.today() + timedelta(days=ahead)).isoformat()  # noqa: DTZ011 - tests run where the server runs
