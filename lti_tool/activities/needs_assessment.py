"""Needs self-assessment: one area per screen, two ratings per line, and a profile the learner can take again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from wtforms import RadioField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
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
from lti_tool.activities.needs_paper import SaidOfArea, needs_paper
from lti_tool.activities.paper import Paper
from lti_tool.language import day, ngettext, number
from lti_tool.language import gettext as _
from lti_tool.mentoring.needs import AreaChange, AreaNeed, Profile, compare, open_lines, profiles_of, round_of

SKIP: Final = "skip"
OTHER: Final = "other"
"""The field, and the screen, for a need that no line speaks of; no area may have this id."""
RESULTS: Final = "results"
"""The last screen; no area may have this id."""
SIDES: Final = ("importance", "support")
"""The two questions, in the order in which a line keeps their ratings."""
MOST_ROUNDS: Final = 24


@dataclass(frozen=True, kw_only=True)
class Question:
    """One of the two questions that every line gets, and its scale as (value, anchor) from low to high."""

    text: str
    scale: tuple[tuple[int, str], ...]
    skip_label: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line to rate; it goes on from the stem."""

    id: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """A band in words: its name, the sentence that names the area, and what follows."""

    label: str
    heading: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """The self-assessment: areas with their lines, two questions, and what is said about a profile."""

    version: str
    intro: str
    stem: str
    importance: Question
    support: Question
    areas: tuple[Area, ...]
    items: Mapping[str, tuple[Item, ...]]
    """By area."""
    bands: Mapping[str | None, Band]
    """By key; None is for an area that is not scored."""
    notes: Mapping[str, str]
    other: str
    longest_other: int

    @property
    def lines(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the lines of each area."""
        return {area: tuple(item.id for item in items) for area, items in self.items.items()}

    @property
    def all_items(self) -> dict[str, Item]:
        """Return every line by its id, in order."""
        return {item.id: item for items in self.items.values() for item in items}

    def area(self, area_id: str) -> Area | None:
        """Return an area, None if this is the name of another screen."""
        return next((area for area in self.areas if area.id == area_id), None)


@dataclass(frozen=True, kw_only=True)
class AreaResult:
    """What the page says about one area."""

    area: Area
    need: AreaNeed
    band: Band
    change: AreaChange | None
    """None before the second round."""


@dataclass(frozen=True, kw_only=True)
class NeedsResult:
    """What the page says about a profile; ``before`` is the round it is compared with."""

    profile: Profile
    before: Profile | None
    note: str
    areas: tuple[AreaResult, ...]
    hot: tuple[Item, ...]

    @property
    def before_on(self) -> date | None:
        """Return the day of the round before."""
        return date.fromisoformat(self.before.on) if self.before else None

    @property
    def ranked(self) -> tuple[AreaResult, ...]:
        """Return the areas with the largest need first, those that are not scored last."""
        place = {each: number for number, each in enumerate(self.profile.ranking)}
        return tuple(sorted(self.areas, key=lambda result: place.get(result.area.id, len(place))))


class NeedsAssessment(Kind):
    """Complete when each line is rated or skipped and the results are asked for. Every such time is a round."""

    name = "needs_assessment"
    makes_paper = True
    may_be_shared = True

    def read(self, source: Source) -> Instrument:
        """Return the instrument that the activity names."""
        document = source.document("instruments", source.options["instrument"])
        notes = {note["key"]: note["text"] for note in document["notes"]}
        (other,) = document["questions"]
        bands: dict[str | None, Band] = {each["key"]: _band(each["label"], each["text"]) for each in document["bands"]}
        return Instrument(
            version=document["version"],
            intro=document["intro"],
            stem=document["stem"],
            importance=_question(document["scales"]["importance"]),
            support=_question(document["scales"]["support"]),
            areas=source.areas,
            items={area.id: _items(document["items"], area.id) for area in source.areas},
            bands=bands | {None: _band("", notes["not_scored"])},
            notes=notes,
            other=other["text"],
            longest_other=other["max_length"],
        )

    def screens(self, activity: Activity, value: Value, work: Work) -> tuple[str, ...]:
        """Return a screen per area, one for a need we missed, and the results once there are some."""
        areas = (area.id for area in content_of(activity, Instrument).areas)
        return (*areas, OTHER, RESULTS) if value.get("rounds") else (*areas, OTHER)

    def resume(self, activity: Activity, value: Value, work: Work) -> str:
        """Return the first area with an open line; when none is left, the results or the last question."""
        lines = content_of(activity, Instrument).lines
        if value.get("rounds") and not value.get("again"):
            return RESULTS
        return next((area for area, names in lines.items() if open_lines(value.get("ratings", {}), names)), OTHER)

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return two groups of radio buttons per line of the area, or the last question; nothing is chosen before."""
        instrument = content_of(activity, Instrument)
        questions: dict[str, Any] = {}
        for item in instrument.items.get(screen, ()):
            for name, question in zip(_names(item.id), (instrument.importance, instrument.support), strict=True):
                choices = {**{str(number): anchor for number, anchor in question.scale}, SKIP: question.skip_label}
                questions[name] = RadioField(item.text, choices=choices, validate_choice=False)
        if screen == OTHER:
            questions[OTHER] = TextAreaField(instrument.other)
        fields = self.fields(activity, value)
        return fill_form(questions, {name: fields[name] for name in questions}, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return both ratings of each line as text, ``skip`` or ``""``, and the need we missed."""
        ratings = value.get("ratings", {})
        rated = {
            name: "" if given is None else str(given)
            for item in content_of(activity, Instrument).all_items
            for name, given in zip(_names(item), ratings.get(item, (None, None)), strict=True)
        }
        return {**rated, OTHER: str(value.get(OTHER, ""))}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the ratings so far; finished rounds stay as they are."""
        instrument = content_of(activity, Instrument)
        given = {name: text for name, text in fields.items() if name != OTHER}
        refuse_unknown(given, _offered(instrument))
        other = fields.get(OTHER, before.get(OTHER, ""))
        if not isinstance(other, str) or len(other.strip()) > instrument.longest_other:
            most = instrument.longest_other
            raise BadAnswer({OTHER: _("Keep it within %(most)s characters.", most=most)})
        after = {**self.fields(activity, before), **given}
        ratings = {item: [_rating(after[name]) for name in _names(item)] for item in instrument.all_items}
        kept = {item: pair for item, pair in ratings.items() if pair != [None, None]}
        return {**before, "ratings": kept, OTHER: other[: 2 * instrument.longest_other]}

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Skip what is open in an area (``skip:<area>``) or everywhere (``rest``), or begin a new round (``again``)."""
        verb, _, name = do.partition(":")
        lines = content_of(activity, Instrument).lines
        if verb == "skip" and name in lines:
            after = _skipped(value, lines[name])
            return Step(value=after, screen=_following(self.screens(activity, after, work), name))
        if do == "rest":
            after = _skipped(value, [item for names in lines.values() for item in names])
            return Step(value=self.finish(activity, after, value, work), completes=True, screen=RESULTS)
        if do == "again":
            return Step(value={**value, "ratings": {}, "again": True}, screen=next(iter(lines)))
        return super().act(activity, do, value, work)

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with a finished round.

        Ratings that are mended on the same day replace that day's round, unless a new one was begun on purpose.

        :raise Incomplete: some lines are open; each area that has some is named.
        """
        instrument = content_of(activity, Instrument)
        if errors := dict(_still_open(instrument, value)):
            raise Incomplete(errors)
        done = round_of(
            value.get("ratings", {}), instrument.lines, on=work.today.isoformat(), version=instrument.version
        )
        rounds = list(value.get("rounds", ()))
        if rounds and not value.get("again") and done["areas"] == rounds[-1]["areas"]:
            done = rounds[-1]
        if rounds and not value.get("again") and done["on"] == rounds[-1]["on"]:
            rounds.pop()
        kept = {name: each for name, each in value.items() if name != "again"}
        return {**kept, "rounds": [*rounds, done][-MOST_ROUNDS:]}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return each line with both ratings in words, the need we missed, and the figures of every round."""
        instrument = content_of(activity, Instrument)
        rows = [_line(instrument, area, item, value) for area in instrument.areas for item in instrument.items[area.id]]
        if value.get(OTHER):
            rows.append((instrument.other, value[OTHER]))
        return rows + [_figures(instrument, profile) for profile in profiles_of(value, list(instrument.lines))]

    def paper(self, activity: Activity, value: Value, work: Work, *, named: bool = True) -> Paper | None:
        """Return the last profile; single ratings stay out of it."""
        result = self.outcome(activity, value, work)
        if result is None:
            return None
        notes = dict(content_of(activity, Instrument).notes)
        note = notes[result.note].replace("{support_contacts}", work.support_contacts)
        said = (
            SaidOfArea(
                label=each.area.label,
                need=each.need,
                band=each.band.label or notes["not_scored"].partition(": ")[2].partition(",")[0],
                text=f"{each.band.heading}. {each.band.text}",
            )
            for each in result.areas
        )
        return needs_paper(result.profile, tuple(said), notes, note)

    def outcome(self, activity: Activity, value: Value, work: Work) -> NeedsResult | None:
        """Return the last profile and how it differs from the one before; None before the first."""
        instrument = content_of(activity, Instrument)
        profiles = profiles_of(value, list(instrument.lines))
        if not profiles:
            return None
        now = profiles[-1]
        before = profiles[-2] if len(profiles) > 1 else None
        changes = {each.id: each for each in compare(before, now)} if before else {}
        items = instrument.all_items
        personal = [area.id for area in instrument.areas if area.family == "psychosocial"]
        return NeedsResult(
            profile=now,
            before=before if changes else None,
            note=now.note(personal),
            areas=tuple(_result(instrument, area, now.areas[area.id], changes) for area in instrument.areas),
            hot=tuple(items[each] for each in now.hot if each in items),
        )


def _question(scale: Mapping[str, Any]) -> Question:
    values = range(scale["min"], scale["max"] + 1)
    anchors = tuple(zip(values, scale["anchors"], strict=True))
    return Question(text=scale["question"], scale=anchors, skip_label=scale["skip_label"])


def _items(entries: Sequence[Mapping[str, Any]], area_id: str) -> tuple[Item, ...]:
    return tuple(Item(id=entry["id"], text=entry["text"]) for entry in entries if entry["area"] == area_id)


def _band(label: str, text: str) -> Band:
    """Split a band's text after its first sentence, which names the area and stands as a heading."""
    heading, _, rest = text.partition(". ")
    return Band(label=label, heading=heading, text=rest)


def _names(item_id: str) -> tuple[str, ...]:
    """Return the two fields of a line."""
    return tuple(f"{item_id}-{side}" for side in SIDES)


def _offered(instrument: Instrument) -> dict[str, Collection[str]]:
    questions = dict(zip(SIDES, (instrument.importance, instrument.support), strict=True))
    offered = {side: {"", SKIP, *(str(number) for number, _ in each.scale)} for side, each in questions.items()}
    return {f"{item}-{side}": offered[side] for item in instrument.all_items for side in SIDES}


def _rating(given: str) -> int | str | None:
    if given in ("", SKIP):
        return given or None
    return int(given)


def _skipped(value: Value, item_ids: Collection[str]) -> Value:
    """Return the value with every open rating of some lines skipped; what is rated stays."""
    ratings = dict(value.get("ratings", {}))
    for item in item_ids:
        ratings[item] = [SKIP if given is None else given for given in ratings.get(item, (None, None))]
    return {**value, "ratings": ratings}


def _following(screens: Sequence[str], screen: str) -> str:
    return screens[screens.index(screen) + 1]


def _still_open(instrument: Instrument, value: Value) -> Iterator[tuple[str, str]]:
    """Yield, for each area with open lines, the first open field and a sentence."""
    ratings = value.get("ratings", {})
    for area in instrument.areas:
        names = open_lines(ratings, instrument.lines[area.id])
        if names:
            pair = ratings.get(names[0], (None, None))
            field = next(name for name, given in zip(_names(names[0]), pair, strict=True) if given is None)
            yield (
                field,
                ngettext(
                    "%(area)s: %(num)s line is still open. Choose a rating, or Skip.",
                    "%(area)s: %(num)s lines are still open. Choose a rating, or Skip.",
                    len(names),
                    area=area.label,
                ),
            )


def _result(instrument: Instrument, area: Area, need: AreaNeed, changes: Mapping[str, AreaChange]) -> AreaResult:
    band = instrument.bands[need.band]
    named = Band(label=band.label, heading=band.heading.replace("{label}", area.label), text=band.text)
    return AreaResult(area=area, need=need, band=named, change=changes.get(area.id))


def _line(instrument: Instrument, area: Area, item: Item, value: Value) -> tuple[str, str]:
    pair = value.get("ratings", {}).get(item.id, (None, None))
    questions = (instrument.importance, instrument.support)
    words = [_words(question, given) for question, given in zip(questions, pair, strict=True)]
    said = _("Matters: %(importance)s. Get now: %(support)s.", importance=words[0], support=words[1])
    return f"{area.label}: {item.text}", said


def _words(question: Question, given: int | str | None) -> str:
    anchors: dict[int | str | None, str] = {number: f"{number} – {anchor}" for number, anchor in question.scale}
    return anchors.get(given, _("skipped") if given == SKIP else _("not answered"))


def _figures(instrument: Instrument, profile: Profile) -> tuple[str, str]:
    shown = [
        f"{area.label}: {number(need.shown)} ({instrument.bands[need.band].label})"
        if (need := profile.areas[area.id]).scored
        else _("%(area)s: not scored", area=area.label)
        for area in instrument.areas
    ]
    return _("Profile of %(day)s", day=day(date.fromisoformat(profile.on))), "; ".join(shown)
