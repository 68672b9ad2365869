"""Priorities: one to three areas in the learner's own order, suggested by their needs if they have rated them."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import SelectField, StringField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    OWN_NEED,
    Activity,
    Area,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Value,
    Work,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.activities.paper import Paper, Rows
from lti_tool.language import gettext as _
from lti_tool.mentoring.needs import OTHER, profile_of

LONGEST = 40
"""Characters of the learner's own label, with spaces at its ends cut off."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The areas to choose from, and how many."""

    areas: tuple[Area, ...]
    least: int
    most: int


class Priorities(Kind):
    """Complete when one to three are saved. Suggestions are chosen beforehand and can be changed; both are kept."""

    name = "priorities"
    reads = ("needs_assessment",)
    makes_paper = True
    may_be_shared = True

    def read(self, source: Source) -> Choice:
        """Return the workshop's areas."""
        return Choice(areas=source.areas, least=source.options["min"], most=source.options["max"])

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return one menu per priority and the learner's own label; before the first save, suggestions are chosen."""
        choice = content_of(activity, Choice)
        options = {"": "", **{area.id: area.label for area in choice.areas}, OTHER: _(OWN_NEED)}
        questions = {
            name: SelectField(_priority(place), choices=options, validate_choice=False)
            for place, name in enumerate(_menus(activity), start=1)
        }
        shown = value if "chosen" in value else {"chosen": _suggested(activity, work)}
        return fill_form({**questions, OTHER: StringField(_(OWN_NEED))}, self.fields(activity, shown), formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return each menu with the area it shows, and the learner's own label."""
        shown: list[str] = value.get("menus") or value.get("chosen") or []
        menus = {name: shown[place] if place < len(shown) else "" for place, name in enumerate(_menus(activity))}
        return {**menus, OTHER: str(value.get(OTHER, ""))}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return what the menus show, and what they choose: each area once, without the empty lines between."""
        offered = ("", OTHER, *(area.id for area in content_of(activity, Choice).areas))
        refuse_unknown(
            {name: given for name, given in fields.items() if name != OTHER}, dict.fromkeys(_menus(activity), offered)
        )
        after = {**self.fields(activity, before), **fields}
        label = after[OTHER]
        if not isinstance(label, str) or len(label.strip()) > LONGEST or len(label) > 2 * LONGEST:
            raise BadAnswer({OTHER: _("Keep the name within %(most)s characters.", most=LONGEST)})
        menus = [after[name] for name in _menus(activity)]
        chosen = list(dict.fromkeys(area for area in menus if area))
        suggested = _suggested(activity, work) or before.get("suggested", [])
        return {"chosen": chosen, "menus": menus, "suggested": list(suggested), OTHER: label}

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the confirmed priorities.

        :raise Incomplete: none is chosen, one is chosen twice, or the learner's own need has no name.
        """
        errors: dict[str, str] = {}
        menus = value["menus"]
        for place, name in enumerate(_menus(activity)):
            if menus[place] and menus[place] in menus[:place]:
                errors[name] = _("This area stands here twice. Choose another, or leave this line empty.")
        if len(value["chosen"]) < content_of(activity, Choice).least:
            errors[_menus(activity)[0]] = _("Choose at least one area.")
        if OTHER in value["chosen"] and not value[OTHER].strip():
            errors[OTHER] = _("Give your own need a name of a few words.")
        if errors:
            raise Incomplete(errors)
        confirmed = {name: kept for name, kept in value.items() if name != "menus"}
        return confirmed | {OTHER: value[OTHER].strip()}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the priorities in their order."""
        labels = {area.id: area.label for area in content_of(activity, Choice).areas}
        labels[OTHER] = value.get(OTHER) or _(OWN_NEED)
        return [(_priority(place), labels.get(each, each)) for place, each in enumerate(value.get("chosen", ()), 1)]

    def paper(self, activity: Activity, value: Value, work: Work, *, named: bool = True) -> Paper | None:
        """Return the list."""
        chosen = self.readable(activity, value, work)
        return Paper(name="priorities", title=activity.title, blocks=(Rows(rows=tuple(chosen)),)) if chosen else None

    def outcome(self, activity: Activity, value: Value, work: Work) -> None:
        """Return nothing: what the learner decides needs no comment."""


def _suggested(activity: Activity, work: Work) -> list[str]:
    choice = content_of(activity, Choice)
    profile = profile_of(work.of("needs_assessment"), [area.id for area in choice.areas])
    return list(profile.suggested[: choice.most]) if profile else []


def _priority(place: int) -> str:
    return _("Priority %(place)s", place=place)


def _menus(activity: Activity) -> list[str]:
    return [f"p{place}" for place in range(1, content_of(activity, Choice).most + 1)]
