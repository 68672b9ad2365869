"""Comparing possible mentors: six signs each, a caution, and questions out of what is not known."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wtforms import BooleanField, Field, HiddenField, RadioField, StringField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    NO_SUCH_BUTTON,
    Activity,
    Area,
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
    refuse_unknown,
)
from lti_tool.activities.network_content import Question, joined, question
from lti_tool.language import gettext as _
from lti_tool.mentoring import chain
from lti_tool.mentoring.fit import CAUTION, CRITERIA, ENOUGH, MOST_CANDIDATES, SIGNS, UNKNOWN, FitResult, fit_of
from lti_tool.mentoring.network import Person, network_of

ASKED: Final = "asked"
YES: Final = "yes"
LONGEST_LABEL: Final = 40
LONGEST_PLACE: Final = 200
WHO: Final = "who"
COMPARE: Final = "compare"
_IDS: Final = re.compile(r"c[1-9][0-9]{0,3}")

Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FitContent:
    """What ``fit.yaml`` says, and the areas a mentor may be good at."""

    intro: str
    areas: tuple[Area, ...]
    criteria: tuple[Question, ...]
    """The six that are scored."""
    caution: Question
    words: Mapping[str, str]
    asks: Mapping[str, str]
    """By criterion, the question that comes of not knowing."""

    @property
    def signs(self) -> tuple[tuple[str, str], ...]:
        """Return the answers to a criterion, with their words."""
        return *((sign, self.words[f"sign_{sign}"]) for sign in SIGNS), (UNKNOWN, self.words["sign_unknown"])

    def area_labels(self, area_ids: Collection[str], *, own: str = "") -> str:
        """Return the labels of areas as one phrase; a need of the learner's ``own`` stands last."""
        labels = [area.label for area in self.areas if area.id in area_ids]
        return joined([*labels, *([own] if own else [])], self.words)


@dataclass(frozen=True, kw_only=True)
class CandidateLine:
    """A candidate as the page shows them."""

    id: str
    label: str
    helps_with: str
    result: FitResult
    word: str
    signs: tuple[str, ...]
    """By criterion, in words."""
    caution: str
    questions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FitOutcome:
    """All candidates in the order of entry; who can still be taken from the map; the learner's top areas."""

    candidates: tuple[CandidateLine, ...]
    on_the_map: tuple[Person, ...]
    top_areas: str
    is_full: bool


