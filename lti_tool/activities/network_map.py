"""The map of the people around a learner: six steps, of which the last is the picture."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    NO_SUCH_BUTTON,
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Step,
    Value,
    Work,
    content_of,
    fill_form,
)
from lti_tool.activities.network_content import DETAILS, MORE_DETAILS, SCREENS, MapContent, read_map
from lti_tool.activities.network_fields import ASKED, Entry, blank, fields_of, pairs_of, people_of, value_of
from lti_tool.activities.network_outcome import READS, MapOutcome, outcome_of
from lti_tool.activities.network_paper import map_paper
from lti_tool.activities.paper import Paper
from lti_tool.language import gettext as _
from lti_tool.mentoring.network import (
    CURRENT,
    MOST_PEOPLE,
    SHAPED_FROM,
    Network,
    Person,
    network_of,
    unnamed,
    without_notes,
)

_ON_SCREEN: Mapping[str, tuple[str, ...]] = {
    "name": ("label", "status"),
    "help": ("main", "area"),
    "close": ("closeness", "frequency"),
    "more": (*DETAILS, *MORE_DETAILS),
    "knows": (),
    "picture": ("main", "closeness"),
}
"""What is asked about each person, by screen."""


class NetworkMap(Kind):
    """Complete when the picture was opened with three people who help now, or with fewer if that is all for now."""

    name = "network_map"
    reads = READS
    makes_paper = True
    may_be_shared = True

    def read(self, source: Source) -> MapContent:
        """Return what the map asks and says."""
        return read_map(source)

    def screens(self, activity: Activity, value: Value, work: Work) -> tuple[str, ...]:
        """Return the six steps."""
        return SCREENS

    def resume(self, activity: Activity, value: Value, work: Work) -> str:
        """Return the first step that has something open, or the picture."""
        network = network_of(value)
        if network.seen:
            return "picture"
        if not network.persons:
            return "name"
        open_steps = {
            "help": any(person.status == CURRENT and not person.areas for person in network.persons),
            "close": any(not person.closeness for person in network.persons),
            "more": not any(getattr(person, name) for person in network.persons for name in DETAILS),
            "knows": not network.ties_done and len(network.current) > 1,
        }
        return next((screen for screen, is_open in open_steps.items() if is_open), "picture")

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the questions of one step: about everybody who has a label, or about the labels themselves."""
        content = content_of(activity, MapContent)
        people = people_of(value)
        shown = people if screen == "name" else [entry for entry in people if entry["label"]]
        questions: dict[str, Field] = {"people": HiddenField()}
        for entry in shown:
            for about in _ON_SCREEN.get(screen, ()):
                questions |= _questions(content, entry, about, people)
        if screen == "name":
            questions |= {"few": BooleanField(content.questions["few"].label), "few-asked": HiddenField()}
        if screen == "knows":
            labels = {entry["id"]: entry["label"] for entry in people}
            questions["ties-asked"] = HiddenField()
            for one, two in pairs_of(people):
                questions[f"tie-{one}-{two}"] = BooleanField(content.joined([labels[one], labels[two]]))
        asked = {name: ASKED for name in questions if name.endswith(("-areas", "-asked"))}
        return fill_form(questions, self.fields(activity, value) | asked, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return every field of every step."""
        return fields_of(content_of(activity, MapContent), value)

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the map so far; half-described people are kept as they are."""
        return value_of(content_of(activity, MapContent), fields, before)

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Add a line, remove a person, or say that the step "who knows whom" is answered."""
        verb, _colon, person_id = do.partition(":")
        people = people_of(value)
        if do == "ties":
            return Step(value=value | {"ties_done": True}, screen="picture")
        if do == "add":
            after = self._with_one_more(activity, value, people)
            return Step(value=after, screen="name", at=f"f-p{after['last']}-label")
        if verb == "remove" and any(entry["id"] == person_id for entry in people):
            return Step(value=_without(value, people, person_id), screen="name")
        raise BadAnswer({"do": _(NO_SUCH_BUTTON)})

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the map as seen.

        :raise Incomplete: fewer than three people are described, and the learner has not said that this is all.
        """
        network = network_of(value)
        if len(network.current) < SHAPED_FROM and not network.few:
            words = content_of(activity, MapContent).words
            errors = {name: words[key] for person in network.persons for name, key in _open(person)}
            raise Incomplete(errors or {"few": words["err_few"]})
        return value | {"seen": True}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each person in a line, and who knows whom."""
        content, network = content_of(activity, MapContent), network_of(value)
        rows = [(person.label, _in_words(content, person, network)) for person in network.persons]
        labels = {person.id: person.label for person in network.persons}
        ties = [sorted(labels[each] for each in tie if each in labels) for tie in network.current_ties]
        rows += [(content.questions["knows"].label, content.joined(tie)) for tie in sorted(ties)]
        return [*rows, *([(content.questions["few"].label, "✓")] if network.few else [])]

    def outcome(self, activity: Activity, value: Value, work: Work) -> MapOutcome | None:
        """Return the picture and everything it says; None while nobody was named."""
        network = network_of(value)
        if not network.persons and not network.seen:
            return None
        return outcome_of(content_of(activity, MapContent), network, work)

    def paper(self, activity: Activity, value: Value, work: Work, *, named: bool = True) -> Paper | None:
        """Return the picture and what it shows as tables; None while nobody was named."""
        content, network = content_of(activity, MapContent), network_of(value)
        if not network.persons:
            return None
        shown = without_notes(network) if named else unnamed(network, content.words["person_n"])
        return map_paper(content, shown, work)

    def _with_one_more(self, activity: Activity, value: Value, people: Sequence[Entry]) -> Value:
        if len(people) >= MOST_PEOPLE:
            raise BadAnswer({"add": content_of(activity, MapContent).words["err_many"]})
        number = max([int(value.get("last", 0)), *(int(entry["id"][1:]) for entry in people)]) + 1
        return value | {"people": [*people, blank(f"p{number}")], "last": number}


def _questions(content: MapContent, entry: Entry, about: str, people: Sequence[Entry]) -> dict[str, Field]:
    """Return the fields of one question about one person."""
    name, label = entry["id"], entry["label"]
    if about == "area":
        boxes = {f"{name}-area-{area.id}": BooleanField(f"{label}: {area.label}") for area in content.areas}
        return {f"{name}-areas": HiddenField(), **boxes}
    asked = content.questions[about]
    said = f"{label}: {asked.label}" if label else asked.label
    if about in ("label", "note"):
        return {f"{name}-{about}": (StringField if about == "label" else TextAreaField)(said)}
    choices = {option.id: option.label for option in asked.options}
    if about == "main":
        choices = {area.id: area.label for area in content.areas}
    if about == "introduced_by":
        choices |= {other["id"]: other["label"] for other in people if other["label"] and other["id"] != name}
    return {f"{name}-{about}": SelectField(said, choices={"": "", **choices}, validate_choice=False)}


def _without(value: Value, people: Sequence[Entry], person_id: str) -> Value:
    left = [
        entry | {"introduced_by": "" if entry["introduced_by"] == person_id else entry["introduced_by"]}
        for entry in people
        if entry["id"] != person_id
    ]
    return value | {"people": left, "ties": [pair for pair in value.get("ties", ()) if person_id not in pair]}


def _open(person: Person) -> list[tuple[str, str]]:
    """Return what is still to say about somebody before they count."""
    if person.is_complete or person.status != CURRENT:
        return []
    lacking = [(f"{person.id}-main", "err_main")] if not person.areas else []
    return [*lacking, *([(f"{person.id}-closeness", "err_close")] if not person.closeness else [])]


def _in_words(content: MapContent, person: Person, network: Network) -> str:
    asked = ("status", "closeness", "frequency", *DETAILS, "role")
    said = [content.questions[name].word(getattr(person, name)) for name in asked]
    opener = network.person(person.introduced_by)
    introduced = opener.label if opener else content.questions["introduced_by"].word(person.introduced_by)
    said.append(f"{content.questions['introduced_by'].label}: {introduced}" if introduced else "")
    return "; ".join(text for text in [content.area_labels(person.areas), *said, person.note] if text)
