"""Reflection: a private text to one of some questions, or the word that it was done away from the screen."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    Activity,
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
from lti_tool.language import gettext as _
from lti_tool.language import mark, ngettext
from lti_tool.mentoring.words import count_words

PROMPT, TEXT, OFFLINE, SAVED = "prompt", "text", "offline", "saved"
YES = "yes"
LONGEST = 10_000
"""Characters of a text: some six pages."""
YOUR_TEXT = mark("Your text")


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The questions to choose from, by id, and how many words finish the work."""

    questions: Mapping[str, str]
    min_words: int


class Reflection(Kind):
    """Complete with enough words, or with the tick that it was written on paper or talked through."""

    name = "reflection"

    def read(self, source: Source) -> Prompts:
        """Return the sections of the module's page that ``prompts`` names."""
        names = source.options["prompts"]
        questions = {name: source.passage(name).html.striptags() for name in names}
        return Prompts(questions=questions, min_words=source.options["min_words"])

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the questions to choose from, the text, and the box."""
        questions = {
            PROMPT: RadioField(
                _("Your question"), choices=dict(content_of(activity, Prompts).questions), validate_choice=False
            ),
            TEXT: TextAreaField(_(YOUR_TEXT)),
            OFFLINE: BooleanField(false_values=(False, "false", ""), render_kw={"value": YES}),
        }
        filled = {PROMPT: value.get(PROMPT), TEXT: value.get(TEXT, ""), OFFLINE: bool(value.get(OFFLINE))}
        return fill_form(questions, filled, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the question chosen, the text, and the box: ``yes`` or ``""``."""
        return {
            PROMPT: str(value.get(PROMPT, "")),
            TEXT: str(value.get(TEXT, "")),
            OFFLINE: YES if value.get(OFFLINE) else "",
        }

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the draft. A browser sends nothing for an empty box, so nothing means no."""
        given = {name: text for name, text in fields.items() if name != TEXT}
        refuse_unknown(given, {PROMPT: ("", *content_of(activity, Prompts).questions), OFFLINE: (YES, "")})
        text = fields.get(TEXT, before.get(TEXT, ""))
        if not isinstance(text, str) or len(text) > LONGEST:
            raise BadAnswer({TEXT: _("Keep it below %(most)s characters.", most=LONGEST)})
        after = {PROMPT: given.get(PROMPT, before.get(PROMPT, "")), TEXT: text, OFFLINE: given.get(OFFLINE) == YES}
        return {name: kept for name, kept in after.items() if kept} | _mark(before)

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with a mark that it was finished once.

        :raise Incomplete: too few words, and no tick.
        """
        wanted = content_of(activity, Prompts).min_words
        written = count_words(value.get(TEXT, ""))
        if written < wanted and not value.get(OFFLINE):
            few = ngettext(
                "Write at least %(num)s word (so far %(written)s), or tick the box below.",
                "Write at least %(num)s words (so far %(written)s), or tick the box below.",
                wanted,
                written=written,
            )
            raise Incomplete({TEXT: few})
        return dict(value) | {SAVED: True}

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the question and the text as they are; for work done elsewhere, the word that it was."""
        question = content_of(activity, Prompts).questions.get(value.get(PROMPT, ""), _(YOUR_TEXT))
        rows = [(question, value[TEXT])] if value.get(TEXT) else []
        return [*rows, (_("On paper or in a talk"), _("Yes"))] if value.get(OFFLINE) else rows

    def outcome(self, activity: Activity, value: Value, work: Work) -> bool | None:
        """Return whether the page says that it is saved; texts are private and get no other word."""
        return value.get(SAVED)


def _mark(before: Value) -> Value:
    return {SAVED: True} if before.get(SAVED) else {}