class FitCheck(Kind):
    """Complete with one candidate of whom four signs are known, or with none and a place to look."""

    name = "fit_check"
    reads = ("network_map", "priorities")

    def read(self, source: Source) -> FitContent:
        """Return the criteria, their words and their questions."""
        document = source.file("fit.yaml")
        criteria = {entry["id"]: question(entry) for entry in document["criteria"]}
        return FitContent(
            intro=document["intro"] or "",
            areas=source.areas,
            criteria=tuple(criteria[name] for name in CRITERIA),
            caution=criteria[CAUTION],
            words=document["words"],
            asks={entry["id"]: entry["text"] for entry in document["notes"]},
        )

    def screens(self, activity: Activity, value: Value, work: Work) -> tuple[str, ...]:
        """Return who is compared, one screen for each of them, and all side by side."""
        ids = [entry["id"] for entry in _candidates(value)]
        return (WHO, *ids, COMPARE) if ids else (WHO,)

    def resume(self, activity: Activity, value: Value, work: Work) -> str:
        """Return the first candidate nothing was said about yet, or the comparison."""
        entries = _candidates(value)
        fresh = next((entry["id"] for entry in entries if not any(entry[name] for name in CRITERIA)), None)
        return WHO if not entries or not all(entry["label"] for entry in entries) else fresh or COMPARE

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the labels, or the criteria of one candidate."""
        content, entries = content_of(activity, FitContent), _candidates(value)
        questions: dict[str, Field] = {"candidates": HiddenField()}
        if screen == WHO:
            questions |= {f"{entry['id']}-label": StringField(content.words["label"]) for entry in entries}
            questions |= {"none": BooleanField(content.words["none"]), "none-asked": HiddenField()}
            questions["place"] = StringField(content.words["place"])
        for entry in entries:
            if entry["id"] == screen:
                questions |= _criteria(content, entry)
        return fill_form(questions, self.fields(activity, value) | {"none-asked": ASKED}, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return every field of every candidate."""
        entries = _candidates(value)
        fields = {"candidates": " ".join(entry["id"] for entry in entries)}
        for entry in entries:
            fields |= {f"{entry['id']}-{name}": entry[name] for name in ("label", "person", *CRITERIA, CAUTION)}
        return fields | {"none": YES if value.get("none") else "", "place": str(value.get("place", ""))}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the comparison so far."""
        ids = _ids(fields, before)
        _refuse(content_of(activity, FitContent), fields, ids, before, work)
        known = {entry["id"]: entry for entry in _candidates(before)}
        shown = "none-asked" in fields or "none" in fields
        return {
            "candidates": [_entry(fields, known.get(each, _blank(each))) for each in ids],
            "none": fields.get("none") == YES if shown else bool(before.get("none")),
            "place": fields.get("place", str(before.get("place", ""))).strip(),
            "last": max([int(before.get("last", 0)), *(int(each[1:]) for each in ids)]),
        }

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Take somebody from the map, add a line for somebody new, or remove one."""
        verb, _colon, about = do.partition(":")
        entries = _candidates(value)
        person = network_of(work.of("network_map")).person(about) if verb == "take" else None
        if do == "add" or person:
            if len(entries) >= MOST_CANDIDATES:
                raise BadAnswer({"add": content_of(activity, FitContent).words["err_many"]})
            last = int(value.get("last", 0)) + 1
            taken = {"label": person.label, "person": person.id} if person else {}
            more = [*entries, _blank(f"c{last}") | taken]
            after = value | {"candidates": more, "last": last, "none": False}
            return Step(value=after, screen=WHO, at=f"f-c{last}-label")
        if verb == "remove" and any(entry["id"] == about for entry in entries):
            return Step(value=value | {"candidates": [each for each in entries if each["id"] != about]}, screen=WHO)
        raise BadAnswer({"do": _(NO_SUCH_BUTTON)})

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value unchanged if there is a candidate to say something about, or none and a place to look.

        :raise Incomplete: neither.
        """
        words, entries = content_of(activity, FitContent).words, _candidates(value)
        if value.get("none") and value.get("place"):
            return value
        if value.get("none") and not entries:
            raise Incomplete({"place": words["err_place"]})
        if any(entry["label"] and fit_of(entry).known >= ENOUGH for entry in entries):
            return value
        raise Incomplete(_what_is_open(entries, words))

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each candidate with the word for the fit and what was seen."""
        content = content_of(activity, FitContent)
        rows = []
        for line in _lines(content, value, work):
            signs = zip(content.criteria, line.signs, strict=True)
            seen = [f"{criterion.text}: {sign}" for criterion, sign in signs if sign]
            caution = [f"{content.caution.text}: {line.caution}"] if line.caution else []
            rows.append((line.label, "; ".join([line.word, *seen, *caution])))
        if value.get("none"):
            rows.append((content.words["none"], str(value.get("place", ""))))
        return rows

    def outcome(self, activity: Activity, value: Value, work: Work) -> FitOutcome | None:
        """Return everybody side by side; None while there is nobody to compare and nobody to take."""
        content, entries = content_of(activity, FitContent), _candidates(value)
        taken = {entry["person"] for entry in entries}
        network = network_of(work.of("network_map"))
        people = sorted(network.persons, key=lambda person: person not in network.candidates)
        return FitOutcome(
            candidates=_lines(content, value, work),
            on_the_map=tuple(person for person in people if person.id not in taken),
            top_areas=content.area_labels(chain.priorities_in(work.answers), own=chain.own_need_in(work.answers)),
            is_full=len(entries) >= MOST_CANDIDATES,
        )


def _candidates(value: Value) -> list[Entry]:
    return list(value.get("candidates", ()))


