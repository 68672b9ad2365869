"""The picker's form: which links, what they are called, how they are graded, when they open."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, Form, RadioField, SelectMultipleField, StringField
from wtforms.validators import StopValidation

from lti_tool.language import gettext as _
from lti_tool.language import lazy
from lti_tool.lti import texts
from lti_tool.services.grading import AS_THEY_GO, WHEN_COMPLETE, WHOLE
from lti_tool.services.linking import Choice, Chosen, ChosenLink, Offer

POINTS = "100"
WHOLE_POINTS = re.compile(r"[1-9][0-9]?|100")
ANY_POINTS = re.compile(r"[0-9]{1,4}([.,][0-9]{1,2})?")


class SelectionForm(Form):
    """What every picker asks; ``selection_form`` adds the fields of each choice. Dates are in UTC."""

    graded = BooleanField(lazy("Collect a grade"))
    send = RadioField(lazy("When the grade is sent"), choices={AS_THEY_GO: "", WHEN_COMPLETE: ""})
    lines = BooleanField(lazy("A column for each module as well"))
    opens = StringField(lazy("Open from"))
    due = StringField(lazy("Due"))

    def validate_opens(self, field: StringField) -> None:
        """Refuse what is no date."""
        _moment(field)

    def validate_due(self, field: StringField) -> None:
        """Refuse what is no date, and an end before the beginning."""
        due, opens = _moment(field), _moment(self.opens, quietly=True)
        if due and opens and due <= opens:
            raise StopValidation(_("The due date must be after the date when it opens."))

    def chosen(self, offer: Offer) -> Chosen:
        """Return the choice of a form that was found good."""
        graded = offer.grades and bool(self.graded.data)
        parts = [each for each in offer.choices if each.part in _parts(self)]
        return Chosen(
            links=tuple(self._link(each.part, graded) for each in parts),
            send_when=str(self.send.data),
            lines_per_module=bool(self.lines.data),
            opens_at=_moment(self.opens) if offer.dates else None,
            due_at=_moment(self.due) if offer.dates else None,
        )

    def _link(self, part: str, graded: bool) -> ChosenLink:
        points = Decimal(str(self[f"points-{part}"].data).strip().replace(",", ".")) if graded else None
        title = texts.clean(str(self[f"title-{part}"].data)) or ""
        return ChosenLink(part=part, title=title, points=points)


def selection_form(offer: Offer, given: Any = None) -> SelectionForm:
    """Return the picker's form, filled with what suits most courses, or with what was sent."""
    labels = {each.part: each.name for each in offer.choices}
    kind: Any = SelectMultipleField if offer.several else RadioField
    fields: dict[str, Any] = {
        "part": kind(_("What learners open"), choices=labels, validators=[_one_of(labels)], validate_choice=False)
    }
    for each in offer.choices:
        fields |= _fields(each, offer)
    start = {"part": [WHOLE] if offer.several else WHOLE, "graded": True, "send": offer.send_when}
    # Dashes keep these names apart from attributes of the form.
    form: SelectionForm = type("PickerForm", (SelectionForm,), fields)(given, data=start)
    return form


def errors_of(form: SelectionForm, offer: Offer) -> dict[str, str]:
    """Return what is wrong, one sentence a field; fields of choices that were not made are not looked at."""
    form.validate()
    graded = offer.grades and bool(form.graded.data)
    chosen = _parts(form)
    unused = {f"title-{each.part}" for each in offer.choices if each.part not in chosen}
    unused |= {f"points-{each.part}" for each in offer.choices if each.part not in chosen or not graded}
    if not graded:
        unused |= {"send"}
    if not offer.dates:
        unused |= {"opens", "due"}
    return {name: str(form[name].errors[0]) for name in form.errors if name and name not in unused}


def _fields(choice: Choice, offer: Offer) -> dict[str, Any]:
    points = _whole_points if offer.whole_points else _any_points
    return {
        f"title-{choice.part}": StringField(_("Title in your course"), [_title], default=choice.title),
        f"points-{choice.part}": StringField(_("Points in the gradebook"), [points], default=POINTS),
    }


def _parts(form: Form) -> Sequence[str]:
    """Return the chosen parts, whichever kind of field holds them."""
    data = form["part"].data
    return data if isinstance(data, list) else [data] if data else []


def _one_of(known: Mapping[str, str]) -> Callable[[Form, Any], None]:
    def check(form: Form, field: Any) -> None:
        given = set(_parts(form))
        if not given or not given <= set(known):
            raise StopValidation(_("Choose what learners open."))

    return check


def _title(form: Form, field: StringField) -> None:
    text = str(field.data or "")
    if texts.clean(text) is None:
        raise StopValidation(_("Enter a title."))
    if len(text.strip()) > texts.TITLE_LIMIT:
        raise StopValidation(_("Use at most 255 characters."))


def _whole_points(form: Form, field: StringField) -> None:
    if not WHOLE_POINTS.fullmatch(str(field.data or "").strip()):
        raise StopValidation(_("Enter a whole number from 1 to 100."))


def _any_points(form: Form, field: StringField) -> None:
    text = str(field.data or "").strip()
    if not ANY_POINTS.fullmatch(text) or not Decimal(text.replace(",", ".")):
        raise StopValidation(_("Enter a number above 0, with at most two decimals."))


def _moment(field: StringField, *, quietly: bool = False) -> datetime | None:
    """Return the moment in a field: UTC, as the page says, unless a script added the zone."""
    text = str(field.data or "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        if quietly:
            return None
        raise StopValidation(_("Enter a date and a time.")) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