def _blank(candidate_id: str) -> Entry:
    return {"id": candidate_id, **dict.fromkeys(("label", "person", *CRITERIA, CAUTION), "")}


def _entry(fields: Mapping[str, str], before: Entry) -> Entry:
    after = {name: fields.get(f"{before['id']}-{name}", given) for name, given in before.items() if name != "id"}
    return {"id": before["id"], **after, "label": " ".join(after["label"].split())}


def _criteria(content: FitContent, entry: Entry) -> dict[str, Field]:
    signs = [(f"{entry['id']}-{criterion.id}", criterion.text, dict(content.signs)) for criterion in content.criteria]
    flag = {option.id: option.label for option in content.caution.options}
    signs.append((f"{entry['id']}-{CAUTION}", content.caution.text, flag))
    return {name: RadioField(text, choices=choices, validate_choice=False) for name, text, choices in signs}


def _ids(fields: Mapping[str, str], before: Value) -> list[str]:
    sent = fields.get("candidates")
    if sent is None:
        return [entry["id"] for entry in _candidates(before)]
    ids = list(dict.fromkeys(sent.split())) if isinstance(sent, str) else ["?"]
    if len(ids) > MOST_CANDIDATES or not all(_IDS.fullmatch(each) for each in ids):
        raise BadAnswer({"candidates": _("This page has no such people. Load it again, then answer.")})
    return sorted(ids, key=lambda each: int(each[1:]))


def _refuse(content: FitContent, fields: Mapping[str, str], ids: Sequence[str], before: Value, work: Work) -> None:
    limits = {f"{each}-label": ("err_label", LONGEST_LABEL) for each in ids} | {"place": ("err_long", LONGEST_PLACE)}
    chosen = {name: given for name, given in fields.items() if name not in limits and name != "candidates"}
    refuse_unknown(chosen, dict(_offered(content, ids, before, work)))
    errors = {
        name: content.words[sentence]
        for name, (sentence, most) in limits.items()
        if name in fields and not (isinstance(fields[name], str) and len(fields[name].strip()) <= most)
    }
    if errors:
        raise BadAnswer(errors)


def _offered(
    content: FitContent, ids: Sequence[str], before: Value, work: Work
) -> Iterator[tuple[str, Collection[str]]]:
    people = {person.id for person in network_of(work.of("network_map")).persons}
    people |= {entry["person"] for entry in _candidates(before)}
    yield from {"none": ("", YES), "none-asked": (ASKED,)}.items()
    for each in ids:
        yield f"{each}-person", ("", *people)
        yield from ((f"{each}-{name}", ("", *SIGNS, UNKNOWN)) for name in CRITERIA)
        yield f"{each}-{CAUTION}", ("", *(option.id for option in content.caution.options))


def _what_is_open(entries: Sequence[Entry], words: Mapping[str, str]) -> dict[str, str]:
    if not entries:
        return {"none": words["err_none"]}
    if unnamed := [entry["id"] for entry in entries if not entry["label"]]:
        return {f"{each}-label": words["err_label"] for each in unnamed}
    first = entries[0]
    return {f"{first['id']}-{fit_of(first).open[0]}": words["err_known"]}


def _lines(content: FitContent, value: Value, work: Work) -> tuple[CandidateLine, ...]:
    network = network_of(work.of("network_map"))
    return tuple(
        _line(content, entry, network.person(entry["person"])) for entry in _candidates(value) if entry["label"]
    )


def _line(content: FitContent, entry: Entry, person: Person | None) -> CandidateLine:
    result, label, signs = fit_of(entry), entry["label"], dict(content.signs)
    areas = content.area_labels(person.areas) if person else ""
    return CandidateLine(
        id=entry["id"],
        label=label,
        helps_with=content.words["helps_with"].format(areas=areas) if areas else "",
        result=result,
        word=content.words[result.word],
        signs=tuple(signs.get(entry[criterion.id], "") for criterion in content.criteria),
        caution=content.caution.word(entry[CAUTION]),
        questions=tuple(content.asks[name].format(label=label) for name in result.open),
    )
